import RuleDiagnostics

/// One line of the layout before it is broken to fit.
struct LayoutLine {
  struct Piece {
    var text: String
    var separator: Layout.Separator
    var breakLevel: Int?
  }

  /// Actions that follow stand one column in, so that `then` and `and` end in one column.
  static let nextActionLevel = 2
  /// Fields that share a line are all alike.
  static let fieldLevel = 1
  static let assigneeLevel = 5
  /// Of lists outside of parentheses; four more within each. Lists fill their lines, all else breaks everywhere.
  static let listLevel = 6

  var indent: Int
  var pieces: [Piece] = []
  /// The pieces at which an aligned cell starts.
  var cells: [Int] = []
  var comment: String?
  var hasBlankBefore = false
  var startsWithField = false
  /// The tokens at which further fields start.
  var furtherFields: [Int] = []
  /// The opening brace of the first block that stands on this line as a whole.
  var firstInlineBlock: Int?

  init(indent: Int, comment: String? = nil, hasBlankBefore: Bool = false) {
    self.indent = indent
    self.comment = comment
    self.hasBlankBefore = hasBlankBefore
  }

  var isEmpty: Bool { pieces.isEmpty }
  var endsWithOpenBrace: Bool { pieces.last?.text == "{" }
  var width: Int { indent + displayWidth(text(pieces[...])) }

  /// The width of what stands before the aligned cell, without the indent.
  var widthBeforeCell: Int? {
    guard cells.count == 1, cells[0] > 0, firstInlineBlock == nil else { return nil }
    return displayWidth(text(pieces[..<cells[0]]))
  }

  mutating func append(_ text: String, _ separator: Layout.Separator, _ breakLevel: Int?) {
    pieces.append(Piece(text: text, separator: separator, breakLevel: breakLevel))
  }

  /// The rows as they are printed, without the comment.
  ///
  /// - Parameter padding: blanks to add before the aligned cell.
  func rows(padding: Int) -> [String] {
    guard !pieces.isEmpty else { return [] }
    var padded = pieces
    if padding > 0, let cell = cells.first, cell > 0 {
      padded[cell - 1].text += String(repeating: " ", count: padding)
    }
    return wrap(padded[...], indent: indent)
  }

  private func wrap(_ pieces: ArraySlice<Piece>, indent: Int) -> [String] {
    let blanks = String(repeating: " ", count: indent)
    let whole = text(pieces)
    let levels = pieces.dropFirst().compactMap(\.breakLevel)
    guard indent + displayWidth(whole) > Layout.width, let level = levels.min() else { return [blanks + whole] }
    let deeper =
      switch level {
      case LayoutLine.fieldLevel where startsWithField: indent
      case LayoutLine.nextActionLevel: indent + 1
      default: indent + 2
      }
    let breaks = pieces.indices.dropFirst().filter { pieces[$0].breakLevel == level } + [pieces.endIndex]
    let isList = level >= LayoutLine.listLevel && (level - LayoutLine.listLevel).isMultiple(of: 4)
    var rows: [String] = []
    var start = pieces.startIndex
    for (position, index) in breaks.enumerated() {
      let rowIndent = start == pieces.startIndex ? indent : deeper
      if isList, position + 1 < breaks.count,
        rowIndent + displayWidth(text(pieces[start..<breaks[position + 1]])) <= Layout.width
      {
        continue
      }
      rows += wrap(pieces[start..<index], indent: rowIndent)
      start = index
    }
    return rows
  }

  private func text(_ pieces: ArraySlice<Piece>) -> String {
    var result = ""
    for (index, piece) in zip(pieces.indices, pieces) {
      if index > pieces.startIndex {
        switch piece.separator {
        case .glue: break
        case .blank, .newline: result += " "
        case .wide: result += "  "
        }
      }
      result += piece.text
    }
    return result
  }
}
