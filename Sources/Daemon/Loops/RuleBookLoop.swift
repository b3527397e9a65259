package import BusinessTime
package import ContactStore
import Decisioning
import Logging
import RuleDiagnostics
import Service

/// Looks whether the rule book's files are different. A new version is followed when it checks clean, its tests pass and
/// the database has room for it; otherwise the old one goes on, and says why.
package struct RuleBookLoop: Sendable {
  let context: LoopContext
  let store: Store
  let paths: [String]
  /// Told when another version is followed.
  let changed: @Sendable () -> Void
  private let work = BlockingWork("abm-rules.rulebook")
  private let seen = Seen()

  private static let everyMilliseconds: Int64 = 2_000

  package init(context: LoopContext, store: Store, paths: [String], changed: @escaping @Sendable () -> Void) {
    self.context = context
    self.store = store
    self.paths = paths
    self.changed = changed
  }

  package func step() async -> Instant? {
    let (paths, known, store) = (paths, context.state.book.hash, store)
    do {
      // Looking at sizes and times costs next to nothing; only what is different is read.
      let marks = try RuleBook.marks(of: paths) + "\nassets \(store.assetRevision())"
      guard await seen.isNew(marks) else { return context.now().adding(milliseconds: Self.everyMilliseconds) }
      let candidate = try await work.runUnlessCancelled { try Self.candidate(paths, other: known, store: store) }
      switch candidate {
      case .same: context.report(.rulebook, nil)
      case .good(let book):
        context.state.update { $0.book = book }
        context.report(.rulebook, nil)
        context.logger.notice("another rule book is followed", metadata: ["hash": "\(book.hash)"])
        changed()
      case .noRoom(let reason):
        // `migrate` makes room without touching the files.
        await seen.forget()
        context.report(.rulebook, "\(reason); the version before goes on")
      case .bad(let reason):
        context.report(.rulebook, "\(reason); the version before goes on")
      }
    } catch is CancellationError {
      return nil
    } catch {
      // A file that could not be read may be readable the next time.
      await seen.forget()
      context.report(.rulebook, "\(error); the version before goes on")
    }
    return context.now().adding(milliseconds: Self.everyMilliseconds)
  }

  private actor Seen {
    private var marks: String?

    func isNew(_ new: String) -> Bool {
      defer { marks = new }
      return marks != new
    }

    func forget() { marks = nil }
  }

  enum Candidate: Sendable {
    case same
    case good(RuleBook)
    case bad(String)
    /// Good but for the database.
    case noRoom(String)
  }

  /// - Parameter known: the hash of the version that is followed.
  static func candidate(_ paths: [String], other known: String?, store: Store) throws -> Candidate {
    let book = try RuleBook.load(paths, imported: store.assets())
    guard book.hash != known else { return .same }
    let errors = book.diagnostics.filter { $0.severity == .error }
    if let first = errors.first {
      let place = "\(book.source[first.range.file].path)"
      return .bad("the rule book has \(Plural.count(errors.count, "error")), the first in \(place): \(first.message)")
    }
    let missing = try store.migrationPlan(for: book.program).filter(\.isNeeded)
    if let first = missing.first {
      return .noRoom("the database has no room for the rule book (\(first)); run `abm-rules migrate`")
    }
    let tests = TestReport.run(book, filter: nil, style: Style())
    if tests.failed > 0 {
      let failed = tests.results.first { $0.verdict != .passed }?.title ?? ""
      return .bad("\(Plural.count(tests.failed, "test")) of the rule book fail, the first is \"\(failed)\"")
    }
    return .good(book)
  }
}
