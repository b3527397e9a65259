import RuleDiagnostics
import RuleSyntax

extension Checker {
  /// What an unnamed rule is known by: 12 hexadecimal digits that depend on its tokens in their canonical spelling, not
  /// on blanks, line breaks, comments or where it stands.
  func fingerprint(of rule: RuleDeclaration, in tree: SyntaxTree) -> String {
    var hash = TokenHash()
    for token in elements(of: tree.tokens, in: rule.range, position: { $0.start }) {
      hash.add(token, of: tree.file)
    }
    return hash.digits
  }

  /// The elements of an ordered array that start in the range.
  private func elements<Element>(
    of ordered: [Element], in range: SourceRange, position: (Element) -> Int
  ) -> ArraySlice<Element> {
    func firstIndex(from offset: Int) -> Int {
      var low = 0
      var high = ordered.count
      while low < high {
        let middle = (low + high) / 2
        if position(ordered[middle]) < offset { low = middle + 1 } else { high = middle }
      }
      return low
    }
    return ordered[firstIndex(from: range.start)..<firstIndex(from: range.end)]
  }
}

/// FNV-1a over the texts of tokens, with a zero byte after each.
private struct TokenHash {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ token: Token, of file: SourceFile) {
    for byte in file.bytes[token.start..<token.end] { add(byte) }
    add(0)
  }

  private mutating func add(_ byte: UInt8) {
    state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
  }

  /// The upper 48 bits.
  var digits: String {
    let text = String(state >> 16, radix: 16)
    return String(repeating: "0", count: 12 - text.count) + text
  }
}
