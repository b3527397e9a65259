import RuleSemantics

// What can be said of two conditions by their form. Each answer is certain when it is yes; no means not known.
extension LintContext {
  /// Whether nobody can meet both at once.
  func areDisjoint(_ left: CheckedExpression?, _ right: CheckedExpression?) -> Bool {
    guard let left, let right else { return false }
    let leftParts = left.conjuncts
    let rightParts = right.conjuncts
    for part in leftParts {
      if rightParts.contains(where: { isNegation(part, of: $0) || isNegation($0, of: part) }) { return true }
      guard let atom = atom(part) else { continue }
      for other in rightParts {
        guard let otherAtom = self.atom(other), otherAtom.key == atom.key else { continue }
        if atom.set.intersection(otherAtom.set)?.isEmpty == true { return true }
      }
    }
    return false
  }

  /// Whether everybody who meets `condition` meets `other`, too.
  func implies(_ condition: CheckedExpression, _ other: CheckedExpression) -> Bool {
    let parts = condition.conjuncts
    return other.conjuncts.allSatisfy { wanted in
      parts.contains { partImplies($0, wanted) }
    }
  }

  private func partImplies(_ part: CheckedExpression, _ wanted: CheckedExpression) -> Bool {
    if part.fingerprint == wanted.fingerprint { return true }
    if let atom = atom(part), let wantedAtom = self.atom(wanted), atom.key == wantedAtom.key,
      atom.set.isSubset(of: wantedAtom.set)
    {
      return true
    }
    if case .or(let choices) = wanted.kind { return choices.contains { implies(part, $0) } }
    if case .or(let choices) = part.kind { return choices.allSatisfy { implies($0, wanted) } }
    return false
  }

  private func isNegation(_ condition: CheckedExpression, of other: CheckedExpression) -> Bool {
    if case .not(let operand) = condition.kind { return operand.fingerprint == other.fingerprint }
    return false
  }
}
