/// A regular expression that asks for nothing but fixed texts in an order: `^(Head|Director) of .*Growth`. Many such can
/// be answered together in one pass over a text.
package struct LiteralPattern: Hashable, Sendable {
  /// Whether the first of `parts` has to stand at the start.
  package let startsAtStart: Bool
  /// Whether the last of `parts` has to stand at the end.
  package let endsAtEnd: Bool
  /// One of each has to be found, one after another without overlap; no text of them is empty, all are ASCII.
  package let parts: [[String]]

  /// The answer about texts of such bytes is that of the regular expression, about others it need not be: `.` and `$` treat ends of lines in their
  /// own way, and bytes beyond ASCII may be no UTF-8.
  package static let answerableBytes: ClosedRange<UInt8> = 0x20...0x7e

  /// More texts than this for one part make a pattern that is better left to a matcher of patterns.
  private static let limit = 64

  /// `nil` for a pattern that asks for anything else.
  package init?(pattern: String, options: String) {
    guard options.isEmpty else { return nil }
    var scanner = Scanner(rest: Array(pattern.utf8)[...])
    var startsAtStart = scanner.skip("^")
    var endsAtEnd = false
    var parts: [[String]] = []
    var part = [""]
    func close() -> Bool {
      if part == [""] { return true }
      if part.contains("") { return false }
      parts.append(part)
      part = [""]
      return true
    }
    while !scanner.rest.isEmpty {
      if scanner.skip(".*") {
        if parts.isEmpty, part == [""] { startsAtStart = false }
        guard close() else { return nil }
        if scanner.rest.isEmpty || scanner.rest == [UInt8(ascii: "$")] {
          guard !parts.isEmpty else { return nil }
          (self.startsAtStart, self.endsAtEnd, self.parts) = (startsAtStart, false, parts)
          return
        }
      } else if scanner.rest == [UInt8(ascii: "$")] {
        endsAtEnd = scanner.skip("$")
      } else {
        guard let choices = scanner.choices() else { return nil }
        guard part.count * choices.count <= LiteralPattern.limit else { return nil }
        part = part.flatMap { start in choices.map { start + $0 } }
      }
    }
    guard close(), !parts.isEmpty else { return nil }
    (self.startsAtStart, self.endsAtEnd, self.parts) = (startsAtStart, endsAtEnd, parts)
  }
}

private struct Scanner {
  var rest: ArraySlice<UInt8>

  mutating func skip(_ text: StaticString) -> Bool {
    let wanted = text.description.utf8
    guard rest.starts(with: wanted) else { return false }
    rest = rest.dropFirst(wanted.count)
    return true
  }

  /// The next character, or the alternatives of a group; `nil` where something else stands.
  mutating func choices() -> [String]? {
    guard skip("(") else { return character().map { [$0] } }
    if !skip("?:"), rest.first == UInt8(ascii: "?") { return nil }
    var choices = [""]
    while !skip(")") {
      if skip("|") {
        choices.append("")
      } else {
        guard let character = character() else { return nil }
        choices[choices.count - 1] += character
      }
    }
    return isRepeated ? nil : choices
  }

  private mutating func character() -> String? {
    guard var byte = rest.popFirst() else { return nil }
    if byte == UInt8(ascii: "\\") {
      // Before punctuation a backslash takes away its meaning; before anything else it gives one.
      guard let escaped = rest.popFirst(), isPunctuation(escaped) else { return nil }
      byte = escaped
    } else if !LiteralPattern.answerableBytes.contains(byte) || "^$.[]|()?*+{}".utf8.contains(byte) {
      return nil
    }
    return isRepeated ? nil : String(UnicodeScalar(byte))
  }

  /// Whether what was read is said to be there several times or not at all.
  private var isRepeated: Bool { rest.first.map("?*+{".utf8.contains) ?? false }

  private func isPunctuation(_ byte: UInt8) -> Bool {
    LiteralPattern.answerableBytes.contains(byte) && byte != 0x20 && !(48...57).contains(byte)
      && !(65...90).contains(byte)
      && !(97...122).contains(byte)
  }
}
