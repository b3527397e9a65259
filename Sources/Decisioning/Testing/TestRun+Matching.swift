import BusinessTime
import RuleDiagnostics
import RuleEngine
import RuleSemantics

extension TestRun {
  /// Whether what happened is what is expected, in all that the expectation states.
  func matches(
    _ happening: Happening, _ expected: CheckedAction, _ subject: Subject, _ person: String?, _ evaluation: Evaluation
  ) -> Bool {
    let action = happening.action
    // The best of a recommendation is sent like any asset.
    let isBest = action.action == .sendBest && expected.id == .sendAsset
    guard action.action == expected.id || isBest else { return false }
    if let person, person.lowercased() != action.key.lowercased() { return false }
    return expected.arguments.allSatisfy { parameter, argument in
      guard let wanted = self.wanted(argument, parameter, happening, subject, evaluation) else { return true }
      return wanted.contains { isSame($0, action.argument(parameter) ?? .null) }
    }
  }

  /// The values of which an argument has to be one; `nil` where the expectation states nothing.
  private func wanted(
    _ argument: CheckedAction.Argument, _ parameter: ParameterID, _ happening: Happening, _ subject: Subject,
    _ evaluation: Evaluation
  ) -> [JSONValue]? {
    switch argument {
    case .expression(let expression):
      if case .constant(let value) = expression.kind { return [program.json(value)] }
      guard happening.action.subject == subject else { return [] }
      return [program.json(evaluation.value(expression, of: subject, row: Int(happening.action.row)))]
    case .field(let field): return [.text(program.record(of: subject)[field].name)]
    case .asset(.declared(let asset)): return [.text(program[asset].name)]
    case .asset(.outside(let name)), .name(let name): return [.text(name)]
    case .recipient(.address(let address)), .recipient(.owner(fallback: let address?)): return [.text(address)]
    case .recipient(.owner(fallback: nil)): return nil
    case .span(let span): return [.text(calendar.add(span, to: happening.at).description)]
    case .flag(let flag): return flag ? [.flag(true)] : nil
    }
  }

  /// Numbers that differ by a rounding are the same.
  private func isSame(_ wanted: JSONValue, _ decided: JSONValue) -> Bool {
    if wanted == decided { return true }
    guard case .number(let wanted) = wanted, case .number(let decided) = decided else { return false }
    return abs(wanted - decided) <= 1e-9 * max(abs(wanted), abs(decided))
  }
}
