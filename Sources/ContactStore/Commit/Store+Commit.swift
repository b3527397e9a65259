import BusinessTime
package import Decisioning
import GRDB
package import RuleSemantics

/// What a commit wrote.
package struct CommittedRun: Hashable, Sendable {
  package var id: Int64
  /// Actions that wait in the outbox.
  package var outboxCount: Int
  /// Actions that an earlier run put there already, by their idempotency key; they are not done again.
  package var repeatedCount: Int

  package init(id: Int64, outboxCount: Int, repeatedCount: Int) {
    self.id = id
    self.outboxCount = outboxCount
    self.repeatedCount = repeatedCount
  }
}

extension Store {
  /// Keeps a run: its decisions, what they change and the actions to be carried out, all or nothing.
  ///
  /// - Parameters:
  ///   - loaded: what was decided upon. Throws `overtaken` when another run was committed since: a second commit of the
  ///     same decisions changes nothing.
  ///   - kept: what is needed to decide the run again.
  ///   - isForced: whether a clock that is behind the last run is no error.
  @discardableResult
  package func commit(
    _ decisions: Decisions, upon loaded: LoadedState, program: CheckedProgram, rulebook: RulebookVersion,
    kept: RunProtocol? = nil, isForced: Bool = false
  ) throws(StoreError) -> CommittedRun {
    let committed = try commit(decisions, upon: loaded, program, rulebook, kept, isForced: isForced, onlyNews: false)
    guard let committed else { preconditionFailure("a run is kept whether or not it holds news") }
    return committed
  }

  /// The same of a run over some alone; `nil` where nothing in it is new: nothing is written then.
  package func commitNews(
    _ decisions: Decisions, upon loaded: LoadedState, program: CheckedProgram, rulebook: RulebookVersion,
    kept: RunProtocol
  ) throws(StoreError) -> CommittedRun? {
    if decisions.actions.isEmpty, decisions.changes.isEmpty { return nil }
    return try commit(decisions, upon: loaded, program, rulebook, kept, isForced: false, onlyNews: true)
  }

  private func commit(
    _ decisions: Decisions, upon loaded: LoadedState, _ program: CheckedProgram, _ rulebook: RulebookVersion,
    _ kept: RunProtocol?, isForced: Bool, onlyNews: Bool
  ) throws(StoreError) -> CommittedRun? {
    try write { database -> CommittedRun? in
      let last = try Row.fetchOne(database.cachedStatement(sql: "SELECT id, at FROM run ORDER BY id DESC LIMIT 1"))
      if last?["id"] as Int64? != loaded.lastRun?.id { throw StoreError.overtaken }
      // What a person did to a sequence meanwhile must not be undone.
      let lastCommand = try SequenceLoader.lastCommand(database)
      if lastCommand != loaded.state.sequences.lastCommand { throw StoreError.overtaken }
      let latest = try Int64.fetchOne(database.cachedStatement(sql: "SELECT max(at) FROM run"))
      if let latest, latest > decisions.now.milliseconds, !isForced {
        throw StoreError.clockBeforeLastRun(now: decisions.now, last: Instant(milliseconds: latest))
      }
      try requireSchema(of: program, database)
      let writer = RunWriter(
        database: database, program: program, rows: loaded.rows, decisions: decisions, rulebook: rulebook,
        basis: loaded.basis, kept: kept)
      if onlyNews, try !writer.holdsNews() { return nil }
      let mark = try Store.watchMark(database)
      let committed = try writer.write()
      if let mark { try Store.markAsOwn(after: mark, database) }
      return committed
    }
  }
}

/// Texts that tables refer to by number, since they repeat in very many rows. A class: it remembers what it has found.
final class Names {
  private let select: RawStatement
  private let insert: RawStatement
  private var known: [String: Int64] = [:]

  init(_ database: Database) throws {
    select = try RawStatement(database, "SELECT id FROM name WHERE text = ?")
    insert = try RawStatement(database, "INSERT INTO name (text) VALUES (?) RETURNING id")
  }

  func id(_ text: String) throws -> Int64 {
    if let id = known[text] { return id }
    let id = try find(text) ?? add(text)
    if known.count < 100_000 { known[text] = id }
    return id
  }

  private func find(_ text: String) throws -> Int64? {
    select.bind(1, text)
    guard try select.step() else { return nil }
    defer { select.reset() }
    return select.integer(0)
  }

  private func add(_ text: String) throws -> Int64 {
    insert.bind(1, text)
    guard try insert.step() else { preconditionFailure("an insertion returns its id") }
    let id = insert.integer(0)
    _ = try insert.step()
    return id
  }
}
