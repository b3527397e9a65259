import RuleDiagnostics
import RuleSemantics

/// A field that a rule keeps in order, and what it writes into it.
struct Write {
  /// The position of the rule in the program.
  var rule: Int
  var subject: Subject
  var field: FieldIndex
  /// `nil` for `clear`.
  var value: CheckedExpression?
  /// Equal for equal values.
  var fingerprint: String
  var range: SourceRange
}

extension LintContext {
  /// What rules write whenever it would change something; what they advance is left out, since it is never lowered and
  /// so comes to rest.
  var writes: [Write] {
    program.rules.enumerated().flatMap { index, rule -> [Write] in
      guard rule.trigger == nil, rule.frequency.repetition == .upkeep, !rule.frequency.isPaused else { return [] }
      return rule.actions.compactMap { action in
        guard case .field(let field) = action.arguments[.field] else { return nil }
        var value: CheckedExpression?
        switch action.id {
        case .set:
          guard case .expression(let expression) = action.arguments[.value] else { return nil }
          value = expression
        case .clear: break
        default: return nil
        }
        return Write(
          rule: index, subject: rule.subject, field: field, value: value, fingerprint: value?.fingerprint ?? "",
          range: action.range)
      }
    }
  }

  func fieldName(_ write: Write) -> String {
    program.record(of: write.subject)[write.field].name
  }

  /// What an expression reads of its subject, definitions seen through.
  func reads(of expression: CheckedExpression) -> Set<Reference> {
    var found: Set<Reference> = []
    var pending = [expression]
    var seen: Set<DefinitionID> = []
    while let next = pending.popLast() {
      for reference in next.references where reference.variable == .subject && !reference.viaAccount {
        found.insert(reference)
        if case .definition(let id) = reference.attribute, seen.insert(id).inserted {
          pending += program[id].body.expressions
        }
      }
    }
    return found
  }
}
