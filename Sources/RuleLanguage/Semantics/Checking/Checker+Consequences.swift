import RuleDiagnostics
import RuleSyntax

// A mistake in the grammar often leaves names and values beside it that make no sense either. They are the same
// mistake, and it was reported.
extension Checker {
  /// How many tokens may lie between a place that was misread and what is taken for its consequence.
  private static let reach = 4

  /// The reports without those that stand beside a place that the parser could not make out.
  func withoutConsequences(_ reports: [Diagnostic]) -> [Diagnostic] {
    let misread = trees.filter { !$0.misreadings.isEmpty }
    guard !misread.isEmpty else { return reports }
    let places = Dictionary(misread.map { ($0.file.id, ($0, misreadTokens(of: $0))) }) { first, _ in first }
    return reports.filter { report in
      guard let (tree, misreadings) = places[report.range.file] else { return true }
      let marked = tree.tokenIndices(of: report.range)
      // Those that start behind it are too far away; of the others only the last few can touch it.
      let end = misreadings.firstIndex(startingFrom: marked.upperBound + Self.reach + 1)
      return !misreadings[max(0, end - 10)..<end].contains { isBeside(marked, $0, in: tree) }
    }
  }

  private func misreadTokens(of tree: SyntaxTree) -> [Range<Int>] {
    tree.misreadings.map { tree.tokenIndices(of: $0) }.sorted { $0.lowerBound < $1.lowerBound }
  }

  private func isBeside(_ marked: Range<Int>, _ misread: Range<Int>, in tree: SyntaxTree) -> Bool {
    if marked.overlaps(misread) { return true }
    let gap =
      marked.upperBound <= misread.lowerBound
      ? marked.upperBound..<misread.lowerBound : misread.upperBound..<max(marked.lowerBound, misread.upperBound)
    guard gap.count <= Self.reach else { return false }
    return !tree.tokens[gap].contains { isBoundary($0, in: tree.file) }
  }

  /// Whether something new starts at a token, which can be judged by itself.
  private func isBoundary(_ token: Token, in file: SourceFile) -> Bool {
    switch token.kind {
    case .leftBrace, .rightBrace: true
    case .name: Self.boundaryWords.contains(String(decoding: file.bytes[token.start..<token.end], as: UTF8.self))
    default: false
    }
  }

  private static let boundaryWords: Set<String> = [
    "when", "then", "and", "or", "on", "factor", "add", "subtract", "stage", "step", "exit", "goal", "given", "expect",
  ]
}

extension [Range<Int>] {
  /// The position of the first that starts at `bound` or later, of ranges that are ordered by where they start.
  fileprivate func firstIndex(startingFrom bound: Int) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle].lowerBound < bound { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension SyntaxTree {
  /// The positions of the tokens that a range touches; at least one.
  fileprivate func tokenIndices(of range: SourceRange) -> Range<Int> {
    let touched = tokens(in: range)
    if let first = touched.indices.first, touched[first].start == range.start { return touched.indices }
    // It starts within a token, or is empty.
    let start = max(touched.startIndex - 1, 0)
    return start..<max(touched.endIndex, start + 1)
  }
}
