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

  /// What tests of one column said: for each distinct value a bit for each test that is yes.
  final class TextAnswerTable: Sendable {
    /// Of each 32 tests the numbers of all values, one after another.
    let numbers: [UInt32]
    let valueCount: Int

    init(numbers: [UInt32], valueCount: Int) {
      (self.numbers, self.valueCount) = (numbers, valueCount)
    }
  }

  /// Where the answer stands, and for which values there is none, since the test was given up.
  struct Answer {
    var table: TextAnswerTable
    var test: Int
    var exceeded: [Int]
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
