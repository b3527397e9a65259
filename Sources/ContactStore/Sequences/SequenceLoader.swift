import BusinessTime
import Decisioning
import GRDB

/// Reads who is in which sequence, and where.
struct SequenceLoader {
  let database: Database
  /// A condition upon a column that names contacts, where few are loaded.
  let restriction: (_ column: String) -> String
  /// The row of a contact's `_id`; -1 for one that was not loaded.
  let row: (Int64) -> Int32

  func load() throws -> SequenceState {
    var state = SequenceState()
    let sequences = try Row.fetchAll(
      database.cachedStatement(sql: "SELECT id, name, first_at, version, salt, paused_at FROM sequence"))
    var names: [Int64: String] = [:]
    for sequence in sequences {
      names[sequence["id"]] = sequence["name"]
      state.deployments[sequence["name"]] = SequenceDeployment(
        firstAt: Instant(milliseconds: sequence["first_at"]), version: sequence["version"], salt: sequence["salt"],
        isPaused: sequence["paused_at"] as Int64? != nil)
    }
    for (id, name) in names { state.entries[name] = try entries(of: id) }
    for (id, enrolments) in try enrolments() { state.enrolments[names[id] ?? ""] = enrolments }
    for turn in try Row.fetchAll(database.cachedStatement(sql: "SELECT team, member FROM team_turn")) {
      state.turns[turn["team"]] = turn["member"]
    }
    state.lastCommand = try SequenceLoader.lastCommand(database)
    return state
  }

  /// Of the last thing that a person did to a sequence; 0 for none.
  static func lastCommand(_ database: Database) throws -> Int64 {
    try Int64.fetchOne(database.cachedStatement(sql: "SELECT max(id) FROM sequence_command")) ?? 0
  }

  private func entries(of sequence: Int64) throws -> FiringTable? {
    let statement = try RawStatement(
      database,
      "SELECT contact, last, armed, excluded, reached FROM sequence_entry WHERE sequence = ?\(restriction("contact"))")
    statement.bind(1, sequence)
    var entries: [(row: Int32, firing: Firing)] = []
    while try statement.step() {
      let row = row(statement.integer(0))
      if row < 0 { continue }
      let last = statement.integerIfPresent(1).map(Instant.init(milliseconds:))
      entries.append(
        (
          row,
          Firing(
            last: last, reached: Firing.reached(statement.integerIfPresent(4), last: last),
            isArmed: statement.integer(2) == 1, isExcluded: statement.integer(3) == 1)
        ))
    }
    return entries.isEmpty ? nil : FiringTable(entries)
  }

  /// By sequence, in the order of rows.
  private func enrolments() throws -> [Int64: [Enrolment]] {
    var visits = try self.visits()
    var arms = try self.arms()
    var found: [Int64: [Enrolment]] = [:]
    let statement = try RawStatement(
      database,
      "SELECT \(EnrolmentColumns.list) FROM enrolment WHERE ended_at IS NULL\(restriction("contact"))")
    while try statement.step() {
      let row = row(statement.integer(2))
      if row < 0 { continue }
      let id = statement.integer(0)
      found[statement.integer(1), default: []].append(
        EnrolmentColumns.enrolment(
          statement, row: row, visits.removeValue(forKey: id) ?? [], arms.removeValue(forKey: id) ?? []))
    }
    return found.mapValues { $0.sorted { $0.contact < $1.contact } }
  }

  private func visits() throws -> [Int64: [Enrolment.Visit]] {
    var visits: [Int64: [Enrolment.Visit]] = [:]
    let statement = try RawStatement(
      database,
      """
      SELECT s.enrolment, s.step, s.began_at, s.acted_at FROM enrolment AS e JOIN enrolment_step AS s
        ON s.enrolment = e.id WHERE e.ended_at IS NULL\(restriction("e.contact")) ORDER BY s.enrolment, s.number
      """)
    while try statement.step() {
      visits[statement.integer(0), default: []].append(
        Enrolment.Visit(
          step: statement.text(1), beganAt: Instant(milliseconds: statement.integer(2)),
          actedAt: statement.integerIfPresent(3).map(Instant.init(milliseconds:))))
    }
    return visits
  }

  private func arms() throws -> [Int64: [Enrolment.ArmChoice]] {
    var arms: [Int64: [Enrolment.ArmChoice]] = [:]
    let statement = try RawStatement(
      database,
      """
      SELECT a.enrolment, a.step, a.position, a.arm FROM enrolment AS e JOIN enrolment_arm AS a
        ON a.enrolment = e.id WHERE e.ended_at IS NULL\(restriction("e.contact")) ORDER BY a.enrolment, a.step, a.position
      """)
    while try statement.step() {
      arms[statement.integer(0), default: []].append(
        Enrolment.ArmChoice(
          place: .init(step: statement.text(1), position: statement.text(2)), arm: statement.text(3)))
    }
    return arms
  }
}

/// The columns of the table `enrolment`.
enum EnrolmentColumns {
  static let list = """
    id, sequence, contact, version, entered_at, source, held_out, paused, step, position, clock, rest, rest_until,
    held_since, ended_at, ending, reason, moves
    """

  static func enrolment(
    _ statement: RawStatement, row: Int32, _ visits: [Enrolment.Visit], _ arms: [Enrolment.ArmChoice]
  ) -> Enrolment {
    func time(_ column: Int) -> Instant? { statement.integerIfPresent(column).map(Instant.init(milliseconds:)) }
    let ending =
      statement.isNull(15)
      ? nil : Enrolment.Ending(name: statement.text(15), reason: statement.isNull(16) ? nil : statement.text(16))
    return Enrolment(
      contact: row, version: statement.text(3), enteredAt: Instant(milliseconds: statement.integer(4)),
      source: Enrolment.Source(rawValue: statement.text(5)) ?? .condition, isHeldOut: statement.integer(6) == 1,
      isPaused: statement.integer(7) == 1, place: .init(step: statement.text(8), position: statement.text(9)),
      visits: visits, arms: arms, clock: Instant(milliseconds: statement.integer(10)),
      rest: Enrolment.Rest(name: statement.text(11), end: time(12)), heldSince: time(13), ending: ending,
      endedAt: time(14), moves: Int(statement.integer(17)))
  }
}
