import BusinessTime
import RuleSemantics

extension Question {
  /// Whether a condition becomes true when the changes are made and all else stays; `nil` when they cannot be made
  /// here, as with events that have yet to happen.
  func isConfirmed(_ changes: [RequiredChange], for condition: CheckedExpression) -> Bool? {
    var snapshot = evaluation.snapshot
    snapshot.texts = evaluation.texts
    var now = evaluation.now
    for change in changes {
      if case .waits(until: let instant) = change.requirement {
        now = max(now, instant)
        continue
      }
      guard case .read(let reference) = change.target.kind, let record = record(of: reference),
        let value = example(for: change)
      else { return nil }
      guard set(reference.attribute, of: record, to: value, change.target.type, in: &snapshot) else { return nil }
    }
    let changed = Evaluation(plan: evaluation.plan, snapshot: snapshot, now: now, calendar: evaluation.calendar)
    return Question(evaluation: changed, subject: subject, row: row, occurrence: occurrence).truth(condition) == true
  }

  private func set(
    _ attribute: Reference.Attribute, of record: (subject: Subject, row: Int), to value: Value, _ type: ValueType,
    in snapshot: inout Snapshot
  ) -> Bool {
    var table = record.subject == .contact ? snapshot.contacts : snapshot.accounts
    let single = Column([value], type: type, texts: &snapshot.texts)
    var rows = (0..<Int32(table.count)).map(\.self)
    rows[record.row] = Int32(table.count)
    switch attribute {
    case .field(let field):
      let column = table.columns[field.index]
      let present = column.count == table.count ? column : .missing(type, count: table.count)
      table.columns[field.index] = present.followed(by: single).gathered(rows)
    case .definition(let id):
      if value == .missing { return false }
      let present = table.given[id] ?? .missing(type, count: table.count)
      table.given[id] = present.followed(by: single).gathered(rows)
    case .eventTime, .eventWorth, .oldValue, .newValue: return false
    }
    switch record.subject {
    case .contact: snapshot.contacts = table
    case .account: snapshot.accounts = table
    }
    return true
  }

  // MARK: - Examples

  /// A value that meets the requirement; `nil` when there is none to name.
  private func example(for change: RequiredChange) -> Value? {
    switch change.requirement {
    case .compares(let bounds): example(within: bounds)
    case .isOneOf(let values): values.first
    case .isNoneOf(let values): examples(of: change.target.type).first { !values.contains($0) }
    case .isKnown: examples(of: change.target.type).first
    case .isMissing: .missing
    case .holds, .changes, .moreEvents, .waits, .morePeople, .fewerPeople: nil
    }
  }

  private func examples(of type: ValueType) -> [Value] {
    let program = evaluation.plan.program
    switch type {
    case .number: return [.number(1), .number(2), .number(0)]
    case .flag: return [.flag(true), .flag(false)]
    case .date: return [.date(evaluation.calendar.zone.day(of: evaluation.now))]
    case .time: return [.time(evaluation.now)]
    case .choice(let set): return program[set].values.indices.map { .choice(set, $0) }
    case .asset: return program.assets.indices.map { .asset(AssetID($0)) }
    case .text, .list, .error: return []
    }
  }

  private func example(within bounds: [RequiredChange.Bound]) -> Value? {
    var candidates: [Value] = []
    for bound in bounds {
      for other in bounds { candidates.append(contentsOf: examples(near: bound.value, other.value)) }
    }
    return candidates.first { candidate in
      bounds.allSatisfy { Value.compare(candidate, $0.comparison, $0.value) == .flag(true) }
    }
  }

  /// The value, what lies next to it, and what lies between both.
  private func examples(near value: Value, _ other: Value) -> [Value] {
    switch (value, other) {
    case (.number(let number), .number(let other)):
      return [number, number.rounded(.down) + 1, number.rounded(.up) - 1, (number + other) / 2].map(Value.number)
    case (.date(let date), .date): return [0, 1, -1].map { .date(date.adding(days: $0)) }
    case (.time(let time), .time): return [0, 1, -1].map { .time(time.adding(milliseconds: $0)) }
    default: return [value]
    }
  }
}
