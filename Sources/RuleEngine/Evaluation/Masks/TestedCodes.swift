import BusinessTime
import CMaskKernels
import RuleSemantics

/// The codes of a column for which a test is yes.
enum TestedCodes {
  case ranges([mask_range])
  case codes([Int])
  /// For each code 0 no, 1 yes, 2 unknown.
  case truths([UInt8])
}

extension Evaluation {
  /// The codes for which a test of one column, of another kind than tests of texts, is yes, or unknown where that
  /// counts as yes.
  func codes(for node: Node, in column: TestedColumn, _ isLenient: Bool) -> TestedCodes? {
    let values = column.values
    let count = values.count
    switch node.kind {
    case .isKnown: return .ranges(CodeSet([1..<count]).ranges)
    case .compare(_, let comparison, let right):
      let constant = operand(right, nil)
      if column.isAscending, let place = values.place(of: constant) {
        return .ranges(CodeSet(comparison, place, count: count, isLenient: isLenient).ranges)
      }
      return .truths(compare(values, comparison, constant, count))
    case .isOneOf(_, let members):
      if column.isAscending, let places = places(of: members, in: values) {
        let set = CodeSet((isLenient ? [0..<1] : []) + places.map { $0..<$0 + 1 })
        // Comparing a row with many ranges takes longer than looking its code up.
        return set.ranges.count <= 8 ? .ranges(set.ranges) : .codes((isLenient ? [0] : []) + places)
      }
      return .truths(isOneOf(values, members, count))
    default: return nil
    }
  }

  /// The codes of values that occur, ascending; `nil` for values whose order is not that of the codes.
  private func places(of members: [Value], in values: Column) -> [Int]? {
    var places: [Int] = []
    for member in members {
      let place: Range<Int>? =
        switch (values, member) {
        case (.numbers(let values), .number(let number)): RuleEngine.place(of: number, in: values)
        case (.times(let values), .time(let time)): RuleEngine.place(of: time.milliseconds, in: values)
        case (.flags(let values), .flag(let flag)): RuleEngine.place(of: flag ? 1 : 0, in: values)
        case (.dates(let values), _), (.choices(let values), _), (.assets(let values), _):
          member.code.map { RuleEngine.place(of: $0, in: values) }
        case (.texts(let values), .text(let text)):
          // A text that the pool does not have is in no row.
          texts.existingCode(for: text).map { RuleEngine.place(of: $0, in: values) } ?? 0..<0
        default: nil
        }
      guard let place else { return nil }
      if !place.isEmpty { places.append(place.lowerBound) }
    }
    places.sort()
    // A member may be named twice.
    return places.indices.compactMap { $0 > 0 && places[$0] == places[$0 - 1] ? nil : places[$0] }
  }
}

extension Column {
  /// The codes of values equal to the constant among ascending values, an empty range where it would stand; empty at
  /// 0 where the constant is missing. `nil` where the order of values is not that of the codes.
  fileprivate func place(of constant: Column) -> Range<Int>? {
    switch (self, constant) {
    case (.numbers(let values), .numbers(let constant)):
      guard let number = constant.first, !number.isNaN else { return 0..<0 }
      return RuleEngine.place(of: number, in: values)
    case (.flags(let values), .flags(let constant)):
      return constant.first.map { $0 == Column.missingFlag ? 0..<0 : RuleEngine.place(of: $0, in: values) }
    case (.dates(let values), .dates(let constant)):
      return constant.first.map { $0 == Column.missingDate ? 0..<0 : RuleEngine.place(of: $0, in: values) }
    case (.times(let values), .times(let constant)):
      return constant.first.map { $0 == Column.missingTime ? 0..<0 : RuleEngine.place(of: $0, in: values) }
    case (.choices(let values), .choices(let constant)), (.assets(let values), .assets(let constant)):
      return constant.first.map { $0 < 0 ? 0..<0 : RuleEngine.place(of: $0, in: values) }
    default: return nil
    }
  }
}

/// Where the value stands among ascending ones, of which the first stands for what is missing; an empty range at the
/// place where it would.
private func place<T: Comparable>(of value: T, in values: [T]) -> Range<Int> {
  var (low, high) = (1, values.count)
  while low < high {
    let middle = (low + high) / 2
    if values[middle] < value { low = middle + 1 } else { high = middle }
  }
  return low < values.count && values[low] == value ? low..<low + 1 : low..<low
}

/// Codes as few ranges.
private struct CodeSet {
  private(set) var ranges: [mask_range] = []

  /// - Parameter parts: ascending, without overlap.
  init(_ parts: [Range<Int>]) {
    var joined: [Range<Int>] = []
    for part in parts where !part.isEmpty {
      if let last = joined.last, last.upperBound == part.lowerBound {
        joined[joined.count - 1] = last.lowerBound..<part.upperBound
      } else {
        joined.append(part)
      }
    }
    ranges = joined.map { mask_range(low: UInt32($0.lowerBound), extent: UInt32($0.count - 1)) }
  }

  /// - Parameters:
  ///   - place: of the constant; at 0 where it is missing, so that nothing is known.
  ///   - count: of the codes.
  init(_ comparison: CheckedExpression.Comparison, _ place: Range<Int>, count: Int, isLenient: Bool) {
    if place.lowerBound == 0 {
      self.init(isLenient ? [0..<count] : [])
      return
    }
    let (below, above) = (1..<place.lowerBound, place.upperBound..<count)
    let parts =
      switch comparison {
      case .equal: [place]
      case .notEqual: [below, above]
      case .less: [below]
      case .lessOrEqual: [below, place]
      case .greater: [above]
      case .greaterOrEqual: [place, above]
      }
    self.init((isLenient ? [0..<1] : []) + parts)
  }
}
