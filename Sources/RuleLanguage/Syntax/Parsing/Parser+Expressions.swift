import RuleDiagnostics

// Expressions, from the loosest operator to the tightest: or, and, not, comparisons, otherwise, + -, * /, unary minus.
extension Parser {
  mutating func parseExpression() -> Expression {
    if at(.if) { return parseConditional() }
    return parseOr()
  }

  /// `if c then a else b`; a chain of `else if` is read in a loop.
  mutating func parseConditional() -> Expression {
    var branches: [(start: Int, condition: Expression, then: Expression)] = []
    var highest = 0
    var last = Expression(.missing, range(of: index))
    while true {
      let start = index
      _ = accept(.if)
      guard let entered = enter() else { return last }
      let condition = parseOr()
      highest = max(highest, height)
      expect(.then)
      let then = parseValue()
      highest = max(highest, height)
      leave(entered)
      branches.append((start, condition, then))
      guard branches.count <= Parser.highestExpression else {
        report(.nestingTooDeep(limit: Parser.highestExpression, at: range(of: start)))
        break
      }
      guard expect(.else) || isPrimaryStart else { break }
      if at(.if) { continue }
      last = parseValue()
      highest = max(highest, height)
      break
    }
    height = highest + branches.count
    for branch in branches.reversed() {
      last = Expression(
        .conditional(condition: branch.condition, then: branch.then, otherwise: last), range(from: branch.start))
    }
    return last
  }

  // MARK: - Or, and, not

  mutating func parseOr() -> Expression {
    let start = index
    let first = parseAnd()
    guard acceptOr() else { return first }
    var operands = [first]
    var highest = height
    repeat {
      operands.append(parseAnd())
      highest = max(highest, height)
    } while acceptOr()
    height = highest + 1
    return Expression(.or(operands), range(from: start))
  }

  private mutating func parseAnd() -> Expression {
    let start = index
    let first = parseNot()
    guard acceptAnd() else { return first }
    var operands = [first]
    var highest = height
    repeat {
      operands.append(parseNot())
      highest = max(highest, height)
    } while acceptAnd()
    height = highest + 1
    return Expression(.and(operands), range(from: start))
  }

  private mutating func acceptOr() -> Bool {
    switch lexeme {
    case .or: return accept(.or)
    case .doublePipe, .pipe: return acceptForeign("or")
    case nil where kind == .name: return acceptMisspelled([.or, .and], as: .or)
    default: return false
    }
  }

  private mutating func acceptAnd() -> Bool {
    switch lexeme {
    // `and` joins actions as well; there it is theirs.
    case .and: return !isActionStart(at: index + 1) && accept(.and)
    case .doubleAmpersand, .ampersand: return acceptForeign("and")
    case nil where kind == .name: return acceptMisspelled([.and, .or], as: .and)
    default: return false
    }
  }

  private mutating func acceptForeign(_ canonical: String) -> Bool {
    advance()
    understand(from: index - 1, as: canonical) { .foreignOperator($0, canonical: $1, edit: $2) }
    return true
  }

  /// Takes a name that must be a misspelled operator, since no name can stand behind a complete operand.
  private mutating func acceptMisspelled(_ words: [Lexeme], as word: Lexeme) -> Bool {
    guard !isFirstOnLine(index) || isPrimaryStart(at: index + 1), misspelledWord(among: words) == word else {
      return false
    }
    report(.misspelledWord(written(index), meant: word.rawValue, at: range(of: index)))
    advance()
    return true
  }

  mutating func parseNot() -> Expression {
    let start = index
    let isForeign = lexeme == .bang
    guard isForeign || at(.not) else { return parseComparison() }
    guard let entered = enter() else { return Expression(.missing, range(of: start)) }
    defer { leave(entered) }
    if isForeign {
      advance()
      // `!x` needs a blank once it is a word.
      let needsBlank = tokens[index - 1].end == tokens[index].start
      understand(from: start, as: needsBlank ? "not " : "not") {
        .foreignOperator($0, canonical: needsBlank ? "not" : $1, edit: $2)
      }
    } else {
      _ = accept(.not)
    }
    let operand = parseNot()
    height += 1
    return Expression(.not(operand), range(from: start))
  }

  // MARK: - Values

  mutating func parseValue() -> Expression {
    let start = index
    var left = parseSum()
    while at(.otherwise) {
      let leftHeight = height
      _ = accept(.otherwise)
      let right = parseSum()
      guard grow(leftHeight, start) else { return Expression(.missing, range(from: start)) }
      left = Expression(.otherwise(left, right), range(from: start))
    }
    return left
  }

  mutating func parseSum() -> Expression {
    let start = index
    var left = parseProduct()
    while true {
      let sign: Expression.Arithmetic
      switch lexeme {
      case .plus: sign = .add
      case .minus, .minusSign: sign = .subtract
      default: return left
      }
      let leftHeight = height
      if sign == .add { _ = accept(.plus) } else { _ = acceptMinus() }
      let right = parseProduct()
      guard grow(leftHeight, start) else { return Expression(.missing, range(from: start)) }
      left = Expression(.arithmetic(left, sign, right), range(from: start))
    }
  }

  private mutating func parseProduct() -> Expression {
    let start = index
    var left = parseUnary()
    while true {
      let sign: Expression.Arithmetic
      switch lexeme {
      case .star, .timesSign: sign = .multiply
      case .slash, .divisionSign: sign = .divide
      default: return left
      }
      let leftHeight = height
      advance()
      if lexemes[index - 1] == .timesSign || lexemes[index - 1] == .divisionSign {
        understand(from: index - 1, as: sign.rawValue) { .foreignOperator($0, canonical: $1, edit: $2) }
      }
      let right = parseUnary()
      guard grow(leftHeight, start) else { return Expression(.missing, range(from: start)) }
      left = Expression(.arithmetic(left, sign, right), range(from: start))
    }
  }

  mutating func parseUnary() -> Expression {
    guard lexeme == .minus || lexeme == .minusSign else { return parsePrimary() }
    let start = index
    guard let entered = enter() else { return Expression(.missing, range(of: start)) }
    defer { leave(entered) }
    _ = acceptMinus()
    let operand = parseUnary()
    height += 1
    return Expression(.negate(operand), range(from: start))
  }

  // MARK: - Limits

  /// Goes one level deeper; `nil` when that is too deep, which is reported.
  mutating func enter() -> Int? {
    guard depth < Parser.deepestNesting else {
      report(.nestingTooDeep(limit: Parser.deepestNesting, at: range(of: index)))
      height = 1
      return nil
    }
    depth += 1
    return depth - 1
  }

  mutating func leave(_ entered: Int) { depth = entered }

  /// The height of an operator over the left operand and the one just read; `false` when that is too high.
  private mutating func grow(_ leftHeight: Int, _ start: Int) -> Bool {
    height = max(leftHeight, height) + 1
    if height <= Parser.highestExpression { return true }
    report(.nestingTooDeep(limit: Parser.highestExpression, at: range(of: start)))
    height = 1
    return false
  }

  /// Whether a value can start here.
  var isPrimaryStart: Bool { isPrimaryStart(at: index) }

  func isPrimaryStart(at position: Int) -> Bool {
    switch kind(at: position) {
    case .number, .percent, .textStart, .date, .clockTime, .leftParenthesis: return true
    case .name:
      guard let word = lexemes[position], word.isReserved else { return true }
      switch word {
      case .not, .did, .no, .yes, .if: return true
      default: return false
      }
    case .sign: return lexemes[position] == .minus || lexemes[position] == .bang
    default: return false
    }
  }
}
