import RuleSemantics

/// A condition taken apart once, so that many rules can be compared with each other.
struct ConditionFacts: Sendable {
  struct Part: Sendable {
    var condition: CheckedExpression
    var fingerprint: String
    /// Of what the part denies: `x` for `not x`.
    var denied: String?
    var atom: Atom?
  }

  /// The operands of the outermost `and`.
  var parts: [Part]

  /// Equal for two conditions that mean the same by their form.
  var fingerprint: String { parts.map(\.fingerprint).sorted().joined(separator: ",") }
}

extension LintContext {
  func facts(of condition: CheckedExpression) -> ConditionFacts {
    ConditionFacts(
      parts: condition.conjuncts.map { part in
        var denied: String?
        if case .not(let operand) = part.kind { denied = operand.fingerprint }
        return .init(condition: part, fingerprint: part.fingerprint, denied: denied, atom: atom(part))
      })
  }
}

// What can be said of two conditions by their form. Each answer is certain when it is yes; no means not known.
extension ConditionFacts {
  /// Whether nobody can meet both at once.
  func isDisjoint(with other: ConditionFacts) -> Bool {
    parts.contains { part in
      other.parts.contains { second in
        if part.denied == second.fingerprint || second.denied == part.fingerprint { return true }
        guard let first = part.atom, let second = second.atom, first.key == second.key else { return false }
        return first.set.intersection(second.set)?.isEmpty == true
      }
    }
  }

  /// Whether everybody who meets this condition meets the other, too.
  func implies(_ other: ConditionFacts, _ context: LintContext) -> Bool {
    other.parts.allSatisfy { wanted in parts.contains { Self.implies($0, wanted, context) } }
  }

  private static func implies(_ part: Part, _ wanted: Part, _ context: LintContext) -> Bool {
    if part.fingerprint == wanted.fingerprint { return true }
    if let atom = part.atom, let wantedAtom = wanted.atom, atom.key == wantedAtom.key,
      atom.set.isSubset(of: wantedAtom.set)
    {
      return true
    }
    if case .or(let choices) = wanted.condition.kind {
      let facts = ConditionFacts(parts: [part])
      if choices.contains(where: { facts.implies(context.facts(of: $0), context) }) { return true }
    }
    if case .or(let choices) = part.condition.kind {
      let facts = ConditionFacts(parts: [wanted])
      return choices.allSatisfy { context.facts(of: $0).implies(facts, context) }
    }
    return false
  }
}
