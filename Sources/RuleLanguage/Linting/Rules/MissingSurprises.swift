import RuleDiagnostics
import RuleSemantics

/// `not` and `!=` where a value may be missing: the condition is then unknown, and whoever was meant by "all the others"
/// is left out.
func findMissingSurprises(_ context: LintContext) -> [Diagnostic] {
  var reports: [Diagnostic] = []
  for root in context.roots {
    // In doubt nothing is sent: that is what `never message` is for. A test says what it expects.
    if root.place == .neverMessage || root.place == .test { continue }
    collect(root.expression, guards: [], subject: root.subject, context, into: &reports)
  }
  return reports
}

/// - Parameter guards: what the conditions beside this one already say: the values that they need or exclude.
private func collect(
  _ expression: CheckedExpression, guards: Set<Reference>, subject: Subject, _ context: LintContext,
  into reports: inout [Diagnostic]
) {
  switch expression.kind {
  case .and(let operands), .or(let operands):
    let isAnd = if case .and = expression.kind { true } else { false }
    let said = operands.map { isAnd ? needs($0) : excuses($0) }
    for (index, operand) in operands.enumerated() {
      var inner = guards
      for (other, values) in said.enumerated() where other != index { inner.formUnion(values) }
      collect(operand, guards: inner, subject: subject, context, into: &reports)
    }
    return
  case .not(let operand):
    if report(operand, expression, guards, subject, context, into: &reports) { return }
  case .compare(let left, .notEqual, let right):
    for side in [left, right] where side.constantValue == nil {
      if report(side, expression, guards, subject, context, into: &reports) { return }
    }
  default:
    break
  }
  for child in expression.children { collect(child, guards: [], subject: subject, context, into: &reports) }
}

/// Whether there was something to say about `condition`, whose answer hangs on `operand`.
private func report(
  _ operand: CheckedExpression, _ condition: CheckedExpression, _ guards: Set<Reference>, _ subject: Subject,
  _ context: LintContext, into reports: inout [Diagnostic]
) -> Bool {
  let sources = missingSources(of: operand, context).filter { !guards.contains($0.reference) }
  guard let source = sources.first else { return false }
  reports.append(
    .missingSurprise(
      context.text(condition.range), value: source.text,
      isPerson: source.reference.variable == .subject && subject == .contact || source.reference.variable == .person,
      at: condition.range, isNegation: condition.isNegation))
  return true
}

/// The attributes whose missing values make an expression missing, each as it is written.
private func missingSources(
  of expression: CheckedExpression, _ context: LintContext
) -> [(reference: Reference, text: String)] {
  guard expression.mayBeMissing else { return [] }
  switch expression.kind {
  case .read(let reference):
    switch reference.variable {
    case .subject, .person, .deal: return [(reference, context.text(expression.range))]
    case .candidate:
      return context.isMissingSomewhere(reference) ? [(reference, context.text(expression.range))] : []
    // What an event says about itself is what the source sends.
    case .row, .trigger: return []
    }
  // Only the fallback can leave it missing.
  case .otherwise(_, let fallback): return missingSources(of: fallback, context)
  case .conditional(_, let then, let otherwise):
    return missingSources(of: then, context) + missingSources(of: otherwise, context)
  case .events, .people, .rate, .popularity, .did, .isUnchanged: return []
  default: return expression.children.flatMap { missingSources(of: $0, context) }
  }
}

/// The attributes that must be known for a condition to be true.
private func needs(_ condition: CheckedExpression) -> Set<Reference> {
  switch condition.kind {
  case .isKnown(let operand): return Set(operand.references)
  case .not, .or: return []
  case .compare(_, .notEqual, _): return []
  case .and(let operands): return operands.reduce(into: []) { $0.formUnion(needs($1)) }
  case .compare(let left, _, let right): return Set((left.plainReferences + right.plainReferences))
  case .isOneOf(let operand, _), .between(let operand, _, _), .text(let operand, _, _), .matches(let operand, _),
    .inLast(let operand, _), .inNext(let operand, _):
    return Set(operand.plainReferences)
  case .read(let reference): return [reference]
  default: return []
  }
}

/// The attributes that may be missing because the condition then is true: `x is unknown or …`.
private func excuses(_ condition: CheckedExpression) -> Set<Reference> {
  if case .not(let operand) = condition.kind, case .isKnown(let value) = operand.kind {
    return Set(value.references)
  }
  return []
}

extension CheckedExpression {
  /// The attribute that this is, or whose arithmetic it is; not what stands inside an `otherwise`.
  fileprivate var plainReferences: [Reference] {
    switch kind {
    case .read(let reference): [reference]
    case .arithmetic(let left, _, let right): left.plainReferences + right.plainReferences
    case .negate(let operand): operand.plainReferences
    default: []
    }
  }

  fileprivate var isNegation: Bool {
    if case .not = kind { return true }
    return false
  }
}

extension LintContext {
  /// Whether some asset lacks the field. All assets are known, so there is no need to warn of what no asset lacks.
  fileprivate func isMissingSomewhere(_ reference: Reference) -> Bool {
    guard case .field(let index) = reference.attribute else { return false }
    return program.assets.contains { $0.values[index.index] == .missing }
  }
}
