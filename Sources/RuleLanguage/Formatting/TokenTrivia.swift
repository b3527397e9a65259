import RuleDiagnostics
import RuleSyntax

/// What stands between a token and the one before it.
struct TokenTrivia {
  struct Comment {
    /// From `#` to the end of the line, without blanks at the end.
    var text: String
    /// Whether it stands on the line of the token before.
    var isAtLineEnd: Bool
    var hasBlankBefore: Bool
  }

  private(set) var comments: [Comment] = []
  private(set) var hasNewline = false
  /// Whether a blank line stands right before the token.
  private(set) var hasBlankLineAtEnd = false

  init(before index: Int, in tree: SyntaxTree) {
    let bytes = tree.file.bytes
    let start = index == 0 ? 0 : tree.tokens[index - 1].end
    let end = tree.tokens[index].start
    var position = start
    var newlines = 0
    while position < end {
      switch bytes[position] {
      case UInt8(ascii: "\n"):
        newlines += 1
        hasNewline = true
        position += 1
      case UInt8(ascii: "#"):
        var stop = position
        while stop < end, bytes[stop] != UInt8(ascii: "\n") { stop += 1 }
        var last = stop
        while last > position, [0x20, 0x09, 0x0D].contains(bytes[last - 1]) { last -= 1 }
        comments.append(
          Comment(
            text: String(decoding: bytes[position..<last], as: UTF8.self),
            isAtLineEnd: index > 0 && !hasNewline && comments.isEmpty, hasBlankBefore: newlines > 1))
        newlines = 0
        position = stop
      default: position += 1
      }
    }
    hasBlankLineAtEnd = newlines > 1
  }
}
