import BusinessTime
package import Decisioning
import GRDB
package import RuleSemantics

/// Finds where those are whom steps of sequences are about.
struct EntryEnrolments {
  private let database: Database
  private let statement: RawStatement
  private let formerNames: [String: String]

  init(_ database: Database, _ program: CheckedProgram) throws {
    self.database = database
    statement = try RawStatement(
      database,
      """
      SELECT \(EnrolmentColumns.list),
        (SELECT paused_at IS NOT NULL FROM sequence AS s WHERE s.id = enrolment.sequence)
      FROM enrolment
      WHERE contact = ? AND entered_at = ? AND sequence IN (SELECT id FROM sequence WHERE name IN (?, ?))
      ORDER BY id DESC
      """)
    formerNames = Dictionary(
      program.sequences.compactMap { sequence in sequence.formerName.map { (sequence.name, $0) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// The enrolment with the steps that were begun, for row 0, and whether a person has paused its sequence; `nil` where
  /// the entry is of a rule, or the enrolment is not there any more.
  func find(_ entry: OutboxEntry) throws -> (Enrolment, Bool)? {
    guard let origin = entry.origin, case .enrolment(let enteredAt, _, _) = origin.occurrence else { return nil }
    statement.bind(1, entry.record)
    statement.bind(2, enteredAt.milliseconds)
    statement.bind(3, entry.rule)
    statement.bind(4, formerNames[entry.rule] ?? entry.rule)
    defer { statement.reset() }
    guard try statement.step() else { return nil }
    let (visits, arms) = try Store.way(of: statement.integer(0), database)
    return (EnrolmentColumns.enrolment(statement, row: 0, visits, arms), statement.integer(18) == 1)
  }
}

extension Store {
  /// What rules wrote themselves when they decided the entries, for the rows of a load; oldest first.
  package func written(
    by entries: [OutboxEntry], rows: RowIdentities, program: CheckedProgram
  ) throws(StoreError) -> [[FieldChange]] {
    try read { database in
      let statement = try RawStatement(
        database,
        "SELECT id, field, at, old, new FROM field_history WHERE kind = ? AND record = ? AND run = ? AND rule = ? ORDER BY id"
      )
      let indexes = (contacts: RowIndex(rows.contacts), accounts: RowIndex(rows.accounts))
      return try entries.map { entry in
        let row = entry.subject == .contact ? indexes.contacts[entry.record] : indexes.accounts[entry.record]
        guard row >= 0, let origin = entry.origin else { return [] }
        let schema = program.record(of: entry.subject)
        statement.bind(1, entry.subject.rawValue)
        statement.bind(2, entry.record)
        statement.bind(3, entry.run)
        statement.bind(4, origin.rule)
        defer { statement.reset() }
        var changes: [FieldChange] = []
        while try statement.step() {
          guard let field = schema.index(of: statement.text(1)) else { continue }
          let type = schema[field].type
          changes.append(
            FieldChange(
              id: statement.integer(0), subject: entry.subject, row: row, attribute: .field(field),
              old: Value(statement.value(3), type, program), new: Value(statement.value(4), type, program),
              at: Instant(milliseconds: statement.integer(2)), source: .rule))
        }
        return changes
      }
    }
  }
}
