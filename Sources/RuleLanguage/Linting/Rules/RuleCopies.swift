import RuleDiagnostics
import RuleSemantics

/// Rules without a name: a changed one starts from scratch, since nothing ties it to its history.
func findUnnamedRules(_ context: LintContext) -> [Diagnostic] {
  context.program.rules.filter { !$0.isNamed }.map { .unnamedRule(at: context.firstWord($0.range)) }
}

/// Two rules that do the same thing under the same condition: everybody concerned gets it twice.
func findDuplicateRules(_ context: LintContext) -> [Diagnostic] {
  let rules = context.program.rules
  var firstOfOccasion: [String: Int] = [:]
  // What rules do is written out only where two have the same occasion.
  var sharedOccasions: Set<String> = []
  var firstToDo: [String: Int] = [:]
  func note(_ rule: Int, _ occasion: String) {
    for action in rules[rule].actions { firstToDo[occasion + ";" + action.fingerprint] = rule }
  }
  return rules.indices.compactMap { index in
    let rule = rules[index]
    let occasion =
      rule.subject.rawValue + ";" + (context.ruleFacts[index]?.fingerprint ?? "") + ";"
      + (rule.trigger?.fingerprint ?? "")
    guard let first = firstOfOccasion[occasion] else {
      firstOfOccasion[occasion] = index
      return nil
    }
    if sharedOccasions.insert(occasion).inserted { note(first, occasion) }
    for action in rule.actions {
      if let other = firstToDo[occasion + ";" + action.fingerprint].map({ rules[$0] }) {
        return .duplicateRule(
          context.name(of: rule), action: action.id.rawValue, at: action.range, other: context.name(of: other),
          otherRange: context.nameRange(of: other))
      }
    }
    note(index, occasion)
    return nil
  }
}
