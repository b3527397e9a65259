import RuleDiagnostics

// contact, account, deal, event, asset, assets, team
extension Parser {
  mutating func parseRecord(_ kind: RecordDeclaration.Kind) -> Declaration {
    let start = index
    if let word = lexeme { checkCase(of: word, at: index) }
    advance()
    let fields = parseFields()
    return .record(
      RecordDeclaration(kind: kind, fields: fields, keywordRange: range(of: start), range: range(from: start)))
  }

  /// `event NAME [for account] [{ fields }] [worth N]`
  mutating func parseEvent() -> Declaration {
    let start = index
    _ = accept(.event)
    var name: Name?
    if at(.worth), kind(at: index + 1) == .number {
      report(.missingName(.eventName, before: written(index), at: range(of: index)))
    } else {
      name = expectName(.eventName)
    }
    var isForAccount = false
    if accept(.for) {
      isForAccount = true
      expect(.account)
    }
    var fields: [FieldDeclaration] = []
    if at(kind: .leftBrace) || (isName(at: index) && isTypeStart(at: index + 1) && !isDeclaration(at: index)) {
      fields = parseFields()
    }
    var worth: NumberLiteral?
    if at(.worth) || (isMisspelled(as: .worth) && self.kind(at: index + 1) == .number) {
      expect(.worth)
      worth = expectNumber()
    } else if at(kind: .number), !isFirstOnLine(index) {
      expect(.worth)
      worth = expectNumber()
    }
    guard let name else { return malformed(.event, from: start) }
    return .event(
      EventDeclaration(name: name, isForAccount: isForAccount, fields: fields, worth: worth, range: range(from: start)))
  }

  // MARK: - Fields

  mutating func parseFields() -> [FieldDeclaration] {
    var fields: [FieldDeclaration] = []
    let errorsBefore = diagnostics.count
    parseBlock(.fields) { parser in
      guard parser.isFieldStart else { return false }
      if let field = parser.parseField() { fields.append(field) }
      parser.dropComma(isFields: true)
      return true
    }
    if diagnostics[errorsBefore...].contains(where: { $0.id == .unexpectedToken }) {
      // The name of a field may be lost with what was skipped.
      fields.append(FieldDeclaration(name: Name("", place), type: noType, modifiers: [], range: place))
    }
    return fields
  }

  /// The empty place behind what was read last.
  private var place: SourceRange { range(of: max(index - 1, 0)).after }

  private var isFieldStart: Bool {
    guard kind == .name else { return false }
    return isName(at: index) || isTypeStart(at: index + 1)
  }

  private mutating func parseField() -> FieldDeclaration? {
    let start = index
    // `text text`: a type that stands twice, or that has lost its field.
    if let word = lexeme, word.isType, !isTypeStart(at: index + 1), index > 0, !isFirstOnLine(index),
      tokens[index - 1].kind != .comma, tokens[index - 1].kind != .leftBrace
    {
      unexpected()
      advance()
      return nil
    }
    if let word = lexeme, word.isType, isTypeWithoutName { return parseNamelessField() }
    guard let name = expectName() else {
      advance()
      return nil
    }
    if at(.assignSign) { dropSign() }
    let type = parseFieldType(of: name, start)
    guard let type else { return FieldDeclaration(name: name, type: noType, modifiers: [], range: range(from: start)) }
    var fieldName = name
    if type.isSwapped { fieldName = type.name ?? name }
    if let word = lexeme, word.isType, !isFirstOnLine(index), !isTypeStart(at: index + 1) {
      // `email text text key`
      unexpected()
      advance()
    }
    var modifiers: [FieldDeclaration.Modifier] = []
    while let modifier = parseModifier() { modifiers.append(modifier) }
    return FieldDeclaration(name: fieldName, type: type.type, modifiers: modifiers, range: range(from: start))
  }

  /// `  flag from hubspot …` at the start of a line: a type that has lost its field.
  private var isTypeWithoutName: Bool {
    let before = tokens[index - 1].kind
    guard isFirstOnLine(index) || before == .comma || before == .leftBrace, !isTypeStart(at: index + 1) else {
      return false
    }
    if lexeme == .one || lexeme == .list { return lexeme(at: index + 1) == .of }
    return isModifier(at: index + 1) || kind(at: index + 1) == .comma || kind(at: index + 1) == .rightBrace
      || isFirstOnLine(index + 1)
      || (isName(at: index + 1) && isTypeStart(at: index + 2))
  }

  /// A field without a name is kept, so that it is known that one is missing.
  private mutating func parseNamelessField() -> FieldDeclaration {
    let start = index
    report(.missingName(.name, before: written(index), at: range(of: index)))
    let type = parseType()
    var modifiers: [FieldDeclaration.Modifier] = []
    while let modifier = parseModifier() { modifiers.append(modifier) }
    return FieldDeclaration(
      name: Name("", startOf(range(of: start))), type: type, modifiers: modifiers, range: range(from: start))
  }

  private var noType: TypeSyntax { TypeSyntax(.malformed, range(of: max(index - 1, 0))) }

  /// The type of a field. Where there is none, what was written instead is reported.
  private mutating func parseFieldType(of name: Name, _ start: Int) -> (type: TypeSyntax, isSwapped: Bool, name: Name?)?
  {
    if isTypeStart(at: index) { return (parseType(), false, nil) }
    let isOther = kind == .name && !isModifier(at: index) && isName(at: index)
    guard isOther else {
      let place = hasLineBreak(between: index - 1, and: index) || isAtEnd ? name.range : range(of: index)
      report(.missingType(of: name.text, at: place))
      return (TypeSyntax(.malformed, name.range), false, nil)
    }
    if isTypeStart(at: index + 1) {
      if isFirstOnLine(index) {
        report(.missingType(of: name.text, at: name.range))
        return nil
      }
      if written(index) == name.text {
        // `email email text`
        unexpected()
        advance()
        return (parseType(), false, nil)
      }
      // `email title text`: what stands here is the next field, or a name of two words.
      report(.missingType(of: name.text, at: name.range))
      return nil
    }
    if let word = lexemes[start], word.isType, !isFirstOnLine(index) {
      // `text country`: the wrong way round.
      report(.unexpectedToken(written(start), at: range(of: start), accepts: "the name comes first, then the type"))
      let real = takeName()
      index = start
      let type = parseSimpleType(word)
      index = start + 2
      return (type, true, real)
    }
    if isFirstOnLine(index), nearest(to: written(index), among: Parser.simpleTypes) == nil {
      report(.missingType(of: name.text, at: name.range))
      return nil
    }
    let suggestion =
      Parser.foreignTypes[written(index).lowercased()]
      ?? nearest(to: written(index), among: Parser.simpleTypes)
    report(.unknownType(written(index), at: range(of: index), suggestion: suggestion))
    advance()
    if at(kind: .leftParenthesis) { skipList() }
    return (TypeSyntax(.malformed, range(of: index - 1)), false, nil)
  }

  private static let simpleTypes = ["text", "number", "flag", "date", "time", "asset"]

  static let foreignTypes: [String: String] = [
    "string": "text", "varchar": "text", "char": "text", "str": "text", "int": "number", "integer": "number",
    "float": "number", "decimal": "number", "double": "number", "numeric": "number", "bool": "flag", "boolean": "flag",
    "checkbox": "flag", "datetime": "time", "timestamp": "time", "instant": "time",
  ]

  private mutating func parseSimpleType(_ word: Lexeme) -> TypeSyntax {
    let start = index
    advance()
    let kind: TypeSyntax.Kind =
      switch word {
      case .text: .text
      case .number: .number
      case .flag: .flag
      case .date: .date
      case .time: .time
      case .asset: .asset
      default: .malformed
      }
    return TypeSyntax(kind, range(of: start))
  }

  /// Skips `( … )` quietly.
  private mutating func skipList() {
    while !isAtEnd, !at(kind: .rightParenthesis), !at(kind: .rightBrace), !at(kind: .leftBrace) { skipOne() }
    _ = accept(.rightParenthesis)
  }

  // MARK: - Types

  mutating func parseType() -> TypeSyntax {
    let start = index
    guard let entered = enter() else { return TypeSyntax(.malformed, range(of: start)) }
    defer { leave(entered) }
    guard kind == .name, let word = lexeme else { return unknownType() }
    checkCase(of: word, at: index)
    switch word {
    case .one:
      advance()
      expect(.of)
      if at(kind: .leftParenthesis) { return parseChoices(from: start) }
      guard let name = expectTypeName() else { return TypeSyntax(.malformed, range(from: start)) }
      return TypeSyntax(.oneOf(name), range(from: start))
    case .list:
      advance()
      expect(.of)
      if isTypeStart(at: index) { return TypeSyntax(.listOf(parseType()), range(from: start)) }
      guard let name = expectTypeName() else { return TypeSyntax(.malformed, range(from: start)) }
      return TypeSyntax(.listOfValues(name), range(from: start))
    case .text, .number, .flag, .date, .time, .asset: return parseSimpleType(word)
    default: return unknownType()
    }
  }

  /// The field or journey that a type takes its values from.
  private mutating func expectTypeName() -> Name? {
    guard !isFieldOnNewLine else {
      report(.missingName(.type, before: nil, at: range(of: index - 1)))
      return nil
    }
    return expectName(.type)
  }

  private mutating func unknownType() -> TypeSyntax {
    missing(.type)
    return TypeSyntax(.malformed, range(of: max(index - 1, 0)))
  }

  /// `(a, b "Spelling")` or `(a < b)`
  private mutating func parseChoices(from start: Int) -> TypeSyntax {
    let wasMuted = isMuted
    var choices: [Choice] = []
    var separator: Lexeme?
    let open = index
    advance()
    while true {
      let first = index
      guard let name = at(kind: .rightParenthesis) ? nil : expectName() else {
        if at(kind: .rightParenthesis), choices.isEmpty { missing(.value) }
        break
      }
      choices.append(Choice(name: name, spelling: acceptText()))
      if at(kind: .textStart) {
        unexpected()
        skipOne()
      }
      if at(kind: .rightParenthesis) { break }
      let isOrdered = at(.lessSign)
      if at(kind: .comma) || isOrdered {
        let this: Lexeme = isOrdered ? .lessSign : .or
        if let separator, separator != this {
          unexpected(accepts: "choices are separated by `,`, or by `<` when they are ordered")
        }
        separator = separator ?? this
        advance()
        if at(kind: .rightParenthesis) { missing(.value) }
      } else if isName(at: index), !isFirstOnLine(index) || hasClosingList {
        report(
          .missingComma(
            at: range(of: index), insertion: TextEdit(range(of: index - 1).after, separator == .lessSign ? " <" : ",")))
      } else {
        break
      }
      if index == first { break }
    }
    if !accept(.rightParenthesis) { reportUnclosedParenthesis(open) }
    // A list of which a part was lost would make its other uses look wrong.
    if isMuted, !wasMuted, diagnostics.last?.id != .missingComma { return TypeSyntax(.malformed, range(from: start)) }
    return TypeSyntax(.choices(choices, isOrdered: separator == .lessSign), range(from: start))
  }

  private var hasClosingList: Bool {
    var position = index
    while kind(at: position) == .name || kind(at: position) == .comma || lexeme(at: position) == .lessSign {
      position += 1
    }
    return kind(at: position) == .rightParenthesis
  }

  // MARK: - Modifiers

  private func isModifier(at position: Int) -> Bool {
    switch lexeme(at: position) {
    case .key, .from, .missing: true
    default: false
    }
  }

  private mutating func parseModifier() -> FieldDeclaration.Modifier? {
    let start = index
    switch lexeme {
    case .key:
      _ = accept(.key)
      return FieldDeclaration.Modifier(.key, range(from: start))
    case .from:
      _ = accept(.from)
      return parseSource(from: start)
    case .missing:
      _ = accept(.missing)
      return parseMissing(from: start)
    default:
      guard kind == .name, lexeme == nil, !isFirstOnLine(index), !isTypeStart(at: index + 1),
        let meant = misspelledWord(among: [.key, .from, .missing]), isModifierTail(meant)
      else { return nil }
      report(.misspelledWord(written(index), meant: meant.rawValue, at: range(of: index)))
      lexemes[index] = meant
      return parseModifier()
    }
  }

  private func isModifierTail(_ word: Lexeme) -> Bool {
    switch lexeme(at: index + 1) {
    case .hubspot, .column: word == .from
    case .when, .means: word == .missing
    default: word == .key
    }
  }

  private mutating func parseSource(from start: Int) -> FieldDeclaration.Modifier? {
    if at(.column) || (at(kind: .textStart) && !at(.hubspot)) || isMisspelled(as: .column) {
      expect(.column)
      return FieldDeclaration.Modifier(.fromColumn(expectText()), range(from: start))
    }
    expect(.hubspot)
    guard let name = expectOutsideName() else { return nil }
    return FieldDeclaration.Modifier(.fromHubSpot(name), range(from: start))
  }

  private mutating func parseMissing(from start: Int) -> FieldDeclaration.Modifier? {
    if at(.means) || (isMisspelled(as: .means) && isLiteralStart(at: index + 1)) {
      expect(.means)
      return FieldDeclaration.Modifier(.missingMeans(parseLiteral()), range(from: start))
    }
    expect(.when)
    var texts: [PlainText] = []
    if at(kind: .leftParenthesis) {
      parseList { texts.append($0.expectText()) }
    } else {
      texts.append(expectText())
    }
    return FieldDeclaration.Modifier(.missingWhen(texts), range(from: start))
  }
}
