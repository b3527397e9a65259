/// For each of several conditions the rows for which it is true.
package struct ConditionMatches: Sendable {
  package let rowCount: Int
  /// For each condition the number of rows.
  package let counts: [Int]
  private let words: [UInt64]
  private let wordsPerCondition: Int

  init(rowCount: Int, counts: [Int], words: [UInt64]) {
    self.rowCount = rowCount
    self.counts = counts
    self.words = words
    wordsPerCondition = MaskBlock.count(rows: rowCount) * MaskBlock.words
  }

  /// Calls `body` for each row of a condition, in ascending order.
  package func forEachRow(of condition: Int, _ body: (Int) -> Void) {
    for word in 0..<wordsPerCondition {
      var bits = words[condition * wordsPerCondition + word]
      while bits != 0 {
        body(64 * word + bits.trailingZeroBitCount)
        bits &= bits - 1
      }
    }
  }

  /// 0 no, 1 yes, 2 unknown for each row, of two results of one condition.
  ///
  /// - Parameters:
  ///   - yes: where it is yes.
  ///   - lenient: where it is yes or unknown.
  func truths(yes: Int, lenient: Int) -> [UInt8] {
    var truths = [UInt8](repeating: 0, count: rowCount)
    forEachRow(of: lenient) { truths[$0] = Column.missingFlag }
    forEachRow(of: yes) { truths[$0] = 1 }
    return truths
  }
}
