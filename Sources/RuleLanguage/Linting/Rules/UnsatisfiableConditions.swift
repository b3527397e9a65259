import RuleDiagnostics
import RuleSemantics

/// Conditions that are never or always true, whatever the values: contradictions in an `and`, an `or` that leaves
/// nothing out, thresholds that a score cannot reach.
func findUnsatisfiableConditions(_ context: LintContext) -> [Diagnostic] {
  var reports: [Diagnostic] = []
  for root in context.roots where root.place != .test {
    visit(root.expression, root.subject, context, into: &reports)
  }
  return reports
}

private func visit(
  _ expression: CheckedExpression, _ subject: Subject, _ context: LintContext, into reports: inout [Diagnostic]
) {
  let count = reports.count
  switch expression.kind {
  case .and(let operands), .or(let operands):
    for operand in operands { visit(operand, subject, context, into: &reports) }
    // What is wrong inside explains what is wrong here.
    if reports.count == count { reports += conflicts(in: expression, operands, context) }
  case .compare, .isOneOf, .between:
    if let atom = context.atom(expression), let report = extreme(atom, expression, context) { reports.append(report) }
    for child in expression.children { visit(child, subject, context, into: &reports) }
  default:
    for child in expression.children { visit(child, subject, context, into: &reports) }
  }
}

/// A single comparison that is never or always true.
private func extreme(_ atom: Atom, _ condition: CheckedExpression, _ context: LintContext) -> Diagnostic? {
  guard let domain = context.domain(of: atom.operand), let reachable = atom.set.known.intersection(domain) else {
    return nil
  }
  let name = context.text(atom.operand.range)
  if reachable.isEmpty {
    switch atom.operand.type {
    case .number where !atom.set.known.isEmpty:
      let range = context.ranges.range(of: atom.operand)
      return .unreachableThreshold(
        context.text(condition.range), value: name, low: range.lowerBound, high: range.upperBound,
        at: condition.range, definition: context.definition(of: atom.operand))
    default:
      return .neverTrue(
        context.text(condition.range), at: condition.range, reason: .noSuchValue,
        related: context.choiceLabel(atom.operand))
    }
  }
  if atom.set.covers(domain) {
    return .alwaysTrue(
      context.text(condition.range), value: name, mayBeMissing: atom.operand.mayBeMissing, at: condition.range,
      related: [])
  }
  return nil
}

private func conflicts(
  in expression: CheckedExpression, _ operands: [CheckedExpression], _ context: LintContext
) -> [Diagnostic] {
  var atomsByKey: [String: [Atom]] = [:]
  var keys: [String] = []
  for operand in operands {
    guard let atom = context.atom(operand) else { continue }
    if atomsByKey[atom.key] == nil { keys.append(atom.key) }
    atomsByKey[atom.key, default: []].append(atom)
  }
  let isAnd = if case .and = expression.kind { true } else { false }
  return keys.compactMap { key in
    guard let atoms = atomsByKey[key], atoms.count > 1 else { return nil }
    return isAnd ? contradiction(in: atoms, context) : tautology(in: atoms, context)
  }
}

private func contradiction(in atoms: [Atom], _ context: LintContext) -> Diagnostic? {
  guard let domain = context.domain(of: atoms[0].operand) else { return nil }
  func isEmpty(_ set: ValueSet) -> Bool {
    !set.includesMissing && set.known.intersection(domain)?.isEmpty == true
  }
  // Two that exclude each other explain most; otherwise it takes all of them together.
  for (index, second) in atoms.enumerated() {
    for first in atoms[..<index] {
      if let both = first.set.intersection(second.set), isEmpty(both) {
        return .contradiction(
          context.text(first.range), context.text(second.range), value: context.text(second.operand.range),
          first: first.range, at: second.range)
      }
    }
  }
  var all = atoms[0].set
  for atom in atoms.dropFirst() {
    guard let both = all.intersection(atom.set) else { return nil }
    all = both
  }
  guard isEmpty(all), let last = atoms.last else { return nil }
  return .neverTrue(
    context.text(last.range), at: last.range, reason: .together,
    related: atoms.dropLast().map { ($0.range, context.text($0.range)) })
}

private func tautology(in atoms: [Atom], _ context: LintContext) -> Diagnostic? {
  guard let domain = context.domain(of: atoms[0].operand), let last = atoms.last else { return nil }
  var all = atoms[0].set
  for atom in atoms.dropFirst() {
    guard let either = all.union(atom.set) else { return nil }
    all = either
  }
  // `x == a or x is unknown or …`: true of everybody only when the missing are covered, too.
  guard all.covers(domain) else { return nil }
  return .alwaysTrue(
    context.text(atoms[0].range.union(last.range)), value: context.text(last.operand.range),
    mayBeMissing: last.operand.mayBeMissing && !all.includesMissing, at: last.range,
    related: atoms.dropLast().map(\.range))
}

extension LintContext {
  /// Where the score or define is declared that an operand reads.
  fileprivate func definition(of operand: CheckedExpression) -> SourceRange? {
    guard case .read(let reference) = operand.kind, case .definition(let id) = reference.attribute else { return nil }
    return program[id].nameRange
  }

  /// The values that a choice has, at its declaration.
  fileprivate func choiceLabel(_ operand: CheckedExpression) -> [(SourceRange, String)] {
    guard case .choice(let id) = operand.type else { return [] }
    let set = program[id]
    return [(set.range, set.values.joined(separator: set.isOrdered ? " < " : ", "))]
  }
}
