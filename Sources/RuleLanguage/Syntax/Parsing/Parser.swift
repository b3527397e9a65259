import RuleDiagnostics

/// The state of reading one file: recursive descent over the tokens, one token at a time.
///
/// INVARIANT: one cause, one report. `isMuted` is set by the first error of an item (a clause, a field, a statement)
/// and cleared when reading has reached the next item, so that what follows from the error is not reported as well; nor
/// is what stands on the same line, or right behind it.
struct Parser {
  static let deepestNesting = 64
  /// How many operands may hang on each other in one expression; everything that walks a tree recursively relies on it.
  static let highestExpression = 400

  let file: SourceFile
  let bytes: [UInt8]
  /// Without the `.unknown` ones, which were reported.
  let tokens: [Token]
  /// A misspelled word is corrected here, so that reading goes on as if it had been right.
  var lexemes: [Lexeme?]
  var index = 0
  var diagnostics: [Diagnostic]
  var edits: [TextEdit]
  let damagedLines: Set<Int>

  var isMuted = false
  /// The lines that errors were reported on, and the token that was being read at the last of them.
  var errorLines: Set<Int> = []
  var lastErrorIndex = -10
  /// The token that the current item starts with.
  var itemStart = 0
  var depth = 0
  /// The height of the expression that was read last.
  var height = 0
  /// Whether the condition being read is about an event.
  var isInEventFilter = false
  var parenthesisDepth = 0
  var openBlocks: [OpenBlock] = []
  /// The token that the current declaration starts with.
  var declarationStart = 0
  var hasErrorInDeclaration = false
  /// See `SyntaxTree.damaged`.
  var damaged: [SourceRange] = []
  var hasUnclosedBlock = false

  init(_ lexer: Lexer) {
    file = lexer.file
    bytes = lexer.bytes
    if lexer.tokens.contains(where: { $0.kind == .unknown }) {
      let kept = lexer.tokens.indices.filter { lexer.tokens[$0].kind != .unknown }
      tokens = kept.map { lexer.tokens[$0] }
      lexemes = kept.map { lexer.lexemes[$0] }
    } else {
      tokens = lexer.tokens
      lexemes = lexer.lexemes
    }
    diagnostics = lexer.diagnostics
    edits = lexer.edits
    damagedLines = lexer.damagedLines
  }

  // MARK: - Looking

  var kind: TokenKind { tokens[index].kind }
  var lexeme: Lexeme? { lexemes[index] }
  var isAtEnd: Bool { tokens[index].kind == .endOfFile }

  func kind(at position: Int) -> TokenKind { position < tokens.count ? tokens[position].kind : .endOfFile }

  /// The position behind a token, or behind a whole text where one starts.
  func after(_ position: Int) -> Int {
    guard kind(at: position) == .textStart else { return position + 1 }
    var end = position
    var open = 0
    repeat {
      if tokens[end].kind == .textStart { open += 1 }
      if tokens[end].kind == .textEnd { open -= 1 }
      end += 1
    } while open > 0 && end < tokens.count - 1
    return end
  }

  func lexeme(at position: Int) -> Lexeme? { lexemes.indices.contains(position) ? lexemes[position] : nil }

  @inline(__always)
  func at(_ word: Lexeme) -> Bool { lexemes[index] == word }

  func at(_ word: Lexeme, _ second: Lexeme) -> Bool {
    lexemes[index] == word && lexeme(at: index + 1) == second
  }

  func at(kind: TokenKind) -> Bool { tokens[index].kind == kind }

  /// Whether the token may be a name: any name but a reserved word.
  func isName(at position: Int) -> Bool {
    guard kind(at: position) == .name else { return false }
    guard let word = lexemes[position], word.isReserved else { return true }
    return !isExact(word, at: position)
  }

  /// Whether the word is written in small letters, as it should be.
  func isExact(_ word: Lexeme, at position: Int) -> Bool {
    for byte in bytes[tokens[position].start..<tokens[position].end] where (0x41...0x5A).contains(byte) {
      return false
    }
    return true
  }

  func range(of position: Int) -> SourceRange {
    SourceRange(file: file.id, start: tokens[position].start, end: tokens[position].end)
  }

  /// From the token at `start` to the end of the token that was read last.
  func range(from start: Int) -> SourceRange {
    let end = index > start ? tokens[index - 1].end : tokens[start].end
    return SourceRange(file: file.id, start: tokens[start].start, end: end)
  }

  func written(_ position: Int) -> String { file.text(range(of: position)) }

  func isInColumnOne(_ position: Int) -> Bool {
    let start = tokens[position].start
    return start == 0 || bytes[start - 1] == 0x0A || (start == 3 && bytes[0] == 0xEF)
  }

  func isFirstOnLine(_ position: Int) -> Bool {
    position == 0 || hasLineBreak(between: position - 1, and: position)
  }

  func hasLineBreak(between first: Int, and second: Int) -> Bool {
    var place = tokens[first].end
    while place < tokens[second].start {
      if bytes[place] == 0x0A { return true }
      place += 1
    }
    return false
  }

  // MARK: - Taking

  @inline(__always)
  mutating func advance() {
    if tokens[index].kind != .endOfFile { index += 1 }
  }

  /// Takes the word when it stands here; a wrong case is understood and reported.
  @inline(__always)
  mutating func accept(_ word: Lexeme) -> Bool {
    guard lexemes[index] == word else { return false }
    checkCase(of: word, at: index)
    index += 1
    return true
  }

  mutating func accept(_ word: Lexeme, _ second: Lexeme) -> Bool {
    guard at(word, second) else { return false }
    return accept(word) && accept(second)
  }

  mutating func accept(_ kind: TokenKind) -> Bool {
    guard tokens[index].kind == kind else { return false }
    advance()
    return true
  }

  mutating func checkCase(of word: Lexeme, at position: Int) {
    guard tokens[position].kind == .name, !isExact(word, at: position) else { return }
    let place = range(of: position)
    guard file.text(place).lowercased() == word.rawValue else { return }
    edits.append(TextEdit(place, word.rawValue))
    warn(.wrongCase(file.text(place), canonical: word.rawValue, at: place))
  }

  /// Takes the word, or says that it is missing and goes on as if it were there; a misspelled one is taken.
  @discardableResult
  mutating func expect(_ word: Lexeme) -> Bool {
    if accept(word) { return true }
    if isMisspelled(as: word) {
      report(.misspelledWord(written(index), meant: word.rawValue, at: range(of: index)))
      isMuted = true
      advance()
      return true
    }
    let (place, found) = formGoesOn ? ((range(of: index), written(index)), written(index)) : gap
    let insertion = TextEdit(place.found == nil ? place.range.after : startOf(place.range), spaced(word, place.found))
    report(.missingWord(word.rawValue, before: found, at: place.range, insertion: insertion))
    return false
  }

  /// Whether the form goes on here, perhaps on a new line, so that a missing word is missed here.
  private var formGoesOn: Bool {
    guard !isAtEnd, !at(kind: .rightBrace), !isClauseOnNewLine, !isFieldOnNewLine else { return false }
    return !isInColumnOne(index) && lexeme?.isReserved != true
      && !(openBlocks.last.map { isItemStart(of: $0.kind, at: index) } ?? false)
  }

  func startOf(_ range: SourceRange) -> SourceRange {
    SourceRange(file: range.file, start: range.start, end: range.start)
  }

  private func spaced(_ word: Lexeme, _ found: String?) -> String {
    found == nil ? " \(word.rawValue)" : "\(word.rawValue) "
  }

  // MARK: - Reporting

  /// Where something that is missing is shown: at the token that stands there instead or, when that one is on another
  /// line, at the token before.
  var gap: (place: (range: SourceRange, found: String?), found: String?) {
    if index > 0, isAtEnd || hasLineBreak(between: index - 1, and: index) {
      return ((range(of: index - 1), nil), nil)
    }
    let found = isAtEnd ? nil : written(index)
    return ((range(of: index), found), found)
  }

  /// Reports an error, unless it follows from one that was reported, and mutes what follows from this one.
  mutating func report(_ diagnostic: Diagnostic) {
    guard !isMuted else { return }
    isMuted = true
    hasErrorInDeclaration = true
    let line = file.lineIndex(at: diagnostic.range.start)
    guard index > lastErrorIndex + 1, !isDamaged(upTo: line), errorLines.insert(line).inserted else { return }
    lastErrorIndex = diagnostic.range.end <= tokens[index].start ? index - 1 : index
    diagnostics.append(diagnostic)
  }

  /// Whether the lexer reported something in this item, up to the line.
  private func isDamaged(upTo line: Int) -> Bool {
    guard !damagedLines.isEmpty else { return false }
    let first = file.lineIndex(at: tokens[itemStart].start)
    return damagedLines.contains(line) || damagedLines.contains { first <= $0 && $0 <= line }
  }

  /// Reports what was understood all the same, unless an error nearby makes that doubtful.
  mutating func warn(_ diagnostic: Diagnostic) {
    guard !isMuted else { return }
    diagnostics.append(diagnostic)
  }

  mutating func missing(_ expected: SyntaxExpectation) {
    let (place, found) = gap
    report(.missingValue(expected, before: found, at: place.range))
  }

  mutating func unexpected(accepts: String? = nil) {
    if isAtEnd, index > 0 {
      report(.unexpectedToken(written(index - 1), at: range(of: index - 1), accepts: accepts))
    } else {
      report(.unexpectedToken(written(index), at: range(of: index), accepts: accepts))
    }
  }

  /// Understands what is written as the canonical form, and says so.
  mutating func understand(
    from start: Int, as canonical: String, _ report: (String, String, TextEdit) -> Diagnostic
  ) {
    let place = range(from: start)
    let edit = TextEdit(place, canonical)
    edits.append(edit)
    warn(report(file.text(place), canonical, edit))
  }

  /// Understands words that are not taken yet as the canonical wording, and says so.
  mutating func understandWords(_ place: SourceRange, as canonical: String) {
    let edit = TextEdit(place, canonical)
    edits.append(edit)
    warn(.foreignWording(file.text(place), canonical: canonical, edit: edit))
  }

  // MARK: - Misspelled words

  /// Whether the name here is no word of the grammar itself, but near to this one.
  func isMisspelled(as word: Lexeme) -> Bool {
    guard kind == .name, lexeme == nil || lexeme?.isReserved == false,
      tokens[index].end - tokens[index].start <= LexemeTable.longest + 2, word.rawValue.utf8.count > 1
    else { return false }
    return nearest(to: written(index), among: CollectionOfOne(word.rawValue)) != nil
  }

  /// The word among `words` that the name here was most likely meant to be.
  func misspelledWord(among words: [Lexeme]) -> Lexeme? {
    guard kind == .name, tokens[index].end - tokens[index].start <= LexemeTable.longest + 2 else { return nil }
    let written = written(index)
    guard let found = nearest(to: written, among: words.map(\.rawValue)), found != written.lowercased() else {
      return nil
    }
    return words.first { $0.rawValue == found }
  }
}
