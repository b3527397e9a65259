import RuleSemantics

/// The columns of one snapshot by their distinct values, and what tests of texts said of these: worked out when first
/// asked for, then kept for all evaluations that are given it. A class, since it remembers; it stays on one thread.
package final class ColumnEncodings {
  /// Where the rows' codes come from; the same as long as the records are.
  indirect enum Key: Hashable {
    case field(Table, FieldIndex)
    case ofAccount(Key)
  }

  /// A test of the texts of a column.
  struct Question: Hashable {
    var key: Key
    /// Whether the texts are case-folded first.
    var isFolded: Bool
    var test: TextTest
  }

  struct Answer {
    /// For each distinct value 0 no, 1 yes, 2 unknown.
    var truths: [UInt8]

    /// For how many texts the test was given up.
    var exceededCount: Int {
      truths.dropFirst().reduce(0) { $0 + ($1 == Column.missingFlag ? 1 : 0) }
    }
  }

  /// `nil` for a column of no single values.
  var columns: [Key: CodedColumn?] = [:]
  var answers: [Question: Answer] = [:]

  package init() {}
}

/// A test of a text that is worth remembering.
enum TextTest: Hashable {
  case part(CheckedExpression.TextTest, String)
  case pattern(CheckedExpression.Pattern)
}
