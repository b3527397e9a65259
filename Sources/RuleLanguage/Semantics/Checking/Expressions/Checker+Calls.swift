import BusinessTime
import RuleDiagnostics
import RuleSyntax

// Functions of values: `freshness`, `diminishing`, `closeness`, `affinity`.
extension Checker {
  /// The arguments of a call, by kind.
  private struct Arguments {
    var values: [Expression] = []
    var halfLives: [Expression.Duration] = []
    var halfAts: [NumberLiteral] = []

    init(_ arguments: [Expression.Argument]) {
      for argument in arguments {
        switch argument {
        case .value(let value): values.append(value)
        case .halfLife(let duration): halfLives.append(duration)
        case .halfAt(let number): halfAts.append(number)
        }
      }
    }

    func counts(_ values: Int, _ halfLives: Int, _ halfAts: Int) -> Bool {
      self.values.count == values && self.halfLives.count == halfLives && self.halfAts.count == halfAts
    }
  }

  mutating func checkCall(
    _ name: Name, _ arguments: [Expression.Argument], in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    guard let function = BuiltInFunction(rawValue: name.text) else {
      if Expression.Aggregate.Function(rawValue: name.text) != nil {
        // Of events, people and deals, not of values side by side.
        report(
          .wrongArguments(
            name.text, form: "\(name.text)(x of E …)", example: "\(name.text)(worth of interaction within 30 days)",
            at: range))
        return failed(at: range)
      }
      let known =
        BuiltInFunction.allCases.map(\.rawValue) + Expression.Aggregate.Function.allCases.map(\.rawValue) + ["rate"]
      report(
        .unknownFunction(name.text, at: name.range, suggestion: nearestName(to: name.text, among: known), known: known))
      return failed(at: range)
    }
    let arguments = Arguments(arguments)
    let fits =
      switch function {
      case .freshness, .affinity: arguments.counts(1, 1, 0)
      case .diminishing: arguments.counts(1, 0, 1)
      case .closeness: arguments.counts(2, 0, 0)
      }
    guard fits else {
      report(.wrongArguments(name.text, form: function.form, example: function.example, at: range))
      return failed(at: range)
    }
    switch function {
    case .freshness: return checkFreshness(arguments.values[0], arguments.halfLives[0], in: scope, at: range)
    case .affinity:
      return checkAffinity(arguments.values[0], arguments.halfLives[0], name, in: scope, at: range)
    case .diminishing: return checkDiminishing(arguments.values[0], arguments.halfAts[0], in: scope, at: range)
    case .closeness: return checkCloseness(arguments.values[0], arguments.values[1], in: scope, at: range)
    }
  }

  private mutating func checkFreshness(
    _ value: Expression, _ duration: Expression.Duration, in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    let moment = checkMoment(value, in: scope)
    let halfLife = checkSpan(duration, allowsUneven: false)
    guard let halfLife, moment.type != .error else { return failed(at: range) }
    return CheckedExpression(
      .freshness(moment, halfLife: halfLife), .number, mayBeMissing: moment.mayBeMissing, at: range)
  }

  private mutating func checkDiminishing(
    _ value: Expression, _ half: NumberLiteral, in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    let amount = checkExpression(value, in: scope, expecting: .number)
    guard half.value > 0 else {
      report(.notPositive(text(half.range), what: "half at", at: half.range))
      return failed(at: range)
    }
    guard amount.type != .error else { return failed(at: range) }
    return CheckedExpression(
      .diminishing(amount, halfAt: half.value), .number, mayBeMissing: amount.mayBeMissing, at: range)
  }

  private mutating func checkCloseness(
    _ left: Expression, _ right: Expression, in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    let pair = checkPair(left, right, in: scope, context: nil)
    guard agree(pair.left, left, pair.right, right) else { return failed(at: range) }
    guard case .choice(let id) = pair.left.type else {
      report(.closenessOfUnordered(text(left.range), phrase(pair.left.type), at: left.range, declaration: nil))
      return failed(at: range)
    }
    guard program[id].isOrdered else {
      report(
        .closenessOfUnordered(text(left.range), phrase(pair.left.type), at: left.range, declaration: program[id].range))
      return failed(at: range)
    }
    return CheckedExpression(
      .closeness(pair.left, pair.right), .number, mayBeMissing: pair.left.mayBeMissing || pair.right.mayBeMissing,
      at: range)
  }

  private mutating func checkAffinity(
    _ value: Expression, _ duration: Expression.Duration, _ name: Name, in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    guard scope.hasCandidate else {
      report(.outsideRecommendation(name.text, at: name.range))
      return failed(at: range)
    }
    let topics = checkOperand(value, in: scope, context: nil)
    let halfLife = checkSpan(duration, allowsUneven: false)
    guard let halfLife, topics.type != .error else { return failed(at: range) }
    guard case .list = topics.type else {
      report(.typeMismatch(text(value.range), phrase(topics.type), wanted: .list(.anything), at: value.range))
      return failed(at: range)
    }
    // What an interaction touched is found in the same field of the assets that it was about.
    guard case .read(let reference) = topics.kind, reference.variable == .candidate else {
      let function = BuiltInFunction.affinity
      report(.wrongArguments(name.text, form: function.form, example: function.example, at: value.range))
      return failed(at: range)
    }
    return CheckedExpression(.affinity(topics, halfLife: halfLife), .number, mayBeMissing: true, at: range)
  }
}
