package import BusinessTime
package import ContactStore
package import Service

/// Carries the outbox out.
package protocol OutboxDispatch: Sendable {
  /// All that is due; returns when nothing more can be done at the moment.
  ///
  /// - Parameter book: whose policies are asked once more.
  func dispatchDue(book: RuleBook) async throws -> DispatchOutcome
}

/// What a pass over the outbox came to.
package struct DispatchOutcome: Sendable {
  package var done: Int
  /// When the next entry is due.
  package var nextDue: Instant?
  /// What a person should see, each once.
  package var problems: [String]
  /// Whether nothing was done although something was tried: whoever carries actions out is not there.
  package var isAway: Bool

  package init(done: Int, nextDue: Instant? = nil, problems: [String] = [], isAway: Bool = false) {
    self.done = done
    self.isAway = isAway
    self.nextDue = nextDue
    self.problems = problems
  }
}

/// Writes actions to a file; see `run --executor file:PATH`.
package struct FileDispatch: OutboxDispatch {
  private let executor: FileExecutor
  private let store: Store
  private let now: @Sendable () -> Instant
  private let work = BlockingWork("abm-rules.dispatch")

  package init(path: String, store: Store, now: @escaping @Sendable () -> Instant) {
    executor = FileExecutor(path: path)
    self.store = store
    self.now = now
  }

  package func dispatchDue(book: RuleBook) async throws -> DispatchOutcome {
    let (executor, store, now) = (executor, store, now())
    return try await work.run {
      let check = DispatchCheck(book, store)
      let count = try executor.dispatch(store, check: check, now: now)
      // What the policies hold is looked at again; until then nothing wakes this.
      let isHeld = !check.refusals.isEmpty
      return DispatchOutcome(done: count, nextDue: isHeld ? now.adding(milliseconds: Self.heldMilliseconds) : nil)
    }
  }

  private static let heldMilliseconds: Int64 = 60_000
}

/// Reads records of the CRM anew, and takes in what became of them.
package protocol RecordRefresh: Sendable {
  /// - Parameter object: `contacts`, `companies` or `deals`.
  func refresh(_ object: String, ids: [String], book: RuleBook) async throws
  func deleted(_ object: String, ids: [String], isErasure: Bool, book: RuleBook) async throws
  func merged(_ object: String, into: String, from: [String], book: RuleBook) async throws
  /// Everything that changed since the last time; whether there was anything.
  func sync(book: RuleBook) async throws -> Bool
}
