import BusinessTime
import RuleEngine
import RuleSemantics
import Testing

@Suite struct CodedColumnTests {
  static let columns: [Column] = [
    .numbers([3, .nan, -1.5, 3, 0, -0.0, 1e300, -1e300, 0.1]), .flags([1, 0, 2, 1]), .flags([1]),
    .dates([5, Column.missingDate, -7, 5, 0]), .times([9, Column.missingTime, -4, 1 << 50, 9]),
    .choices([2, -1, 0, 2]), .texts([7, 3, -1, 7, 900]), .assets([-1, -1]), .numbers([]),
  ]

  @Test(arguments: columns.indices)
  func holdsTheSameValues(index: Int) throws {
    let column = Self.columns[index]
    let coded = try #require(CodedColumn(column))
    #expect(coded.count == column.count)
    for row in 0..<column.count {
      #expect(Column.coded(coded).sameKey(row) == column.sameKey(row))
      #expect(coded.plain.sameKey(row) == column.sameKey(row))
    }
    // Missing first, then ascending.
    #expect(coded.values.sameKey(0) == nil)
    let keys = (1..<coded.values.count).compactMap { coded.values.sameKey($0) }
    #expect(keys.count == coded.values.count - 1)
    #expect(Set(keys).count == keys.count)
    if case .numbers(let numbers) = coded.values { #expect(numbers.dropFirst().sorted() == Array(numbers.dropFirst())) }
    if case .dates(let days) = coded.values { #expect(days.dropFirst().sorted() == Array(days.dropFirst())) }
  }

  /// As few bytes a row as the distinct values need, and what is missing.
  @Test(arguments: [(255, 1), (256, 2), (65_535, 2), (65_536, 4)])
  func takesFewBytes(distinct: Int, bytes: Int) throws {
    let numbers = (0..<distinct + 100).map { Double(($0 * 7919) % distinct) }
    let coded = try #require(CodedColumn(.numbers(numbers)))
    switch coded.codes {
    case .bytes(let codes): #expect(bytes == 1 && codes.count % 64 == 0)
    case .halves(let codes): #expect(bytes == 2 && codes.count % 64 == 0)
    case .words(let codes): #expect(bytes == 4 && codes.count % 64 == 0)
    }
    guard case .numbers(let plain) = coded.plain else {
      Issue.record("got \(coded.plain)")
      return
    }
    #expect(plain == numbers)
  }

  @Test func takesRowsInAnotherOrder() {
    var coder = ColumnCoder(.dates)
    for day in [30, 10, 20] as [Int64] { coder.append(ColumnCoder.key(day)) }
    coder.appendMissing()
    guard case .dates(let days) = coder.takeColumn(order: [3, 1, 2, 0, 0]).plain else {
      Issue.record("no dates")
      return
    }
    #expect(days == [Column.missingDate, 10, 20, 30, 30])
  }

  @Test func hasNoListsAndNothingOfWhatIsNotLoaded() {
    #expect(CodedColumn(.absent) == nil)
    #expect(CodedColumn(.lists(ListColumn(offsets: [0], members: .texts([])))) == nil)
  }
}

extension Column {
  /// A number that tells values apart; `nil` for what is missing.
  fileprivate func sameKey(_ row: Int) -> Double? {
    var texts = TextPool()
    for number in 0..<1000 { _ = texts.code(for: "\(number)") }
    let type: ValueType =
      switch self.plain {
      case .numbers, .absent, .lists, .coded: .number
      case .flags: .flag
      case .dates: .date
      case .times: .time
      case .choices: .choice(ChoiceSetID(0))
      case .texts: .text
      case .assets: .asset
      }
    return switch value(at: row, type, texts) {
    case .missing, .list: nil
    case .number(let number): number
    case .flag(let flag): flag ? 1 : 0
    case .date(let date): Double(date.dayNumber)
    case .time(let time): Double(time.milliseconds)
    case .choice(_, let position): Double(position)
    case .text(let text): Double(text)
    case .asset(let asset): Double(asset.index)
    }
  }
}
