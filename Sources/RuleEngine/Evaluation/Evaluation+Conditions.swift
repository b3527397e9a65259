import BusinessTime
import RuleSemantics
import TextMatching

extension Evaluation {
  /// The truths of a condition whose operands are computed.
  func computeCondition(_ node: Node, _ count: Int, _ batch: BatchState?) -> [UInt8] {
    switch node.kind {
    case .not(let operand): return kleeneNot(truths(operand, count, batch))
    case .and(let operands): return junction(operands, count, batch, absorbing: 0, combine: kleeneAnd)
    case .or(let operands): return junction(operands, count, batch, absorbing: 1, combine: kleeneOr)
    case .compare(let left, let comparison, let right):
      return compare(operand(left, batch), comparison, operand(right, batch), count)
    case .isKnown(let operand): return self.operand(operand, batch).known(count: count)
    case .isOneOf(let operand, let values): return isOneOf(self.operand(operand, batch), values, count)
    case .isInList(let value, let list):
      guard case .lists(let lists) = operand(list, batch) else { break }
      return isIn(operand(value, batch), lists, count: count)
    case .textTest(let text, let test, let part):
      guard case .texts(let texts) = operand(text, batch), case .texts(let parts) = operand(part, batch) else { break }
      return textTest(texts, test, parts, count)
    case .matches(let text, let pattern):
      guard case .texts(let texts) = operand(text, batch) else { break }
      return matches(texts, pattern)
    default: break
    }
    return Array(repeating: Column.missingFlag, count: count)
  }

  /// Operands that are the same in every row are taken first, since they may decide all rows at once.
  private func junction(
    _ nodes: [NodeID], _ count: Int, _ batch: BatchState?, absorbing: UInt8,
    combine: ([UInt8], [UInt8]) -> [UInt8]
  ) -> [UInt8] {
    var result: [UInt8]?
    var hasUnknown = false
    for node in nodes where plan.graph[node].frame == .scalar {
      let truth = truths(node, 1, batch)[0]
      if truth == absorbing { return Array(repeating: absorbing, count: count) }
      if truth == Column.missingFlag { hasUnknown = true }
    }
    for node in nodes where plan.graph[node].frame != .scalar {
      let next = truths(node, count, batch)
      result = result.map { combine($0, next) } ?? next
    }
    let neutral = Array(repeating: 1 - absorbing, count: count)
    guard hasUnknown else { return result ?? neutral }
    return combine(result ?? neutral, Array(repeating: Column.missingFlag, count: count))
  }

  func compare(
    _ left: Column, _ comparison: CheckedExpression.Comparison, _ right: Column, _ count: Int
  ) -> [UInt8] {
    switch (left, right) {
    case (.numbers(let left), .numbers(let right)): compareNumbers(left, comparison, right, count: count)
    case (.flags(let left), .flags(let right)):
      compareCells(left, comparison, right, missing: Column.missingFlag, count: count)
    case (.dates(let left), .dates(let right)):
      compareCells(left, comparison, right, missing: Column.missingDate, count: count)
    case (.times(let left), .times(let right)):
      compareCells(left, comparison, right, missing: Column.missingTime, count: count)
    case (.choices(let left), .choices(let right)), (.assets(let left), .assets(let right)):
      compareCells(left, comparison, right, missing: Column.missingCode, count: count)
    case (.texts(let left), .texts(let right)):
      if comparison == .equal || comparison == .notEqual {
        compareCells(left, comparison, right, missing: Column.missingCode, count: count)
      } else {
        map2(left, right, count: count) { left, right in
          if left < 0 || right < 0 { return Column.missingFlag }
          return comparison.holds(texts.text(left), texts.text(right)) ? 1 : 0
        }
      }
    default: Array(repeating: Column.missingFlag, count: count)
    }
  }

  func isOneOf(_ column: Column, _ values: [Value], _ count: Int) -> [UInt8] {
    switch column {
    case .numbers(let numbers):
      let members = values.compactMap { if case .number(let number) = $0 { number } else { nil } }
      return RuleEngine.isOneOf(numbers, members) { $0.isNaN }
    case .texts(let codes):
      // A text that the pool does not have is in no row.
      let members = values.compactMap { value -> Int32? in
        if case .text(let text) = value { texts.existingCode(for: text) } else { nil }
      }
      return isOneOfCodes(codes, members, missing: Column.missingCode)
    case .choices(let codes), .assets(let codes):
      return isOneOfCodes(codes, values.compactMap(\.code), missing: Column.missingCode)
    case .dates(let days): return isOneOfCodes(days, values.compactMap(\.code), missing: Column.missingDate)
    case .times(let times):
      let members = values.compactMap { if case .time(let time) = $0 { time.milliseconds } else { nil } }
      return RuleEngine.isOneOf(times, members) { $0 == Column.missingTime }
    case .flags(let flags):
      let members = values.compactMap { value -> UInt8? in
        if case .flag(let flag) = value { flag ? 1 : 0 } else { nil }
      }
      return flags.map { flag in flag == 2 ? 2 : members.contains(flag) ? 1 : 0 }
    case .coded(let coded): return isOneOf(coded.plain, values, count)
    case .lists, .absent: return Array(repeating: Column.missingFlag, count: count)
    }
  }

  // MARK: - Texts, each distinct one once

  func textTest(
    _ codes: [Int32], _ test: CheckedExpression.TextTest, _ parts: [Int32], _ count: Int
  ) -> [UInt8] {
    let texts = texts
    guard parts.count == 1, let part = parts.first else {
      return map2(codes, parts, count: count) { code, part in
        code < 0 || part < 0 ? Column.missingFlag : texts.holds(code, test, part) ? 1 : 0
      }
    }
    guard part >= 0 else { return Array(repeating: Column.missingFlag, count: count) }
    return perDistinctText(codes) { texts.holds($0, test, part) ? 1 : 0 }
  }

  func matches(_ codes: [Int32], _ pattern: CheckedExpression.Pattern) -> [UInt8] {
    // The checker compiled it already.
    guard let compiled = try? CompiledPattern(pattern: pattern.pattern, options: pattern.options) else {
      return Array(repeating: Column.missingFlag, count: codes.count)
    }
    var exceeded = 0
    let texts = texts
    let result = perDistinctText(codes) { code in
      switch texts.withBytes(of: code, compiled.matches(utf8:)) {
      case .yes: return 1
      case .no: return 0
      case .limitExceeded:
        exceeded += 1
        return Column.missingFlag
      }
    }
    if exceeded > 0 { problems.exceededPatterns[pattern, default: 0] += exceeded }
    return result
  }

  private func perDistinctText(_ codes: [Int32], _ test: (Int32) -> UInt8) -> [UInt8] {
    let untested: UInt8 = 255
    var answers = Array(repeating: untested, count: texts.count)
    return map1(codes) { code in
      guard code >= 0 else { return Column.missingFlag }
      if answers[Int(code)] == untested { answers[Int(code)] = test(code) }
      return answers[Int(code)]
    }
  }
}

extension Value {
  /// What stands for it in a column of 32-bit numbers.
  var code: Int32? {
    switch self {
    case .date(let date): date.dayNumber
    case .choice(_, let position): Int32(position)
    case .asset(let asset): Int32(asset.index)
    case .missing, .text, .number, .flag, .time, .list: nil
    }
  }
}
