import RuleDiagnostics

extension Parser {
  /// `closeness(a, b)`, `freshness(t, half life 14 days)`, `diminishing(x, half at 3)`
  mutating func parseCall() -> Expression {
    let start = index
    guard let entered = enter() else { return skippedCall(from: start) }
    defer { leave(entered) }
    let name = takeName()
    if kind(at: index + 1) == .rightParenthesis {
      index += 2
      return Expression(.call(name, []), range(from: start))
    }
    var arguments: [Expression.Argument] = []
    var highest = 0
    parseList { parser in
      arguments.append(parser.parseArgument())
      highest = max(highest, parser.height)
    }
    height = highest + 1
    return Expression(.call(name, arguments), range(from: start))
  }

  /// `max(a, b)`, which looks like an aggregate up to its first comma.
  private mutating func parseCall(_ name: Name, from start: Int, first: Expression) -> Expression {
    var arguments = [Expression.Argument.value(first)]
    var highest = height
    if accept(.comma) {
      parseElements(openedBy: start + 1) { parser in
        arguments.append(parser.parseArgument())
        highest = max(highest, parser.height)
      }
    } else {
      advance()
    }
    height = highest + 1
    return Expression(.call(name, arguments), range(from: start))
  }

  private mutating func parseArgument() -> Expression.Argument {
    height = 1
    if at(.half, .life) { return .halfLife(parseHalfLife()) }
    if at(.half, .at) {
      _ = accept(.half, .at)
      return .halfAt(expectNumber())
    }
    return .value(parseExpression())
  }

  private mutating func skippedCall(from start: Int) -> Expression {
    advance()
    return Expression(.missing, range(from: start))
  }

  // MARK: - Aggregates

  /// `count(rows)`, `sum(x of rows)`. `min` and `max` of values are calls.
  mutating func parseAggregate(_ function: Expression.Aggregate.Function) -> Expression {
    let start = index
    guard let entered = enter() else { return skippedCall(from: start) }
    defer { leave(entered) }
    let name = Name(written(index), range(of: index))
    if let word = lexeme { checkCase(of: word, at: index) }
    advance()
    let open = index
    advance()
    parenthesisDepth += 1
    defer { parenthesisDepth -= 1 }
    var value: Expression?
    var valueHeight = 0
    if function.takesValue {
      let first = parseExpression()
      valueHeight = height
      if at(kind: .comma) || (at(kind: .rightParenthesis) && (function == .min || function == .max)) {
        return parseCall(name, from: start, first: first)
      }
      expect(.of)
      value = first
    }
    guard let rows = parseRows() else {
      if !accept(.rightParenthesis) { reportUnclosedParenthesis(open) }
      return Expression(.missing, range(from: start))
    }
    height = max(height, valueHeight) + 1
    if !accept(.rightParenthesis) { reportUnclosedParenthesis(open) }
    return Expression(
      .aggregate(
        Expression.Aggregate(function: function, functionRange: name.range, value: value, rows: rows)),
      range(from: start))
  }

  /// `rate(meeting_booked within 14 days after content_download, prior 5)`
  mutating func parseRate() -> Expression {
    let start = index
    guard let entered = enter() else { return skippedCall(from: start) }
    defer { leave(entered) }
    advance()
    let open = index
    advance()
    parenthesisDepth += 1
    defer { parenthesisDepth -= 1 }
    let outcome = expectName(.eventName)
    let outcomeFilter = parseRateFilter()
    expect(.within)
    let within = parseDuration()
    expect(.after)
    let exposure = expectName(.eventName)
    let exposureFilter = parseRateFilter()
    if !accept(.comma) {
      report(.missingComma(at: gap.place.range, insertion: TextEdit(range(of: index - 1).after, ",")))
    }
    expect(.prior)
    let prior = expectNumber()
    if !accept(.rightParenthesis) { reportUnclosedParenthesis(open) }
    guard let outcome, let exposure else { return Expression(.missing, range(from: start)) }
    height += 1
    return Expression(
      .rate(
        Expression.Rate(
          outcome: outcome, outcomeFilter: outcomeFilter, within: within, exposure: exposure,
          exposureFilter: exposureFilter, prior: prior)),
      range(from: start))
  }

  private mutating func parseRateFilter() -> Expression? {
    guard accept(.where) else { return nil }
    return parseEventFilter { $0.parseExpression() }
  }
}
