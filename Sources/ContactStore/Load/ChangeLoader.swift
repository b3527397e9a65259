import BusinessTime
import Decisioning
import GRDB
import RuleSemantics

/// Reads the changes of fields, journeys and segments that `on` rules wait for.
struct ChangeLoader {
  let database: Database
  let program: CheckedProgram
  let now: Instant
  let rows: (Subject, Int64) -> Int32
  /// A condition upon `record`, where few records of the subject are loaded.
  let restriction: (Subject) -> String

  private struct Wanted: Hashable {
    var subject: Subject
    var attribute: Reference.Attribute
  }

  func load() throws -> [FieldChange] {
    var wanted: [Wanted] = []
    for rule in program.rules {
      guard case .changed(let reference, _) = rule.trigger?.occurrence else { continue }
      let subject = reference.viaAccount ? .account : rule.subject
      let entry = Wanted(subject: subject, attribute: reference.attribute)
      if !wanted.contains(entry) { wanted.append(entry) }
    }
    let since = horizon()
    return try wanted.flatMap { entry in
      switch entry.attribute {
      case .field(let field): try fieldChanges(entry.subject, field, since)
      case .definition(let id): try transitions(program[id], since)
      case .eventTime, .eventWorth, .oldValue, .newValue: [FieldChange]()
      }
    }
  }

  /// How far back a change may still set something off: how late it may be, waited for and held.
  private func horizon() -> Instant {
    var milliseconds = Double(HandledOccurrences.memoryMilliseconds) + 90 * 86_400_000
    for rule in program.rules {
      switch rule.trigger?.wait {
      case .duration(let span):
        // Business time passes at least five hours in a week, however short the hours and many the holidays.
        let days =
          switch span.unit {
          case .businessDays: span.amount * 7
          case .months: span.amount * 31
          default: span.amount * 2
          }
        milliseconds = max(milliseconds, (span.elapsedMilliseconds ?? days * 86_400_000) + 92 * 86_400_000)
      case .until: return .earliest
      case nil: break
      }
    }
    return now.adding(milliseconds: -Int64(min(milliseconds, 4e15)))
  }

  private func fieldChanges(_ subject: Subject, _ field: FieldIndex, _ since: Instant) throws -> [FieldChange] {
    let schema = program.record(of: subject)[field]
    let statement = try RawStatement(
      database,
      """
      SELECT id, record, at, old, new, import_id IS NOT NULL, rule IS NOT NULL FROM field_history
      WHERE kind = ? AND field = ? AND at >= ? AND at <= ?\(restriction(subject)) ORDER BY id
      """)
    statement.bind(1, subject.rawValue)
    statement.bind(2, schema.name)
    statement.bind(3, since.milliseconds)
    statement.bind(4, now.milliseconds)
    var changes: [FieldChange] = []
    while try statement.step() {
      let row = rows(subject, statement.integer(1))
      if row < 0 { continue }
      let source: FieldChange.Source =
        statement.integer(5) == 1 ? .import : statement.integer(6) == 1 ? .rule : .sync
      changes.append(
        FieldChange(
          id: statement.integer(0), subject: subject, row: row, attribute: .field(field),
          old: Value(statement.value(3), schema.type, program), new: Value(statement.value(4), schema.type, program),
          at: Instant(milliseconds: statement.integer(2)), source: source))
    }
    return changes
  }

  private func transitions(_ definition: Definition, _ since: Instant) throws -> [FieldChange] {
    let isJourney: Bool
    switch definition.body {
    case .journey: isJourney = true
    case .segment: isJourney = false
    case .define, .factorScore, .pointsScore, .malformed: return []
    }
    let columns = isJourney ? "old, new FROM stage_history" : "1 - member, member FROM membership_history"
    let statement = try RawStatement(
      database,
      """
      SELECT record, at, \(columns)
      WHERE definition IN (SELECT id FROM name WHERE text IN (?, ?)) AND subject = ? AND at >= ? AND at <= ?
        \(restriction(definition.subject))
      ORDER BY at, record
      """)
    statement.bind(1, definition.name)
    statement.bind(2, definition.formerName ?? definition.name)
    statement.bind(3, definition.subject.code)
    statement.bind(4, since.milliseconds)
    statement.bind(5, now.milliseconds)
    var changes: [FieldChange] = []
    while try statement.step() {
      let row = rows(definition.subject, statement.integer(0))
      if row < 0 { continue }
      changes.append(
        FieldChange(
          id: 0, subject: definition.subject, row: row, attribute: .definition(definition.id),
          old: Value(statement.value(2), definition.type, program),
          new: Value(statement.value(3), definition.type, program),
          at: Instant(milliseconds: statement.integer(1)), source: .transition))
    }
    return changes
  }
}
