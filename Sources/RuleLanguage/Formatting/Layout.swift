import RuleDiagnostics
import RuleSyntax

/// Lays the tokens of one file out in lines.
struct Layout {
  static let width = 100

  private let tree: SyntaxTree
  private let marks: LayoutMarks
  private let trivia: [TokenTrivia]
  /// For each opening brace the index of the brace that closes it.
  private let closing: [Int: Int]
  /// The opening braces of blocks that take several lines.
  private var multiline: Set<Int>
  /// Fields that shared a line which did not fit; each takes its own.
  private var fieldsApart: Set<Int> = []

  init(tree: SyntaxTree, marks: LayoutMarks) {
    self.tree = tree
    self.marks = marks
    trivia = tree.tokens.indices.map { TokenTrivia(before: $0, in: tree) }
    closing = Layout.matchBraces(tree.tokens)
    multiline = []
    for (open, close) in closing where open + 1 < close || !trivia[close].comments.isEmpty {
      let holdsComment = (open + 1...close).contains { !trivia[$0].comments.isEmpty }
      if trivia[open + 1].hasNewline || holdsComment { multiline.insert(open) }
    }
  }

  private static func matchBraces(_ tokens: [Token]) -> [Int: Int] {
    var open: [Int] = []
    var pairs: [Int: Int] = [:]
    for (index, token) in tokens.enumerated() {
      if token.kind == .leftBrace { open.append(index) }
      if token.kind == .rightBrace, let start = open.popLast() { pairs[start] = index }
    }
    return pairs
  }

  mutating func text() -> String {
    // A block that does not fit on its line takes several; each pass opens the outermost of those, so there are no more
    // passes than blocks inside of blocks, and one that parts the fields of those.
    while true {
      let lines = self.lines()
      let overlong = lines.compactMap { line in
        line.width > Layout.width ? line.firstInlineBlock : nil
      }
      if !overlong.isEmpty {
        multiline.formUnion(overlong)
        continue
      }
      let crowded = lines.filter { $0.startsWithField && $0.width > Layout.width }.flatMap(\.furtherFields)
      if crowded.isEmpty { return Layout.join(lines) }
      fieldsApart.formUnion(crowded)
    }
  }

  // MARK: - Lines

  private struct OpenBlock {
    var isMultiline: Bool
    /// The columns before what stands in the block.
    var indent: Int
    var outerIndent: Int
  }

  private func lines() -> [LayoutLine] {
    var lines: [LayoutLine] = []
    var blocks: [OpenBlock] = []
    var line = LayoutLine(indent: 0)
    var parentheses = 0
    var isAfterBetween: [Bool] = [false]
    // A text stands on one line, with all that is filled in.
    var openTexts = 0

    for index in tree.tokens.indices {
      let token = tree.tokens[index]
      var separator = self.separator(before: index, blocks: blocks)
      let inner = blocks.last?.indent ?? 0
      emit(trivia[index], inner: inner, isFirst: index == 0, into: &lines, line: &line, separator: &separator)
      if token.kind == .endOfFile { break }

      if case .newline(let indent) = separator, !line.isEmpty {
        lines.append(line)
        line = LayoutLine(indent: indent)
      } else if case .newline(let indent) = separator {
        line.indent = indent
      }
      if line.isEmpty { line.hasBlankBefore = trivia[index].hasBlankLineAtEnd && canTakeBlank(before: index) }
      let word = spelling(of: index)
      if marks.marks[token.start] == .field {
        if line.isEmpty { line.startsWithField = true } else { line.furtherFields.append(index) }
      }
      let level =
        openTexts > 0
        ? nil : breakLevel(at: index, parentheses: parentheses, isAfterBetween: isAfterBetween.last ?? false)
      if marks.cells.contains(token.start) { line.cells.append(line.pieces.count) }
      line.append(word, separator, level)

      switch token.kind {
      case .leftParenthesis:
        parentheses += 1
        isAfterBetween.append(false)
      case .rightParenthesis:
        parentheses = max(0, parentheses - 1)
        if isAfterBetween.count > 1 { isAfterBetween.removeLast() }
      case .leftBrace:
        let indent = blocks.last?.indent ?? 0
        let isMultiline = multiline.contains(index)
        if !isMultiline, line.firstInlineBlock == nil, closing[index] != index + 1 { line.firstInlineBlock = index }
        blocks.append(
          OpenBlock(isMultiline: isMultiline, indent: isMultiline ? indent + 2 : indent, outerIndent: indent))
      case .rightBrace:
        if !blocks.isEmpty { blocks.removeLast() }
      case .textStart: openTexts += 1
      case .textEnd: openTexts -= 1
      case .name:
        if word == "between" { isAfterBetween[isAfterBetween.count - 1] = true }
        if word == "and" { isAfterBetween[isAfterBetween.count - 1] = false }
      default: break
      }
    }
    if !line.isEmpty { lines.append(line) }
    return lines
  }

  /// Puts the comments before a token where they belong: the first at the end of its line when it stood there, the
  /// others on lines of their own.
  private func emit(
    _ trivia: TokenTrivia, inner: Int, isFirst: Bool, into lines: inout [LayoutLine], line: inout LayoutLine,
    separator: inout Separator
  ) {
    guard !trivia.comments.isEmpty else { return }
    let isInsideLine: Bool
    if case .newline = separator { isInsideLine = false } else { isInsideLine = !isFirst }
    let indent = isInsideLine ? line.indent + 4 : inner
    for comment in trivia.comments {
      if comment.isAtLineEnd, !line.isEmpty, line.comment == nil {
        line.comment = comment.text
        continue
      }
      if !line.isEmpty {
        lines.append(line)
        line = LayoutLine(indent: indent)
      }
      let canTakeBlank = lines.last.map { !$0.endsWithOpenBrace } ?? false
      lines.append(
        LayoutLine(indent: indent, comment: comment.text, hasBlankBefore: comment.hasBlankBefore && canTakeBlank))
    }
    if isInsideLine { separator = .newline(indent) }
  }

  private func canTakeBlank(before index: Int) -> Bool {
    guard index > 0 else { return false }
    if tree.tokens[index].kind == .rightBrace { return false }
    return tree.tokens[index - 1].kind != .leftBrace || !trivia[index].comments.isEmpty
  }

  // MARK: - Separators

  enum Separator: Hashable {
    case glue, blank, wide
    /// A new line after so many columns.
    case newline(Int)
  }

  private func separator(before index: Int, blocks: [OpenBlock]) -> Separator {
    let token = tree.tokens[index]
    guard index > 0, token.kind != .endOfFile else { return .newline(0) }
    let previous = tree.tokens[index - 1]
    let block = blocks.last ?? OpenBlock(isMultiline: false, indent: 0, outerIndent: 0)
    if previous.kind == .leftBrace, block.isMultiline {
      return .newline(token.kind == .rightBrace ? block.outerIndent : block.indent)
    }
    if token.kind == .rightBrace, block.isMultiline { return .newline(block.outerIndent) }
    if let mark = marks.marks[token.start], let separator = separator(for: mark, index, block, previous) {
      return separator
    }
    return spacing(previous, token)
  }

  private func separator(
    for mark: LayoutMarks.Mark, _ index: Int, _ block: OpenBlock, _ previous: Token
  ) -> Separator? {
    let isAfterOpening = previous.kind == .comma || previous.kind == .leftBrace
    switch mark {
    case .declaration: return .newline(0)
    case .item: return block.isMultiline ? .newline(block.indent) : isAfterOpening ? .blank : .wide
    case .clause: return block.isMultiline ? .newline(block.indent) : .blank
    case .field:
      if block.isMultiline, trivia[index].hasNewline || fieldsApart.contains(index) { return .newline(block.indent) }
      return isAfterOpening ? .blank : .wide
    case .nextAction: return block.isMultiline && trivia[index].hasNewline ? .newline(block.indent + 1) : .blank
    case .sync: return trivia[index].hasNewline ? .newline(block.indent + 2) : .blank
    case .looseClause, .assignee, .choiceOrder: return nil
    }
  }

  private func spacing(_ previous: Token, _ token: Token) -> Separator {
    switch token.kind {
    case .comma, .rightParenthesis, .dot, .textSegment, .interpolationStart, .interpolationEnd, .textEnd: return .glue
    case .leftParenthesis where marks.callParentheses.contains(token.start): return .glue
    default: break
    }
    switch previous.kind {
    case .leftParenthesis, .dot, .textStart, .textSegment, .interpolationStart: return .glue
    case .sign where marks.signs.contains(previous.start): return .glue
    default: return .blank
    }
  }

  /// How loosely what stands before a token holds: an overlong line breaks where it holds least. `nil` for never.
  private func breakLevel(at index: Int, parentheses: Int, isAfterBetween: Bool) -> Int? {
    let token = tree.tokens[index]
    switch marks.marks[token.start] {
    case .sync?: return 0
    case .looseClause?, .field?: return LayoutLine.fieldLevel
    case .nextAction?: return LayoutLine.nextActionLevel
    case .assignee?: return LayoutLine.assigneeLevel
    case .choiceOrder?: return LayoutLine.listLevel + 4 * parentheses
    case .declaration?, .item?, .clause?, nil: break
    }
    let depth = 4 * parentheses
    if index > 0, tree.tokens[index - 1].kind == .comma { return LayoutLine.listLevel + depth }
    guard token.kind == .name else { return nil }
    switch spelling(of: index) {
    case "or", "else": return 3 + depth
    case "and" where !isAfterBetween: return 4 + depth
    default: return nil
    }
  }

  private func spelling(of index: Int) -> String {
    let token = tree.tokens[index]
    return String(decoding: tree.file.bytes[token.start..<token.end], as: UTF8.self)
  }

  // MARK: - Text

  private static func join(_ lines: [LayoutLine]) -> String {
    let padding = Alignment(of: lines)
    var output = ""
    for (index, line) in lines.enumerated() {
      if line.hasBlankBefore, !output.isEmpty { output += "\n" }
      var rows = line.rows(padding: padding.cellPadding[index] ?? 0)
      if let comment = line.comment {
        if rows.isEmpty {
          rows = [String(repeating: " ", count: line.indent) + comment]
        } else {
          let last = rows.count - 1
          let column = max(padding.commentColumn[index] ?? 0, displayWidth(rows[last]) + 2)
          rows[last] += String(repeating: " ", count: column - displayWidth(rows[last])) + comment
        }
      }
      for row in rows { output += row + "\n" }
    }
    return output
  }
}
