import BusinessTime
import RuleSemantics

/// An evaluation, asked about one row of a subject or one occurrence.
struct Question {
  let evaluation: Evaluation
  let subject: Subject
  /// Of the subject's table.
  let row: Int
  let occurrence: (batch: Occurrences, row: Int)?

  func value(_ expression: CheckedExpression) -> Value {
    guard let occurrence else { return evaluation.value(expression, of: subject, row: row) }
    return evaluation.value(expression, of: subject, occurrences: occurrence.batch, row: occurrence.row)
  }

  /// `nil` is unknown.
  func truth(_ condition: CheckedExpression) -> Bool? {
    if case .flag(let flag) = value(condition) { flag } else { nil }
  }

  func node(_ expression: CheckedExpression) -> NodeID {
    evaluation.node(for: expression, of: subject, trigger: occurrence?.batch.kind)
  }

  /// The row that an attribute of the subject or its account is in; `nil` for another variable or no account.
  func record(of reference: Reference) -> (subject: Subject, row: Int)? {
    guard reference.variable == .subject else { return nil }
    guard reference.viaAccount, subject == .contact else { return (subject, row) }
    let account = evaluation.snapshot.accountOfContact[row]
    return account >= 0 ? (.account, Int(account)) : nil
  }

  /// The same evaluation about a definition's own subject.
  func about(_ record: (subject: Subject, row: Int)) -> Question {
    Question(evaluation: evaluation, subject: record.subject, row: record.row, occurrence: nil)
  }

  /// The inner rows that an event or people query counts, with and without its filter.
  private func rows(_ query: CheckedExpression) -> (counted: [Int], all: Int, Grouping)? {
    let root = node(query)
    let batch = occurrence.map { evaluation.state(of: $0.batch) }
    _ = evaluation.column(root, batch)
    guard case .reduce(let reduction) = evaluation.plan.graph[root].kind else { return nil }
    let frame = evaluation.plan.graph[root].frame
    let isBatch = evaluation.plan.graph.isBatch[frame.index]
    let group = isBatch ? occurrence?.row ?? 0 : row
    let found = evaluation.countedRows(reduction, outerFrame: frame, group: group, batch)
    return (found.counted, found.all, reduction.grouping)
  }

  func events(_ query: EventQuery, as expression: CheckedExpression) -> [EventSummary.Event] {
    let count = CheckedExpression(
      .events(query, .count(halfLife: nil)), .number, mayBeMissing: false, at: expression.range)
    guard let found = rows(count), case .events(of: _, let source) = found.2.link else { return [] }
    return found.counted.map { row in
      switch source {
      case .type(let type), .everybody(let type): event(type, row)
      case .interactions(of: let subject):
        event(
          EventID(Int(evaluation.interactions(of: subject).types[row])),
          Int(evaluation.interactions(of: subject).rows[row]))
      }
    }
  }

  private func event(_ type: EventID, _ row: Int) -> EventSummary.Event {
    let table = evaluation.eventTable(type)
    return EventSummary.Event(
      type: type, row: row, id: table.ids[row], time: Instant(milliseconds: table.times[row]))
  }

  func people(_ query: PeopleQuery, as expression: CheckedExpression) -> PeopleSummary {
    let count = CheckedExpression(.people(query, .count), .number, mayBeMissing: false, at: expression.range)
    guard let found = rows(count) else { return PeopleSummary(count: 0, total: 0, examples: []) }
    let snapshot = evaluation.snapshot
    let keys = query.rows == .deals ? snapshot.deals.keys : snapshot.contacts.keys
    let examples = found.counted.prefix(3).compactMap { row in
      keys.indices.contains(row) && keys[row] >= 0 ? evaluation.texts.text(keys[row]) : nil
    }
    return PeopleSummary(count: found.counted.count, total: found.all, examples: examples)
  }
}
