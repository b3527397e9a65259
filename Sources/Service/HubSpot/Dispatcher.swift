package import BusinessTime
package import ContactStore
package import HubSpot
package import Logging
import RuleDiagnostics
import RuleSemantics

/// Carries out what the outbox holds: claim, check again whether it may be done, ask HubSpot, record what became of it.
///
/// A claim is on the disk before anything is asked and each result is when it is known, so that wherever the program ends
/// nothing is lost: what was claimed then counts as unknown, and is found out before it is done again. The actor keeps two
/// passes from running at a time.
package actor Dispatcher {
  private let store: Store
  private let executor: ActionExecutor
  private let settleMilliseconds: Int64
  private let concurrency: Int
  /// Asks the policies again, right before anything is done.
  private let check: DispatchCheck
  private let now: @Sendable () -> Instant
  private let logger: Logger
  private var hasResolvedInterrupted = false
  /// Claimed, and nothing was asked of them yet.
  private var untouched: [Int64: OutboxEntry] = [:]

  /// Changes that go 100 to a call; so many are claimed at a time.
  private static let batchActions: [ActionID] = [.set, .clear, .advance, .assignOwner, .addToList, .removeFromList]
  private static let batchClaim = 2_000
  /// Made 100 to a call, and looked up so when the program ends meanwhile.
  private static let activityActions: [ActionID] = [.createTask, .createNote]
  private static let activityClaim = 500
  /// How often the outcome of one action may be unknown before a person decides.
  private static let unknownLimit = 12
  /// So that a HubSpot that is back is noticed within that time.
  private static let longestBackoff: Duration = .seconds(20)

  package init(
    book: RuleBook, store: Store, executor: ActionExecutor, settings: HubSpotSettings,
    now: @escaping @Sendable () -> Instant, logger: Logger = HubSpotConnection.quietLogger
  ) {
    self.store = store
    self.executor = executor
    settleMilliseconds = Int64(settings.settleSeconds) * 1000
    concurrency = settings.client.limits.concurrency
    check = DispatchCheck(book, store)
    self.now = now
    self.logger = logger
  }

  /// What the policies kept back in the last pass.
  package func refusals(in zone: Zone) -> [String] {
    DispatchReport(check.refusals, zone: zone).lines
  }

  /// Carries out all that is due, and returns when nothing more can be done at the moment.
  ///
  /// - Parameter isStopping: asked before more is claimed.
  package func dispatchDue(isStopping: @Sendable () -> Bool = { false }) async throws -> DispatchSummary {
    do { return try await pass(isStopping) } catch {
      // What is claimed now nobody would come back to: the next pass resolves it like what a kill has interrupted.
      hasResolvedInterrupted = false
      throw error
    }
  }

  private func pass(_ isStopping: @Sendable () -> Bool) async throws -> DispatchSummary {
    check.forgetRefusals()
    try store.forgetFutureClaims(now: now())
    if !hasResolvedInterrupted {
      try store.releaseOutbox(Array(untouched.values))
      untouched = [:]
      // What was on its way when the program ended may arrive even now.
      let count = try store.markInterrupted(until: now().adding(milliseconds: settleMilliseconds))
      hasResolvedInterrupted = true
      if count > 0 { logger.notice("interrupted actions are looked up", metadata: ["count": "\(count)"]) }
    }
    var summary = DispatchSummary()
    guard try store.nextOutboxDue() != nil else { return summary }
    do {
      try await AccountCheck.require(store, executor.client)
      try await executor.client.requireAnswer()
    } catch let error as HubSpotError {
      // Whose records these would be is not known, and HubSpot is not there anyway. What waits is not tried in vain, or it
      // would wait for its next turn when HubSpot is back.
      summary.note("\(error)")
      summary.isAway = true
      summary.nextDue = now().adding(min(error.retryAfter ?? Self.longestBackoff, Self.longestBackoff))
      return summary
    }
    while !Task.isCancelled, !isStopping() {
      var claimed = try claim(Self.batchClaim, [.pending, .unknown], Self.batchActions)
      claimed += try claim(Self.activityClaim, [.pending, .unknown], Self.activityActions)
      // Those that go one by one are claimed in small numbers: each that is under way when the program ends is looked up.
      claimed += try claim(concurrency * 4, [.pending, .unknown, .waiting], Self.singleActions)
      if claimed.isEmpty { break }
      let isMoving = try await carryOut(claimed, &summary)
      untouched = [:]
      // HubSpot is not there; asking for more would only postpone more.
      if !isMoving { break }
    }
    summary.nextDue = try store.nextOutboxDue()
    return summary
  }

  private static let singleActions = ActionID.allCases.filter {
    !batchActions.contains($0) && !activityActions.contains($0)
  }

  private func claim(
    _ limit: Int, _ statuses: [OutboxEntry.Status], _ actions: [ActionID]
  ) throws -> [OutboxEntry] {
    let claimed = try store.claimOutbox(limit: limit, now: now(), statuses: statuses, actions: actions)
    for entry in claimed { untouched[entry.id] = entry }
    return claimed
  }

  /// Whether anything came of it.
  private func carryOut(_ claimed: [OutboxEntry], _ summary: inout DispatchSummary) async throws -> Bool {
    // What HubSpot has queued is out of our hands; it is only asked after.
    let queued = claimed.filter { $0.remote != nil }
    let admitted = try queued + check.admit(claimed.filter { $0.remote == nil }, now: now())
    summary.withheld += claimed.count - admitted.count
    let actions = try outbound(admitted, &summary)
    let units = ActionExecutor.batches(of: actions)
    let entries = Dictionary(uniqueKeysWithValues: admitted.map { ($0.id, $0) })
    var isMoving = actions.count < claimed.count
    var next = 0
    try await withThrowingTaskGroup(of: Answer.self) { group in
      func start() {
        guard next < units.count else { return }
        let unit = units[next]
        next += 1
        for action in unit { untouched[action.id] = nil }
        group.addTask { [executor] in
          let answer = await executor.perform(unit)
          return Answer(actions: unit, results: answer.results, ids: answer.ids)
        }
      }
      for _ in 0..<concurrency { start() }
      for try await answer in group {
        if try record(answer, entries, &summary) { isMoving = true }
        start()
      }
    }
    return isMoving
  }

  private struct Answer: Sendable {
    var actions: [OutboundAction]
    var results: [ActionResult]
    var ids: [Int64: String]
  }

  /// As the executor takes them; those of records that HubSpot has deleted are settled. What HubSpot has queued is asked
  /// after all the same.
  private func outbound(_ entries: [OutboxEntry], _ summary: inout DispatchSummary) throws -> [OutboundAction] {
    var actions: [OutboundAction] = []
    var settled: [OutboxSettlement] = []
    for subject in Subject.allCases {
      let object = SyncedObject(subject)
      let own = entries.filter { $0.subject == subject }
      let records = Set(own.map(\.record))
      let ids = try store.hubSpotIDs(object, records: records)
      let deleted = try store.deletedRecords(object, records: records)
      for entry in own {
        if deleted.contains(entry.record), entry.remote == nil {
          let reason = "the record was deleted in HubSpot"
          if entry.doubtfulSince != nil {
            settled.append(OutboxSettlement(id: entry.id, status: .parked, result: Store.mayBeDone(reason)))
            summary.parked += 1
          } else {
            settled.append(OutboxSettlement(id: entry.id, status: .refused, result: reason))
            summary.refused += 1
          }
          continue
        }
        actions.append(
          OutboundAction(
            id: entry.id, idempotencyKey: entry.idempotencyKey, action: entry.action, subject: subject,
            key: entry.key, hubspotID: ids[entry.record],
            request: JSONValue.parse(Array(entry.request.utf8)) ?? .null, doubtfulSince: entry.doubtfulSince,
            remote: entry.remote, attempts: entry.attempts,
            decidedAt: entry.decidedAt))
      }
    }
    try store.settle(settled, now: now())
    return actions.sorted { $0.id < $1.id }
  }

  /// Whether anything came of it.
  private func record(
    _ answer: Answer, _ entries: [Int64: OutboxEntry], _ summary: inout DispatchSummary
  ) throws -> Bool {
    var settlements: [OutboxSettlement] = []
    var learnt: [Subject: [Int64: String]] = [:]
    var isMoving = false
    for (action, result) in zip(answer.actions, answer.results) {
      guard let entry = entries[action.id] else { continue }
      if let id = answer.ids[action.id] { learnt[action.subject, default: [:]][entry.record] = id }
      let settlement = settlement(of: entry, result, &summary)
      if settlement.status != .pending { isMoving = true }
      settlements.append(settlement)
    }
    for (subject, ids) in learnt { try store.linkHubSpot(SyncedObject(subject), ids) }
    try store.settle(settlements, now: now())
    return isMoving
  }

  private func settlement(
    of entry: OutboxEntry, _ result: ActionResult, _ summary: inout DispatchSummary
  ) -> OutboxSettlement {
    let now = now()
    switch result {
    case .done(let note, let remote):
      summary.done += 1
      return OutboxSettlement(id: entry.id, status: .done, result: note ?? "done", remote: remote)
    case .refused(let reason):
      summary.refused += 1
      summary.note(reason)
      return OutboxSettlement(id: entry.id, status: .refused, result: reason)
    case .failed(let reason):
      summary.failed += 1
      summary.note(reason)
      return OutboxSettlement(id: entry.id, status: .failed, result: reason)
    case .parked(let reason):
      summary.parked += 1
      summary.note(reason)
      return OutboxSettlement(id: entry.id, status: .parked, result: reason)
    case .waiting(let remote, let after):
      summary.waiting += 1
      return OutboxSettlement(
        id: entry.id, status: .waiting, result: "queued by HubSpot", remote: remote,
        dueAt: now.adding(after))
    case .again(let reason, let after):
      summary.postponed += 1
      summary.note(reason)
      let backoff = min(Self.longestBackoff, .seconds(1 << min(entry.attempts - 1, 6)))
      return OutboxSettlement(
        id: entry.id, status: entry.doubtfulSince == nil ? .pending : .unknown, result: reason,
        dueAt: now.adding(max(after, backoff)))
    case .unknown(let reason):
      summary.note(reason)
      guard entry.unknowns + 1 < Self.unknownLimit else {
        summary.parked += 1
        return OutboxSettlement(id: entry.id, status: .parked, result: reason, isDoubtful: true)
      }
      summary.unknown += 1
      return OutboxSettlement(
        id: entry.id, status: .unknown, result: reason, dueAt: now.adding(milliseconds: settleMilliseconds),
        isDoubtful: true)
    }
  }
}

extension Instant {
  func adding(_ duration: Duration) -> Instant {
    adding(milliseconds: Int64((duration / .milliseconds(1)).rounded(.up)))
  }
}
