import RuleDiagnostics

extension Parser {
  // MARK: - Assets

  /// `asset { … }` declares the fields of assets, `asset NAME … { … }` one asset.
  mutating func parseAssetOrSchema() -> Declaration {
    if kind(at: index + 1) == .leftBrace { return parseRecord(.asset) }
    if lexeme(at: index + 1) == .asset, kind(at: index + 2) == .leftBrace {
      advance()
      unexpected()
      return parseRecord(.asset)
    }
    if isName(at: index + 1), isTypeStart(at: index + 2),
      lexeme(at: index + 2) != .asset || kind(at: index + 3) == .name,
      kind(at: index + 3) != .textStart
    {
      return parseRecord(.asset)
    }
    let start = index
    _ = accept(.asset)
    guard let name = expectName() else {
      _ = acceptText()
      if at(kind: .leftBrace) { _ = parseValues() }
      return malformed(.asset, from: start)
    }
    var formerName: Name?
    if at(.was), isName(at: index + 1) {
      _ = accept(.was)
      formerName = takeName()
    }
    let title = acceptText()
    let values = parseValues()
    return .asset(
      AssetDeclaration(name: name, formerName: formerName, title: title, values: values, range: range(from: start)))
  }

  mutating func parseAssetFile() -> Declaration {
    let start = index
    _ = accept(.assets)
    expect(.from)
    guard at(kind: .textStart) else {
      missing(.fileText)
      return malformed(.assets, from: start)
    }
    let path = expectText(.fileText)
    return .assetFile(AssetFileDeclaration(path: path, range: range(from: start)))
  }

  /// `{ name value  name (value, value) }`
  mutating func parseValues() -> [RecordValue] {
    var values: [RecordValue] = []
    parseBlock(.record) { parser in
      guard parser.kind == .name || parser.isValueWithoutName else { return false }
      if let value = parser.parseRecordValue() { values.append(value) }
      parser.dropComma(isFields: false)
      return true
    }
    return values
  }

  /// A literal where a name should stand.
  private var isValueWithoutName: Bool {
    switch kind {
    case .number, .percent, .textStart, .date, .clockTime, .leftParenthesis: true
    default: false
    }
  }

  private mutating func parseRecordValue() -> RecordValue? {
    let start = index
    if isValueWithoutName {
      if index > 0, tokens[index - 1].kind != .leftBrace, tokens[index - 1].kind != .comma, !isFirstOnLine(index) {
        unexpected()
      } else {
        report(.missingName(.name, before: written(index), at: range(of: index)))
      }
      skipToProperty()
      return nil
    }
    guard let name = expectName() else {
      advance()
      return nil
    }
    if at(.assignSign) { dropSign() }
    guard at(kind: .leftParenthesis) else {
      return RecordValue(name: name, values: [parseRecordLiteral()], isList: false, range: range(from: start))
    }
    var values: [Literal] = []
    parseList { values.append($0.parseLiteral()) }
    return RecordValue(name: name, values: values, isList: true, range: range(from: start))
  }

  /// A name cannot be a value when a value follows it: then it is the name of the next one.
  private mutating func parseRecordLiteral() -> Literal {
    if kind == .name, isName(at: index) {
      switch kind(at: index + 1) {
      case .textStart, .number, .percent, .date, .clockTime, .leftParenthesis:
        guard isFirstOnLine(index) || !isFirstOnLine(index + 1) else { break }
        report(
          .missingValue(
            .literal, before: written(index), at: isFirstOnLine(index) ? range(of: index - 1) : range(of: index)))
        return Expression(.missing, range(of: index - 1))
      default: break
      }
    }
    return parseLiteral()
  }

  /// Skips quietly to the next property on a line of its own or behind a comma.
  private mutating func skipToProperty() {
    var open = 0
    repeat {
      if at(kind: .leftParenthesis) { open += 1 }
      if at(kind: .rightParenthesis) { open -= 1 }
      skipOne()
      if open <= 0, at(kind: .comma) || (isFirstOnLine(index) && isName(at: index)) { return }
    } while !isAtEnd && !at(kind: .rightBrace) && !at(kind: .leftBrace)
  }

  /// A comma between fields or values is allowed and dropped by the formatter, except where it keeps a field called
  /// `key`, `from` or `missing` from being read as a modifier.
  mutating func dropComma(isFields: Bool) {
    while at(kind: .comma) {
      if tokens[index - 1].kind == .comma { unexpected() }
      advance()
      if isFields, lexeme == .key || lexeme == .from || lexeme == .missing { continue }
      let place = range(of: index - 1)
      let isTight = place.end < bytes.count && !Lexer.isBlank(bytes[place.end])
      edits.append(TextEdit(place, isTight ? " " : ""))
    }
  }

  /// `=` between a name and what belongs to it.
  mutating func dropSign() {
    advance()
    let place = range(of: index - 1)
    let edit = TextEdit(place, "")
    edits.append(edit)
    warn(.superfluousSign(file.text(place), edit: edit))
  }

  // MARK: - Literals

  mutating func parseLiteral() -> Literal {
    let start = index
    switch kind {
    case .number:
      if lexeme(at: index + 1) == .percentSign {
        let share = takeSpacedPercent()
        return Expression(.percent(share.value), share.range)
      }
      advance()
      return Expression(.number(numericValue(of: start)), range(of: start))
    case .percent:
      advance()
      return Expression(.percent(shareValue(of: start)), range(of: start))
    case .textStart:
      let text = expectText()
      return Expression(.text(Expression.TextLiteral(text.text.isEmpty ? [] : [.text(text.text)])), text.range)
    case .date: return parseDate()
    case .clockTime:
      advance()
      guard let time = clockTime(of: start) else { return Expression(.missing, range(of: start)) }
      return Expression(.clockTime(time), range(of: start))
    case .sign where lexeme == .minus || lexeme == .minusSign:
      let number = expectSignedNumber()
      return Expression(.number(number.value), number.range)
    case .name: return parseNameLiteral()
    default:
      missing(.literal)
      return Expression(.missing, gap.place.range)
    }
  }

  private mutating func parseNameLiteral() -> Literal {
    let start = index
    switch lexeme {
    case .yes, .no, .true, .false:
      let isYes = lexeme == .yes || lexeme == .true
      let canonical = isYes ? "yes" : "no"
      advance()
      if written(start) != canonical {
        understand(from: start, as: canonical) { .foreignFlag($0, canonical: $1, at: $2.range) }
      }
      return Expression(.flag(isYes), range(of: start))
    default:
      guard isName(at: index), !isClauseOnNewLine, !isFieldOnNewLine else {
        missing(.literal)
        return Expression(.missing, gap.place.range)
      }
      return Expression(.path([takeName()]), range(from: start))
    }
  }

  // MARK: - Teams

  /// `team NAME { "a", "b" otherwise "c" }`
  mutating func parseTeam() -> Declaration {
    let start = index
    _ = accept(.team)
    let name = expectName()
    var members: [PlainText] = []
    var fallback: PlainText?
    parseBlock(.team) { parser in
      if parser.at(kind: .textStart) {
        if !members.isEmpty, parser.tokens[parser.index - 1].kind == .textEnd {
          parser.report(
            .missingComma(
              at: parser.range(of: parser.index),
              insertion: TextEdit(parser.range(of: parser.index - 1).after, ",")))
        }
        members.append(parser.expectText())
        if parser.at(kind: .comma) {
          parser.advance()
          if !parser.at(kind: .textStart) {
            if parser.at(kind: .rightBrace) || parser.at(.otherwise) {
              parser.edits.append(TextEdit(parser.range(of: parser.index - 1), ""))
            } else {
              parser.missing(.text)
            }
          }
        }
        return true
      }
      guard parser.at(.otherwise), fallback == nil else { return false }
      _ = parser.accept(.otherwise)
      fallback = parser.expectText()
      return true
    }
    guard let name else { return malformed(.team, from: start) }
    return .team(TeamDeclaration(name: name, members: members, fallback: fallback, range: range(from: start)))
  }
}
