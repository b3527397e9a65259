import RuleDiagnostics
import RuleSyntax

extension Checker {
  /// What an unnamed rule is known by: 12 hexadecimal digits that depend on its tokens in their canonical spelling, not
  /// on blanks, line breaks, comments or where it stands.
  func fingerprint(of rule: RuleDeclaration, in tree: SyntaxTree) -> String {
    fingerprint(of: rule.range, in: tree)
  }

  /// The same of the body of a sequence: its name and title are no part of what it does.
  func version(of sequence: SequenceDeclaration, in tree: SyntaxTree) -> String {
    let brace = tree.tokens(in: sequence.range).first { $0.kind == .leftBrace }
    let start = brace?.start ?? sequence.range.start
    return fingerprint(of: SourceRange(file: sequence.range.file, start: start, end: sequence.range.end), in: tree)
  }

  private func fingerprint(of range: SourceRange, in tree: SyntaxTree) -> String {
    let edits = tree.canonicalEdits(in: range)
    var hash = TokenHash()
    if edits.isEmpty {
      for token in tree.tokens(in: range) { hash.add(token, of: tree.file) }
    } else {
      let file = SourceFile(
        id: range.file, path: tree.file.path, bytes: applying(edits, to: range, of: tree.file))
      for token in parse(file).tree.tokens where token.kind != .endOfFile { hash.add(token, of: file) }
    }
    return hash.digits
  }

  private func applying(_ edits: ArraySlice<TextEdit>, to range: SourceRange, of file: SourceFile) -> [UInt8] {
    var bytes: [UInt8] = []
    var position = range.start
    for edit in edits where edit.range.start >= position && edit.range.end <= range.end {
      bytes += file.bytes[position..<edit.range.start]
      bytes += edit.replacement.utf8
      position = edit.range.end
    }
    return bytes + file.bytes[position..<range.end]
  }
}

extension SyntaxTree {
  /// The tokens that start in the range.
  func tokens(in range: SourceRange) -> ArraySlice<Token> {
    Self.elements(of: tokens, in: range) { $0.start }
  }

  /// The canonical edits that start in the range.
  func canonicalEdits(in range: SourceRange) -> ArraySlice<TextEdit> {
    Self.elements(of: canonicalEdits, in: range) { $0.range.start }
  }

  private static func elements<Element>(
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
