import BusinessTime
import Decisioning
import RuleDiagnostics
import RuleSemantics

/// What a declaration means, as a text that is equal for two that mean the same by their form: neither layout nor the
/// order of declarations counts, nor that of `and`, `or`, `==` and the values of `in`. Everything is called by its name,
/// so that the texts of two rule books can be compared.
struct MeaningText {
  let program: CheckedProgram
  /// Whose fields bare names are.
  let subject: Subject
  /// What is read on the way, by `ComparedDeclaration.key`.
  let reads: Reads
  /// Whose fields the attributes of an event are.
  private var rowEvent: EventID?

  /// A class, since texts are put together from many parts.
  final class Reads {
    var keys: Set<String> = []
  }

  init(_ program: CheckedProgram, _ subject: Subject, reads: Reads = Reads()) {
    self.program = program
    self.subject = subject
    self.reads = reads
  }

  func expression(_ expression: CheckedExpression) -> String {
    func text(_ operand: CheckedExpression) -> String { self.expression(operand) }
    func sorted(_ operands: [CheckedExpression]) -> String { operands.map(text).sorted().joined(separator: ",") }
    switch expression.kind {
    case .constant(let value): return self.value(value)
    case .now: return "now"
    case .today: return "today"
    case .read(let reference): return name(reference)
    case .assetField(let of, let field): return "\(text(of)).\(program.asset[field].name)"
    case .not(let operand): return "not(\(text(operand)))"
    case .and(let operands): return "and(\(sorted(operands)))"
    case .or(let operands): return "or(\(sorted(operands)))"
    case .compare(let left, let comparison, let right):
      switch comparison {
      case .equal, .notEqual: return "\(comparison.rawValue)(\(sorted([left, right])))"
      case .less, .lessOrEqual: return "\(comparison.rawValue)(\(text(left)),\(text(right)))"
      case .greater: return "<(\(text(right)),\(text(left)))"
      case .greaterOrEqual: return "<=(\(text(right)),\(text(left)))"
      }
    case .isKnown(let operand): return "known(\(text(operand)))"
    case .isOneOf(let operand, let values): return "in(\(text(operand));\(sorted(values)))"
    case .isInList(let member, let list): return "inlist(\(text(member)),\(text(list)))"
    case .between(let operand, let low, let high): return "between(\(text(operand)),\(text(low)),\(text(high)))"
    case .text(let left, let test, let right): return "\(test.rawValue)(\(text(left)),\(text(right)))"
    case .matches(let operand, let pattern):
      return "matches(\(text(operand)),\(quoted(pattern.pattern)),\(pattern.options))"
    case .inLast(let operand, let span): return "last(\(text(operand)),\(self.span(span)))"
    case .inNext(let operand, let span): return "next(\(text(operand)),\(self.span(span)))"
    case .isUnchanged(let reference, let span): return "unchanged(\(name(reference)),\(self.span(span)))"
    case .did(let query, .atLeast(let count)): return "did(\(self.query(query)),\(count)+)"
    case .did(let query, .exactly(let count)): return "did(\(self.query(query)),\(count))"
    case .arithmetic(let left, let operation, let right):
      return "\(operation.rawValue)(\(text(left)),\(text(right)))"
    case .negate(let operand): return "-(\(text(operand)))"
    case .ago(let span): return "ago(\(self.span(span)))"
    case .shift(let operand, let span, let later): return "shift(\(text(operand)),\(self.span(span)),\(later))"
    case .otherwise(let value, let fallback): return "otherwise(\(text(value)),\(text(fallback)))"
    case .conditional(let condition, let then, let otherwise):
      return "if(\(text(condition)),\(text(then)),\(text(otherwise)))"
    case .freshness(let operand, let halfLife): return "freshness(\(text(operand)),\(span(halfLife)))"
    case .diminishing(let operand, let halfAt): return "diminishing(\(text(operand)),\(halfAt))"
    case .closeness(let left, let right): return "closeness(\(sorted([left, right])))"
    case .events(let query, let aggregate):
      return "events(\(self.query(query)),\(row(event(of: query)).aggregate(aggregate)))"
    case .people(let query, let aggregate):
      return "people(\(query.rows),\(optional(query.filter)),\(self.aggregate(aggregate)))"
    case .affinity(let operand, let halfLife): return "affinity(\(text(operand)),\(span(halfLife)))"
    case .rate(let rate):
      let (outcome, exposure) = (program[rate.outcome].name, program[rate.exposure].name)
      return "rate(\(outcome),\(row(rate.outcome).optional(rate.outcomeFilter)),\(span(rate.within)),\(exposure),"
        + "\(row(rate.exposure).optional(rate.exposureFilter)),\(rate.prior))"
    case .candidate: return "candidate"
    case .popularity(let popularity):
      return "popularity(\(program[popularity.event].name),\(row(popularity.event).optional(popularity.filter)),"
        + "\(popularity.window.map(window) ?? ""),\(popularity.halfLife.map(span) ?? ""))"
    case .interpolation(let parts):
      return "text("
        + parts.map { part in
          switch part {
          case .text(let text): quoted(text)
          case .value(let value): text(value)
          }
        }.joined(separator: ",") + ")"
    }
  }

  func optional(_ expression: CheckedExpression?) -> String { expression.map(self.expression) ?? "" }

  func span(_ span: TimeSpan) -> String { "\(JSONValue.spelling(of: span.amount)) \(span.unit.rawValue)" }

  func value(_ value: Value) -> String {
    if case .choice(let set, let position) = value {
      // Where a value stands among the others decides comparisons.
      return "\(program[set].name).\(program[set].values[position])"
    }
    return program.json(value).text
  }

  func quoted(_ text: String) -> String { JSONValue.text(text).text }

  // MARK: - Names

  private func row(_ event: EventID?) -> MeaningText {
    var inner = self
    inner.rowEvent = event
    return inner
  }

  func name(_ reference: Reference) -> String {
    let variable = "\(reference.variable)"
    switch reference.attribute {
    case .definition(let id):
      reads.keys.insert(ComparedDeclaration.key(of: program[id]))
      return "\(variable).\(program[id].subject.rawValue).\(program[id].name)"
    case .eventTime: return "\(variable).at"
    case .eventWorth: return "\(variable).worth"
    case .oldValue: return "\(variable).old"
    case .newValue: return "\(variable).new"
    case .field(let field):
      let account = reference.viaAccount ? "account." : ""
      return "\(variable).\(account)\(fieldName(reference, field))"
    }
  }

  private func fieldName(_ reference: Reference, _ field: FieldIndex) -> String {
    let schema: RecordSchema
    switch reference.variable {
    case .subject: schema = reference.viaAccount ? program.account : program.record(of: subject)
    case .person: schema = reference.viaAccount ? program.account : program.contact
    case .deal: schema = reference.viaAccount ? program.account : program.deal
    case .candidate: schema = program.asset
    case .row, .trigger:
      guard let event = rowEvent else { return "field \(field.index)" }
      schema = program[event].record
    }
    guard schema.fields.indices.contains(field.index) else { return "field \(field.index)" }
    reads.keys.insert(ComparedDeclaration.key(field: schema[field].name, of: record(reference)))
    return schema[field].name
  }

  /// The kind of record that a field belongs to.
  private func record(_ reference: Reference) -> String {
    if reference.viaAccount { return "account" }
    switch reference.variable {
    case .subject: return subject.rawValue
    case .person: return "contact"
    case .deal: return "deal"
    case .candidate: return "asset"
    case .row, .trigger: return rowEvent.map { program[$0].name } ?? ""
    }
  }

  // MARK: - Queries

  private func event(of query: EventQuery) -> EventID? {
    if case .type(let event) = query.events { event } else { nil }
  }

  private func query(_ query: EventQuery) -> String {
    let event = event(of: query)
    let name = event.map { program[$0].name } ?? "interaction"
    if let event { reads.keys.insert("event \(program[event].name)") }
    return "\(query.owner),\(name),\(row(event).optional(query.filter)),\(query.window.map(window) ?? "")"
  }

  private func window(_ window: EventQuery.Window) -> String {
    switch window {
    case .since(let instant): "since(\(expression(instant)))"
    case .within(let span): "within(\(self.span(span)))"
    case .sinceStep(let step): "step(\(step))"
    case .sinceEnrolment: "enrolment"
    case .fromTo(let from, let to): "from(\(span(from)),\(span(to)))"
    }
  }

  private func aggregate(_ aggregate: CheckedExpression.EventAggregate) -> String {
    switch aggregate {
    case .count(let halfLife): "count(\(halfLife.map(span) ?? ""))"
    case .sum(let value, let halfLife): "sum(\(expression(value)),\(halfLife.map(span) ?? ""))"
    case .average(let value): "average(\(expression(value)))"
    case .min(let value): "min(\(expression(value)))"
    case .max(let value): "max(\(expression(value)))"
    case .distinct(let value): "distinct(\(expression(value)))"
    case .first: "first"
    case .last: "last"
    case .points(let once, let halfLife): "points(\(once.map(span) ?? ""),\(halfLife.map(span) ?? ""))"
    }
  }

  private func aggregate(_ aggregate: CheckedExpression.PeopleAggregate) -> String {
    switch aggregate {
    case .any: "any"
    case .count: "count"
    case .share: "share"
    case .sum(let value): "sum(\(expression(value)))"
    case .average(let value): "average(\(expression(value)))"
    case .min(let value): "min(\(expression(value)))"
    case .max(let value): "max(\(expression(value)))"
    case .distinct(let value): "distinct(\(expression(value)))"
    }
  }

  /// About the event that sets off an `on` rule.
  func triggered(by occurrence: CheckedRule.Occurrence?) -> MeaningText {
    if case .event(.type(let event)) = occurrence { return row(event) }
    return self
  }
}
