import RuleDiagnostics
import RuleSemantics

/// Two rules of equal priority that set one field differently for the same people.
func findContestedFields(_ context: LintContext) -> [Diagnostic] {
  let writes = Dictionary(grouping: context.writes) { "\($0.subject.rawValue) \($0.field.index)" }
  return writes.values.flatMap { contests(among: $0, context) }
}

private func contests(among writes: [Write], _ context: LintContext) -> [Diagnostic] {
  let rules = context.program.rules
  let key = context.commonKey(of: writes)
  var byValue: [ValueSet: [Write]] = [:]
  var withoutValue: [Write] = []
  var all: [Write] = []
  var reports: [Diagnostic] = []
  for later in writes {
    let value = key.flatMap { context.ruleFacts[later.rule]?.singleValue(of: $0) }
    // Rules that want different values of one thing never meet: a thousand of them are compared in one go.
    let rivals = value.map { byValue[$0, default: []] + withoutValue } ?? all
    let earlier = rivals.first { earlier in
      earlier.rule != later.rule && rules[earlier.rule].priority == rules[later.rule].priority
        && earlier.fingerprint != later.fingerprint && !context.areDisjoint(earlier.rule, later.rule)
    }
    if let earlier {
      reports.append(
        .contestedField(
          context.fieldName(later), rule: context.name(of: rules[later.rule]), at: later.range,
          other: context.name(of: rules[earlier.rule]), otherRange: earlier.range))
    }
    all.append(later)
    if let value { byValue[value, default: []].append(later) } else { withoutValue.append(later) }
  }
  return reports
}

/// Upkeep with a value that is another one at every look.
func findRestlessUpkeep(_ context: LintContext) -> [Diagnostic] {
  context.writes.compactMap { write in
    guard let value = write.value else { return nil }
    let field = context.fieldName(write)
    if let moving = movingPart(of: value) {
      return .restlessUpkeep(field, value: context.text(moving.range), at: value.range, isOwnValue: false)
    }
    guard value.type == .number, case .arithmetic = value.kind,
      value.references.contains(Reference(.subject, .field(write.field)))
    else { return nil }
    return .restlessUpkeep(field, value: field, at: value.range, isOwnValue: true)
  }
}

/// The part of a value that moves on with the clock; conditions inside come to rest by themselves.
private func movingPart(of value: CheckedExpression) -> CheckedExpression? {
  switch value.kind {
  case .now, .today, .ago: return value
  case .conditional(_, let then, let otherwise): return movingPart(of: then) ?? movingPart(of: otherwise)
  case .otherwise, .arithmetic, .shift, .negate, .interpolation:
    return value.children.lazy.compactMap { movingPart(of: $0) }.first
  default: return nil
  }
}

extension LintContext {
  /// The thing of which most of the rules want one value each.
  fileprivate func commonKey(of writes: [Write]) -> String? {
    var counts: [String: Int] = [:]
    for write in writes {
      for atom in ruleFacts[write.rule]?.parts.compactMap(\.atom) ?? [] where atom.set.isSingle {
        counts[atom.key, default: 0] += 1
      }
    }
    return counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key
  }

  /// Whether nobody can meet the conditions of both rules.
  fileprivate func areDisjoint(_ left: Int, _ right: Int) -> Bool {
    guard let left = ruleFacts[left], let right = ruleFacts[right] else { return false }
    return left.isDisjoint(with: right)
  }
}

extension ConditionFacts {
  /// The only value of a thing that the condition leaves; `nil` when it leaves several.
  fileprivate func singleValue(of key: String) -> ValueSet? {
    parts.lazy.compactMap(\.atom).first { $0.key == key && $0.set.isSingle }?.set
  }
}

extension ValueSet {
  fileprivate var isSingle: Bool {
    if includesMissing { return false }
    switch known {
    case .positions(let positions, _): return positions.count == 1
    case .texts(let texts, let areExcluded): return !areExcluded && texts.count == 1
    case .intervals(let intervals): return intervals.count == 1 && intervals[0].low == intervals[0].high
    }
  }
}
