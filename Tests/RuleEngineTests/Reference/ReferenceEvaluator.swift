import BusinessTime
import RuleSemantics
import TextMatching

/// The language's reference, one row at a time: every line follows a sentence of the language's description, and
/// nothing is shared with the engine.
final class ReferenceEvaluator {
  let world: ReferenceWorld
  private var definitionValues: [DefinitionKey: Value] = [:]

  private struct DefinitionKey: Hashable {
    var definition: DefinitionID
    var row: Int
  }

  init(_ world: ReferenceWorld) {
    self.world = world
  }

  /// What the variables stand for.
  struct Environment {
    var subject: Subject
    var subjectRow: Int
    var person: Int?
    var deal: Int?
    var event: ReferenceWorld.Event?
    var trigger: ReferenceWorld.Trigger?
    /// The asset that is weighed.
    var candidate: AssetID?
  }

  func value(_ expression: CheckedExpression, _ environment: Environment) -> Value {
    switch expression.kind {
    case .constant(let value): return value
    case .now: return .time(world.now)
    case .today: return .date(day(world.now))
    case .read(let reference): return read(reference, environment)
    case .assetField(of: let operand, let field):
      guard case .asset(let asset) = value(operand, environment) else { return .missing }
      return world.program[asset].values[field.index]
    case .not, .and, .or, .compare, .isKnown, .isOneOf, .isInList, .between, .text, .matches, .inLast, .inNext,
      .isUnchanged, .did:
      return condition(expression, environment).map(Value.flag) ?? .missing
    case .arithmetic(let left, let operation, let right):
      guard case .number(let left) = value(left, environment), case .number(let right) = value(right, environment)
      else { return .missing }
      switch operation {
      case .add: return number(left + right)
      case .subtract: return number(left - right)
      case .multiply: return number(left * right)
      case .divide: return number(left / right)
      }
    case .negate(let operand):
      guard case .number(let number) = value(operand, environment) else { return .missing }
      return .number(-number)
    case .ago(let span): return .time(world.calendar.subtract(span, from: world.now))
    case .shift(let operand, let span, later: let later):
      guard let instant = instant(value(operand, environment)) else { return .missing }
      return .time(later ? world.calendar.add(span, to: instant) : world.calendar.subtract(span, from: instant))
    case .otherwise(let operand, let fallback):
      let known = value(operand, environment)
      return known == .missing ? value(fallback, environment) : known
    case .conditional(let test, then: let then, otherwise: let otherwise):
      return value(condition(test, environment) == true ? then : otherwise, environment)
    case .freshness(let operand, halfLife: let halfLife):
      guard let instant = instant(value(operand, environment)) else { return .missing }
      return .number(decay(since: instant, halfLife))
    case .diminishing(let operand, halfAt: let halfAt):
      guard case .number(let number) = value(operand, environment) else { return .missing }
      return .number(1 - powerOfTwo(-max(number, 0) / halfAt))
    case .closeness(let left, let right):
      guard case .choice(let set, let left) = value(left, environment),
        case .choice(_, let right) = value(right, environment)
      else { return .missing }
      let ranks = world.program[set].values.count
      return .number(ranks == 1 ? 1 : 1 - Double(abs(left - right)) / Double(ranks - 1))
    case .events(let query, let aggregate): return aggregated(query, aggregate, environment)
    case .people(let query, let aggregate): return aggregated(query, aggregate, environment)
    case .interpolation(let parts):
      return .text(parts.map { text(of: $0, environment) }.joined())
    case .candidate: return environment.candidate.map(Value.asset) ?? .missing
    case .affinity(let topics, halfLife: let halfLife): return affinity(topics, halfLife, environment)
    case .rate(let rate): return environment.candidate.map { self.rate(rate, of: $0) } ?? .missing
    case .popularity(let popularity):
      return environment.candidate.map { self.popularity(popularity, of: $0) } ?? .missing
    }
  }

  /// `nil` is unknown.
  func condition(_ expression: CheckedExpression, _ environment: Environment) -> Bool? {
    switch expression.kind {
    case .not(let operand): return condition(operand, environment).map { !$0 }
    case .and(let operands):
      let truths = operands.map { condition($0, environment) }
      return truths.contains(false) ? false : truths.contains(nil) ? nil : true
    case .or(let operands):
      let truths = operands.map { condition($0, environment) }
      return truths.contains(true) ? true : truths.contains(nil) ? nil : false
    case .compare(let left, let comparison, let right):
      return compare(value(left, environment), comparison, value(right, environment))
    case .isKnown(let operand): return value(operand, environment) != .missing
    case .isOneOf(let operand, let values):
      let operand = value(operand, environment)
      let truths = values.map { compare(operand, .equal, value($0, environment)) }
      return truths.contains(true) ? true : truths.contains(nil) ? nil : false
    case .isInList(let operand, let list):
      let operand = value(operand, environment)
      guard operand != .missing, case .list(let members) = value(list, environment) else { return nil }
      return members.contains { compare(operand, .equal, $0) == true }
    case .between(let operand, let low, let high):
      let operand = value(operand, environment)
      let notBelow = compare(operand, .greaterOrEqual, value(low, environment))
      let notAbove = compare(operand, .lessOrEqual, value(high, environment))
      return notBelow == false || notAbove == false ? false : notBelow == nil || notAbove == nil ? nil : true
    case .text(let text, let test, let part):
      guard case .text(let text) = value(text, environment), case .text(let part) = value(part, environment) else {
        return nil
      }
      return holds(Array(foldCase(text).utf8), test, Array(foldCase(part).utf8))
    case .matches(let operand, let pattern):
      guard case .text(let text) = value(operand, environment) else { return nil }
      switch try? CompiledPattern(pattern: pattern.pattern, options: pattern.options).matches(text) {
      case .yes: return true
      case .no: return false
      case .limitExceeded, nil: return nil
      }
    case .inLast(let operand, let span):
      let start = world.calendar.subtract(span, from: world.now)
      switch value(operand, environment) {
      case .time(let time): return start < time && time <= world.now
      case .date(let date): return day(start) < date && date <= day(world.now)
      default: return nil
      }
    case .inNext(let operand, let span):
      let end = world.calendar.add(span, to: world.now)
      switch value(operand, environment) {
      case .time(let time): return world.now < time && time <= end
      case .date(let date): return day(world.now) <= date && date <= day(end)
      default: return nil
      }
    case .isUnchanged(let reference, let span): return isUnchanged(reference, span, environment)
    case .did(let query, let times):
      let count = events(query, environment).count
      switch times {
      case .atLeast(let number): return count >= number
      case .exactly(let number): return count == number
      }
    default:
      if case .flag(let flag) = value(expression, environment) { return flag }
      return nil
    }
  }

  // MARK: - Comparing

  func compare(_ left: Value, _ comparison: CheckedExpression.Comparison, _ right: Value) -> Bool? {
    func ordered<T: Comparable>(_ left: T, _ right: T) -> Bool {
      switch comparison {
      case .equal: left == right
      case .notEqual: left != right
      case .less: left < right
      case .lessOrEqual: left <= right
      case .greater: left > right
      case .greaterOrEqual: left >= right
      }
    }
    switch (left, right) {
    case (.number(let left), .number(let right)): return ordered(left, right)
    case (.text(let left), .text(let right)): return ordered(foldCase(left), foldCase(right))
    case (.flag(let left), .flag(let right)): return ordered(left ? 1 : 0, right ? 1 : 0)
    case (.date(let left), .date(let right)): return ordered(left, right)
    case (.time(let left), .time(let right)): return ordered(left, right)
    // An instant compared with a date compares its day.
    case (.time(let left), .date(let right)): return ordered(day(left), right)
    case (.date(let left), .time(let right)): return ordered(left, day(right))
    case (.choice(_, let left), .choice(_, let right)): return ordered(left, right)
    case (.asset(let left), .asset(let right)): return ordered(left.index, right.index)
    default: return nil
    }
  }

  private func holds(_ text: [UInt8], _ test: CheckedExpression.TextTest, _ part: [UInt8]) -> Bool {
    guard part.count <= text.count else { return false }
    switch test {
    case .startsWith: return Array(text.prefix(part.count)) == part
    case .endsWith: return Array(text.suffix(part.count)) == part
    case .contains: return (0...(text.count - part.count)).contains { Array(text[$0..<($0 + part.count)]) == part }
    }
  }

  func day(_ instant: Instant) -> CivilDate { world.calendar.zone.day(of: instant) }

  func instant(_ value: Value) -> Instant? {
    switch value {
    case .time(let time): time
    case .date(let date): world.calendar.zone.startOfDay(date)
    default: nil
    }
  }

  func number(_ number: Double) -> Value { number.isFinite ? .number(number) : .missing }

  private func text(of part: CheckedExpression.TextPart, _ environment: Environment) -> String {
    guard case .value(let expression) = part else {
      if case .text(let text) = part { return text }
      return ""
    }
    switch value(expression, environment) {
    case .text(let text): return text
    case .number(let number): return number == number.rounded() ? "\(Int(number))" : "\(number)"
    case .choice(let set, let position): return world.program[set].values[position]
    default: return ""
    }
  }

  // MARK: - Reading

  func read(_ reference: Reference, _ environment: Environment) -> Value {
    switch reference.variable {
    case .subject:
      record(reference, environment.subject, environment.subjectRow).map { attribute(reference, $0) } ?? .missing
    case .person:
      environment.person.flatMap { record(reference, .contact, $0) }.map { attribute(reference, $0) } ?? .missing
    case .deal: environment.deal.map { field(reference, world.deals[$0].fields) } ?? .missing
    case .row: environment.event.map { attribute(reference, of: $0) } ?? .missing
    case .trigger: environment.trigger.map { attribute(reference, of: $0) } ?? .missing
    case .candidate: environment.candidate.map { field(reference, world.program[$0].values) } ?? .missing
    }
  }

  /// The contact or account whose attribute it is; without an account there is none.
  private func record(_ reference: Reference, _ subject: Subject, _ row: Int) -> (Subject, Int)? {
    guard reference.viaAccount, subject == .contact else { return (subject, row) }
    return world.contacts[row].account.map { (.account, $0) }
  }

  private func attribute(_ reference: Reference, _ record: (subject: Subject, row: Int)) -> Value {
    let table = record.subject == .contact ? world.contacts : world.accounts
    guard case .definition(let id) = reference.attribute else { return field(reference, table[record.row].fields) }
    return definition(id, row: record.row)
  }

  private func field(_ reference: Reference, _ fields: [Value]) -> Value {
    if case .field(let field) = reference.attribute { fields[field.index] } else { .missing }
  }

  private func attribute(_ reference: Reference, of event: ReferenceWorld.Event) -> Value {
    switch reference.attribute {
    case .eventTime: .time(event.time)
    case .eventWorth: world.program[event.type].worth.map(Value.number) ?? .missing
    default: field(reference, event.fields)
    }
  }

  private func attribute(_ reference: Reference, of trigger: ReferenceWorld.Trigger) -> Value {
    switch (trigger, reference.attribute) {
    case (.event(let event), _): attribute(reference, of: event)
    case (.change(_, _, let time), .eventTime): .time(time)
    case (.change(let old, _, _), .oldValue): old
    case (.change(_, let new, _), .newValue): new
    case (.change, _): .missing
    }
  }

  private func isUnchanged(_ reference: Reference, _ span: TimeSpan, _ environment: Environment) -> Bool? {
    let start: (Subject, Int)? =
      reference.variable == .person
      ? environment.person.map { (.contact, $0) } : (environment.subject, environment.subjectRow)
    guard let start, let record = record(reference, start.0, start.1) else { return nil }
    let row = record.0 == .contact ? world.contacts[record.1] : world.accounts[record.1]
    let limit = world.calendar.subtract(span, from: world.now)
    // A comparison with a missing value is unknown.
    guard attribute(reference, record) != .missing else { return nil }
    switch reference.attribute {
    case .field(let field): return row.changedAt[field].map { $0 <= limit } ?? true
    case .definition(let id):
      if let previous = row.previous[id], previous != definition(id, row: record.1) { return world.now <= limit }
      return row.previousChangedAt[id].map { $0 <= limit } ?? true
    default: return nil
    }
  }

  func definition(_ id: DefinitionID, row: Int) -> Value {
    let key = DefinitionKey(definition: id, row: row)
    if let known = definitionValues[key] { return known }
    let computed = computedDefinition(id, row: row)
    definitionValues[key] = computed
    return computed
  }
}
