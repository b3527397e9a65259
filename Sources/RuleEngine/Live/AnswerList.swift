/// Answers that are computed together. A class, so that the same list is known as such.
final class AnswerList {
  /// Positions among all answers, ascending; with one that time may change all of the table that time may change, since
  /// a row's timer is about all of these.
  let answers: [Int32]
  let isTimed: Bool

  /// - Parameters:
  ///   - answers: ascending.
  ///   - timed: the answers of the table that time may change, ascending.
  init(_ answers: [Int32], timed: [Int32]) {
    let all = AnswerList.union(answers, timed)
    // No answer is in the union that was not in one of them: with none in common it has the sum of both.
    isTimed = all.count < answers.count + timed.count
    self.answers = isTimed ? all : answers
  }

  private init(union: [Int32], isTimed: Bool) {
    answers = union
    self.isTimed = isTimed
  }

  func union(_ other: AnswerList) -> AnswerList {
    AnswerList(union: AnswerList.union(answers, other.answers), isTimed: isTimed || other.isTimed)
  }

  private static func union(_ left: [Int32], _ right: [Int32]) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(left.count + right.count)
    var (i, j) = (0, 0)
    while i < left.count || j < right.count {
      if j == right.count || i < left.count && left[i] <= right[j] {
        if result.last != left[i] { result.append(left[i]) }
        i += 1
      } else {
        if result.last != right[j] { result.append(right[j]) }
        j += 1
      }
    }
    return result
  }
}
