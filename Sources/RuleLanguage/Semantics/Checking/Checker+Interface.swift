import BusinessTime
import RuleDiagnostics
import RuleSyntax

// Stand-ins for the expression half of the checker; each goes when its file arrives.
extension Checker {
  /// A value of any type. With `expecting`, bare names are values of that type first, and the result has that type or
  /// `.error`: a mismatch is reported here.
  mutating func checkExpression(
    _ expression: Expression, in scope: Scope, expecting: ValueType? = nil
  ) -> CheckedExpression {
    CheckedExpression(.constant(.missing), .error, mayBeMissing: true, at: expression.range)
  }

  /// The result has the type flag or `.error`.
  mutating func checkCondition(_ expression: Expression, in scope: Scope) -> CheckedExpression {
    checkExpression(expression, in: scope, expecting: .flag)
  }

  /// A value in a record. `name` is the field or attribute that takes it, for messages. `nil` when it was reported.
  mutating func checkLiteral(_ literal: Literal, as type: ValueType, of name: String) -> Value? {
    nil
  }

  /// Whole where the unit needs it, and above zero; `nil` when it was reported. Half-lives take no business time.
  mutating func checkSpan(_ duration: Expression.Duration, allowsBusinessTime: Bool = true) -> TimeSpan? {
    duration.span
  }

  /// A whole number of at least `minimum`; `nil` when it was reported. `what` is a word of the language: `pick best`.
  mutating func checkWholeNumber(_ number: NumberLiteral, atLeast minimum: Int, of what: String) -> Int? {
    Int(exactly: number.value)
  }

  /// Factors of a score or a recommendation: names differ, weights total 100 %. `owner` is its name.
  mutating func checkFactors(_ factors: [FactorSyntax], of owner: Name, in scope: Scope) -> [Factor] {
    []
  }

  /// `nil` when it was reported, also when the arguments are wrong.
  mutating func checkAction(_ action: ActionSyntax, in scope: Scope) -> CheckedAction? {
    nil
  }

  /// How often; `standard` is what holds where the clauses do not say.
  mutating func checkFrequency(
    _ clauses: [FrequencyClause], in scope: Scope, standard: CheckedRule.Frequency.Repetition
  ) -> CheckedRule.Frequency {
    CheckedRule.Frequency(repetition: standard)
  }

  /// A declared event, `message` or `interaction`; reports an unknown one.
  mutating func resolveEvent(_ name: Name) -> EventQuery.Events? {
    program.events.firstIndex { $0.name == name.text }.map { .type(EventID($0)) }
  }

  /// What a bare name means as an attribute of the subject: a field or a definition. Reports an unknown one. The type is
  /// `.error` when its declaration was reported.
  mutating func resolveAttribute(
    _ name: Name, of subject: Subject
  ) -> (attribute: Reference.Attribute, type: ValueType)? {
    program.record(of: subject).index(of: name.text).map { (.field($0), program.record(of: subject)[$0].type) }
  }

  /// The checked define, score, journey or segment; reports an unknown name.
  mutating func resolveDefinition(named name: Name, subject: Subject) -> Definition? {
    nil
  }

  /// The name, when something of that kind is declared; else it is reported.
  mutating func resolveName(_ name: Name, as kind: DeclaredKind) -> String? {
    name.text
  }
}

/// Kinds of declarations that are named from elsewhere by name alone.
enum DeclaredKind: String, Hashable, CaseIterable {
  case rule, sequence, recommendation, team
}
