import BusinessTime
import Decisioning
import GRDB
import RuleDiagnostics
import RuleSemantics

/// Reads what was asked of people and no run has taken up, for the rows of a snapshot.
struct ApprovalLoader {
  let database: Database
  /// A condition upon `subject` and `record`, or nothing.
  let restriction: String
  let renamed: RenamedOccurrences
  /// By present and former names.
  let assets: [String: AssetID]
  /// -1 for a record that was not loaded.
  let row: (Subject, Int64) -> Int32

  func load() throws -> ApprovalState {
    ApprovalState(questions: try questions(), items: try items())
  }

  private func questions() throws -> [String: ApprovalState.Question] {
    var questions: [String: ApprovalState.Question] = [:]
    var ids: [Int64: String] = [:]
    let statement = try RawStatement(
      database,
      """
      SELECT id, rule, fingerprint, asked_at, expires_at, answer, answered_by, answered_at, note FROM approval
      WHERE settled_by_run IS NULL AND idempotency_key IS NULL ORDER BY id
      """)
    while try statement.step() {
      let rule = statement.text(1)
      ids[statement.integer(0)] = rule
      questions[rule] = ApprovalState.Question(
        fingerprint: statement.text(2), occurrences: [], askedAt: Instant(milliseconds: statement.integer(3)),
        expiresAt: Instant(milliseconds: statement.integer(4)), answer: answer(statement, from: 5))
    }
    for (id, rule) in ids { questions[rule]?.occurrences = try occurrences(of: id, rule) }
    return questions
  }

  private func occurrences(of id: Int64, _ rule: String) throws -> Set<RuleOccurrence> {
    var occurrences: Set<RuleOccurrence> = []
    let statement = try RawStatement(
      database, "SELECT subject, record, occurrence FROM approval_subject WHERE approval = ?\(restriction)")
    statement.bind(1, id)
    while try statement.step() {
      let subject = Subject(code: statement.integer(0))
      let row = row(subject, statement.integer(1))
      if row < 0 { continue }
      occurrences.insert(
        RuleOccurrence(
          rule: rule, subject: subject, row: row, occurrence: renamed.occurrence(statement.text(2))))
    }
    return occurrences
  }

  private func items() throws -> [ApprovalState.Item] {
    var items: [ApprovalState.Item] = []
    let statement = try RawStatement(
      database,
      """
      SELECT rule, subject, record, action, arguments, request, occurrence, position, expires_at, answer, answered_by,
        answered_at, note, key, idempotency_key, picks
      FROM approval WHERE settled_by_run IS NULL AND idempotency_key IS NOT NULL\(restriction) ORDER BY id
      """)
    while try statement.step() {
      let subject = Subject(code: statement.integer(1))
      let row = row(subject, statement.integer(2))
      guard row >= 0, let action = ActionID(rawValue: statement.text(3)),
        let occurrence = renamed.occurrence(statement.text(6)),
        case .record(let members) = JSONValue(text: statement.text(4)),
        let request = JSONValue(text: statement.text(5))
      else { continue }
      let arguments = members.compactMap { member in
        ParameterID(rawValue: member.name).map { DecidedAction.Argument($0, member.value) }
      }
      var asked = DecidedAction(
        rule: statement.text(0), subject: subject, row: row, key: statement.text(13), action: action,
        arguments: arguments, outcome: .needsApproval(.recommendation), request: request, occurrence: occurrence,
        index: Int(statement.integer(7)))
      if case .text(let recommendation)? = asked.argument(.recommendation),
        let picks = statement.textIfPresent(15).flatMap(JSONValue.init(text:))
      {
        asked.picks = DecidedPicks(json: picks, recommendation: recommendation)
      }
      items.append(
        ApprovalState.Item(
          action: asked, expiresAt: Instant(milliseconds: statement.integer(8)), answer: answer(statement, from: 9),
          key: statement.text(14), assets: names(of: asked).compactMap { assets[$0] }))
    }
    return items
  }

  private func names(of action: DecidedAction) -> [String] {
    guard case .list(let names)? = action.argument(.assets) else { return [] }
    return names.compactMap { if case .text(let name) = $0 { name } else { nil } }
  }

  /// From the columns answer, answered_by, answered_at, note.
  private func answer(_ statement: RawStatement, from column: Int) -> ApprovalState.Answer? {
    guard let text = statement.textIfPresent(column) else { return nil }
    return ApprovalState.Answer(
      isApproval: text == "approved", by: statement.textIfPresent(column + 1) ?? "",
      at: Instant(milliseconds: statement.integer(column + 2)), note: statement.textIfPresent(column + 3))
  }
}
