import RuleSemantics

/// The columns of one snapshot by their distinct values, and what tests of texts said of these: worked out when first
/// asked for, then kept for all evaluations that are given it. A class, since it remembers; it stays on one thread.
package final class ColumnEncodings {
  /// Where the values come from; the same as long as the records are.
  indirect enum Key: Hashable {
    case field(Table, FieldIndex)
    case folded(Key)
    case ofAccount(Key)
  }

  /// A test of texts of a column.
  enum Test: Hashable {
    case text(CheckedExpression.TextTest, String)
    case pattern(CheckedExpression.Pattern)
  }

  struct Question: Hashable {
    var key: Key
    var test: Test
  }

  /// `nil` for a column that is not worth it.
  var columns: [Key: EncodedColumn?] = [:]
  /// For each distinct value 0 no, 1 yes, 2 unknown.
  var answers: [Question: [UInt8]] = [:]

  package init() {}
}
