import RuleDiagnostics

// Which brace is to blame when they do not pair: told by how the lines are indented, as a reader would.
extension Parser {
  /// The `{` between the two tokens that has no partner.
  func unclosedBrace(from start: Int, to end: Int) -> Int? {
    var open: [Int] = []
    var culprit: Int?
    for position in start..<min(end, tokens.count) {
      switch tokens[position].kind {
      case .leftBrace: open.append(position)
      case .rightBrace:
        if isFirstOnLine(position) {
          // A closing brace stands below the start of the line that opens its block; blocks further in are unclosed.
          while let last = open.last, open.count > 1, indentation(of: position) < indentation(of: last) {
            culprit = culprit ?? last
            open.removeLast()
          }
        }
        if open.popLast() == nil { return culprit }
      default: break
      }
    }
    return culprit ?? open.last
  }

  /// The `}` between the two tokens that closes what is not open, or the first that closes what stands elsewhere.
  func strayBrace(from start: Int, to end: Int) -> Int? {
    var open: [Int] = []
    var suspect: Int?
    for position in start..<min(end, tokens.count) {
      switch tokens[position].kind {
      case .leftBrace: open.append(position)
      case .rightBrace:
        guard let opener = open.popLast() else { return suspect ?? position }
        let fits =
          isFirstOnLine(position)
          ? indentation(of: position) == indentation(of: opener) : !hasLineBreak(between: opener, and: position)
        if !fits, suspect == nil { suspect = position }
      default: break
      }
    }
    return suspect
  }

  /// The column, from 0, of the first token on the line of this one.
  func indentation(of position: Int) -> Int {
    let line = file.lineStarts[file.lineIndex(at: tokens[position].start)]
    var place = line
    while place < bytes.count, bytes[place] == 0x20 || bytes[place] == 0x09 { place += 1 }
    return place - line
  }
}
