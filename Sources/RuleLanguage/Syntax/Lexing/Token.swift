/// One token. Trivia (blanks, newlines, comments) is what lies between two tokens; inside of a text there is none.
package struct Token: Hashable, Sendable {
  package var kind: TokenKind
  package var start: Int
  package var end: Int

  package init(_ kind: TokenKind, start: Int, end: Int) {
    self.kind = kind
    self.start = start
    self.end = end
  }
}

package enum TokenKind: Hashable, Sendable {
  /// A letter followed by letters, digits and `_`, or anything in backticks.
  case name
  case number
  /// `30%`
  case percent
  /// `2026-03-01`
  case date
  /// `09:00`
  case clockTime
  /// The quote that opens a text; then come `textSegment` and `interpolationStart` … `interpolationEnd`.
  case textStart
  case textSegment
  case interpolationStart
  case interpolationEnd
  case textEnd
  /// `/…/i`, only right after `matches`.
  case regex
  case leftBrace, rightBrace, leftParenthesis, rightParenthesis
  case comma, dot
  /// `= == != <> < <= > >= ≥ ≤ ≠ && || ! + - * /`, and other signs that a person might write.
  case sign
  /// Bytes that start no token; reported.
  case unknown
  case endOfFile
}
