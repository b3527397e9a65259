import RuleDiagnostics
import RuleSemantics

/// Rules without a name: a changed one starts from scratch, since nothing ties it to its history.
func findUnnamedRules(_ context: LintContext) -> [Diagnostic] {
  context.program.rules.filter { !$0.isNamed }.map { .unnamedRule(at: context.firstWord($0.range)) }
}

/// Two rules that do the same thing under the same condition: everybody concerned gets it twice.
func findDuplicateRules(_ context: LintContext) -> [Diagnostic] {
  var first: [String: CheckedRule] = [:]
  return context.program.rules.compactMap { rule in
    let occasion =
      "\(rule.subject);\(rule.condition?.fingerprint ?? "");" + (rule.trigger.map { fingerprint(of: $0) } ?? "")
    for action in rule.actions {
      let key = occasion + ";" + action.fingerprint
      if let other = first[key] {
        return .duplicateRule(
          context.name(of: rule), action: action.id.rawValue, at: action.range, other: context.name(of: other),
          otherRange: context.nameRange(of: other))
      }
    }
    for action in rule.actions { first[occasion + ";" + action.fingerprint] = rule }
    return nil
  }
}

private func fingerprint(of trigger: CheckedRule.Trigger) -> String {
  let wait: String
  switch trigger.wait {
  case .duration(let span): wait = "\(span)"
  case .until(let instant): wait = instant.fingerprint
  case nil: wait = ""
  }
  return "\(trigger.occurrence);\(trigger.filter?.fingerprint ?? "");\(wait)"
}
