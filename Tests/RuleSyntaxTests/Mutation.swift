import RuleDiagnostics
import RuleSyntax

/// A valid text with one mistake in it.
struct Mutation {
  var name: String
  var text: String
  /// The lines on which a report is right, from 1.
  var lines: Set<Int>
  /// What was changed.
  var what: String

  /// All mistakes of one token: dropped, doubled, swapped with the next, misspelled, half a pair, a wrong operator.
  static func all(of text: String) -> [Mutation] {
    let file = SourceFile(path: "test.abm", text: text)
    let units = Unit.all(of: parse(file).tree)
    var result: [Mutation] = []
    func add(_ name: String, _ start: Int, _ end: Int, _ replacement: String, _ lines: Set<Int>) {
      let bytes = Array(file.bytes[..<start]) + Array(replacement.utf8) + Array(file.bytes[end...])
      result.append(
        Mutation(
          name: name, text: String(decoding: bytes, as: UTF8.self),
          lines: lines.union([file.lineIndex(at: start) + 1]),
          what: file.text(SourceRange(file: file.id, start: start, end: end))))
    }
    for (position, unit) in units.enumerated() {
      let word = file.text(SourceRange(file: file.id, start: unit.start, end: unit.end))
      var lines: Set<Int> = []
      if let partner = unit.partner { lines.insert(file.lineIndex(at: partner) + 1) }
      if position > 0 { lines.insert(file.lineIndex(at: units[position - 1].end) + 1) }
      switch unit.kind {
      case .leftBrace, .rightBrace: add("drop brace", unit.start, unit.end, "", lines)
      case .leftParenthesis, .rightParenthesis: add("drop parenthesis", unit.start, unit.end, "", lines)
      default: add("drop", unit.start, unit.end, "", lines)
      }
      add("double", unit.start, unit.end, word + " " + word, lines)
      if position + 1 < units.count {
        let next = units[position + 1]
        let gap = file.text(SourceRange(file: file.id, start: unit.end, end: next.start))
        let nextWord = file.text(SourceRange(file: file.id, start: next.start, end: next.end))
        if word != nextWord, !gap.contains("\n") {
          let both = lines.union(next.partner.map { [file.lineIndex(at: $0) + 1] } ?? [])
          add("swap", unit.start, next.end, nextWord + (gap.isEmpty ? " " : gap) + word, both)
        }
      }
      if unit.kind == .textStart {
        add("drop quote", unit.start, unit.start + 1, "", [])
        add("drop quote", unit.end - 1, unit.end, "", [])
      }
      if unit.kind == .sign, ["==", ">", ">=", "<", "<="].contains(word) {
        for wrong in ["~", ">>", "->", ":="] { add("wrong operator", unit.start, unit.end, wrong, []) }
      }
      if unit.kind == .name, word.count >= 4, clauseWords.contains(word) {
        var letters = Array(word)
        letters.swapAt(1, 2)
        add("misspell", unit.start, unit.end, String(letters), [])
        letters.remove(at: 2)
        add("misspell", unit.start, unit.end, String(letters), [])
      }
    }
    return result
  }

  private static let clauseWords: Set<String> = [
    "then", "when", "where", "within", "contains", "matches", "between", "otherwise", "define", "segment", "rule",
    "sequence", "policy", "experiment", "recommendation", "journey", "factor", "subtract", "limit", "moves", "never",
    "until", "every", "once", "send", "create", "notify", "enroll", "goal", "exit", "holdout", "step", "split", "quiet",
    "require", "approve", "halt", "evaluate", "measure", "given", "expect", "wait", "team", "missing", "sync",
    "hubspot",
  ]

  /// A token, or a text with all that is in it.
  private struct Unit {
    var start: Int
    var end: Int
    var kind: TokenKind
    /// Where the other one of a pair of braces or parentheses stands.
    var partner: Int?

    static func all(of tree: SyntaxTree) -> [Unit] {
      var units: [Unit] = []
      var depth = 0
      var open: [Int] = []
      for token in tree.tokens where token.kind != .endOfFile {
        switch token.kind {
        case .textStart:
          if depth == 0 { units.append(Unit(start: token.start, end: token.end, kind: .textStart)) }
          depth += 1
        case .textEnd:
          depth -= 1
          if depth == 0 { units[units.count - 1].end = token.end }
        default:
          guard depth == 0 else { continue }
          units.append(Unit(start: token.start, end: token.end, kind: token.kind))
          if token.kind == .leftBrace || token.kind == .leftParenthesis { open.append(units.count - 1) }
          if token.kind == .rightBrace || token.kind == .rightParenthesis, let opener = open.popLast() {
            units[units.count - 1].partner = units[opener].start
            units[opener].partner = token.start
          }
        }
      }
      return units
    }
  }
}
