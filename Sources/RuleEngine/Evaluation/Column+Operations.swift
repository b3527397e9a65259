import BusinessTime
package import RuleSemantics

extension Column {
  package var count: Int {
    switch self {
    case .absent: 0
    case .numbers(let values): values.count
    case .flags(let values): values.count
    case .times(let values): values.count
    case .dates(let values), .choices(let values), .texts(let values), .assets(let values): values.count
    case .lists(let lists): max(lists.offsets.count - 1, 0)
    case .coded(let coded): coded.count
    }
  }

  /// The same with a value for each row, as computations take it.
  package var plain: Column {
    if case .coded(let coded) = self { coded.plain } else { self }
  }

  /// A column in which every row is missing.
  package static func missing(_ type: ValueType, count: Int) -> Column {
    switch type {
    case .text: .texts(Array(repeating: missingCode, count: count))
    case .number: .numbers(Array(repeating: .nan, count: count))
    case .flag, .error: .flags(Array(repeating: missingFlag, count: count))
    case .date: .dates(Array(repeating: missingDate, count: count))
    case .time: .times(Array(repeating: missingTime, count: count))
    case .choice: .choices(Array(repeating: missingCode, count: count))
    case .asset: .assets(Array(repeating: missingCode, count: count))
    case .list(let member):
      .lists(
        ListColumn(
          offsets: Array(repeating: 0, count: count + 1), members: Column.missing(member, count: 0).asMembers))
    }
  }

  /// The values at the rows of an index; missing where it is -1.
  func gathered(_ index: [Int32]) -> Column {
    switch self {
    case .absent: .absent
    case .numbers(let values): .numbers(gather(values, index, missing: .nan))
    case .flags(let values): .flags(gather(values, index, missing: Column.missingFlag))
    case .dates(let values): .dates(gather(values, index, missing: Column.missingDate))
    case .times(let values): .times(gather(values, index, missing: Column.missingTime))
    case .choices(let values): .choices(gather(values, index, missing: Column.missingCode))
    case .texts(let values): .texts(gather(values, index, missing: Column.missingCode))
    case .assets(let values): .assets(gather(values, index, missing: Column.missingCode))
    case .lists(let lists): .lists(lists.gathered(index))
    case .coded(let coded): coded.plain.gathered(index)
    }
  }

  /// The rows of this column, then those of another of the same type.
  func followed(by other: Column) -> Column {
    switch (self, other) {
    case (.numbers(let left), .numbers(let right)): .numbers(left + right)
    case (.flags(let left), .flags(let right)): .flags(left + right)
    case (.dates(let left), .dates(let right)): .dates(left + right)
    case (.times(let left), .times(let right)): .times(left + right)
    case (.choices(let left), .choices(let right)): .choices(left + right)
    case (.texts(let left), .texts(let right)): .texts(left + right)
    case (.assets(let left), .assets(let right)): .assets(left + right)
    case (.lists(let left), .lists(let right)): .lists(left.followed(by: right))
    case (.coded, _), (_, .coded): plain.followed(by: other.plain)
    default: self
    }
  }

  /// The same values for `count` rows, where there is one for all.
  func spread(over count: Int) -> Column {
    self.count == count ? self : gathered(Array(repeating: 0, count: count))
  }

  /// 1 where there is a value.
  func known(count: Int) -> [UInt8] {
    switch self {
    case .absent: Array(repeating: 0, count: count)
    case .numbers(let values): map1(values) { $0.isNaN ? 0 : 1 }
    case .flags(let values): map1(values) { $0 == Column.missingFlag ? 0 : 1 }
    case .dates(let values): map1(values) { $0 == Column.missingDate ? 0 : 1 }
    case .times(let values): map1(values) { $0 == Column.missingTime ? 0 : 1 }
    case .choices(let values), .texts(let values), .assets(let values): map1(values) { $0 < 0 ? 0 : 1 }
    case .lists(let lists): (0..<self.count).map { lists.range($0).isEmpty ? 0 : 1 }
    case .coded(let coded): filled(count) { coded.codes[$0] == 0 ? 0 : 1 }
    }
  }

  /// These values, and those of another column where they are missing.
  func otherwise(_ fallback: Column, count: Int) -> Column {
    switch (self, fallback) {
    case (.numbers(let left), .numbers(let right)):
      .numbers(map2(left, right, count: count) { $0.isNaN ? $1 : $0 })
    case (.flags(let left), .flags(let right)):
      .flags(map2(left, right, count: count) { $0 == Column.missingFlag ? $1 : $0 })
    case (.dates(let left), .dates(let right)):
      .dates(map2(left, right, count: count) { $0 == Column.missingDate ? $1 : $0 })
    case (.times(let left), .times(let right)):
      .times(map2(left, right, count: count) { $0 == Column.missingTime ? $1 : $0 })
    case (.choices(let left), .choices(let right)): .choices(map2(left, right, count: count) { $0 < 0 ? $1 : $0 })
    case (.texts(let left), .texts(let right)): .texts(map2(left, right, count: count) { $0 < 0 ? $1 : $0 })
    case (.assets(let left), .assets(let right)): .assets(map2(left, right, count: count) { $0 < 0 ? $1 : $0 })
    case (.absent, _): fallback.spread(over: count)
    case (.coded, _), (_, .coded): plain.otherwise(fallback.plain, count: count)
    default:
      Column.picked(
        spread(over: count), fallback.spread(over: count), first: spread(over: count).known(count: count))
    }
  }

  /// The first column where the condition is 1, else the second.
  static func chosen(_ condition: [UInt8], _ then: Column, _ otherwise: Column, type: ValueType) -> Column {
    let count = condition.count
    return picked(then.plain.spread(over: count), otherwise.plain.spread(over: count), first: condition)
  }

  /// Both have a row for each of `first`.
  private static func picked(_ left: Column, _ right: Column, first: [UInt8]) -> Column {
    @inline(__always)
    func pick<T>(_ left: [T], _ right: [T]) -> [T] {
      first.indices.map { first[$0] == 1 ? left[$0] : right[$0] }
    }
    switch (left, right) {
    case (.numbers(let left), .numbers(let right)): return .numbers(pick(left, right))
    case (.flags(let left), .flags(let right)): return .flags(pick(left, right))
    case (.dates(let left), .dates(let right)): return .dates(pick(left, right))
    case (.times(let left), .times(let right)): return .times(pick(left, right))
    case (.choices(let left), .choices(let right)): return .choices(pick(left, right))
    case (.texts(let left), .texts(let right)): return .texts(pick(left, right))
    case (.assets(let left), .assets(let right)): return .assets(pick(left, right))
    case (.lists(let lists), .lists(let others)):
      let count = Int32(first.count)
      let index = first.indices.map { first[$0] == 1 ? Int32($0) : count + Int32($0) }
      return .lists(lists.followed(by: others).gathered(index))
    default: return left
    }
  }

  /// The numbers, flags as 1 and 0; one missing number for all rows when it has none.
  var numbers: [Double] {
    switch self {
    case .numbers(let numbers): numbers
    case .flags(let flags): map1(flags) { $0 == Column.missingFlag ? .nan : Double($0) }
    case .coded(let coded): coded.plain.numbers
    case .absent, .dates, .times, .choices, .texts, .assets, .lists: Array(repeating: .nan, count: max(count, 1))
    }
  }

  var asMembers: ListColumn.Members {
    switch self {
    case .numbers(let values): .numbers(values)
    case .dates(let values): .dates(values)
    case .choices(let values): .choices(values)
    case .assets(let values): .assets(values)
    case .texts(let values): .texts(values)
    case .coded(let coded): coded.plain.asMembers
    case .absent, .flags, .times, .lists: .texts([])
    }
  }

  /// A number that is equal for equal values of one column type; `nil` when the value is missing.
  func key(_ row: Int) -> Int64? {
    switch self {
    case .absent, .lists: nil
    case .numbers(let values): values[row].isNaN ? nil : Int64(bitPattern: (values[row] + 0).bitPattern)
    case .flags(let values): values[row] == Column.missingFlag ? nil : Int64(values[row])
    case .dates(let values): values[row] == Column.missingDate ? nil : Int64(values[row])
    case .times(let values): values[row] == Column.missingTime ? nil : values[row]
    case .choices(let values), .texts(let values), .assets(let values): values[row] < 0 ? nil : Int64(values[row])
    case .coded(let coded): coded.values.key(coded.codes[row])
    }
  }

  /// The value of a row; the type gives the set of a choice.
  package func value(at row: Int, _ type: ValueType, _ texts: TextPool) -> Value {
    if case .lists(let lists) = self {
      let member = lists.members.column
      let values = lists.range(row).map { member.value(at: $0, type.memberType, texts) }.filter { $0 != .missing }
      return values.isEmpty ? .missing : .list(values)
    }
    if case .coded(let coded) = self { return coded.values.value(at: coded.codes[row], type, texts) }
    guard let key = key(row) else { return .missing }
    switch self {
    case .absent, .lists, .coded: return .missing
    case .numbers(let values): return .number(values[row])
    case .flags: return .flag(key == 1)
    case .dates(let values): return .date(CivilDate(dayNumber: values[row]))
    case .times: return .time(Instant(milliseconds: key))
    case .choices: if case .choice(let set) = type { return .choice(set, Int(key)) } else { return .missing }
    case .texts(let values): return .text(texts.text(values[row]))
    case .assets: return .asset(AssetID(Int(key)))
    }
  }
}

extension ListColumn {
  func range(_ row: Int) -> Range<Int> { Int(offsets[row])..<Int(offsets[row + 1]) }

  /// As `Column.key`, of a member.
  func key(_ member: Int) -> Int64? { members.column.key(member) }

  func gathered(_ index: [Int32]) -> ListColumn {
    var offsets: [Int32] = [0]
    var rows: [Int32] = []
    for row in index {
      if row >= 0, Int(row) + 1 < self.offsets.count { rows.append(contentsOf: range(Int(row)).map(Int32.init)) }
      offsets.append(Int32(rows.count))
    }
    return ListColumn(offsets: offsets, members: members.column.gathered(rows).asMembers)
  }

  func followed(by other: ListColumn) -> ListColumn {
    let shift = offsets.last ?? 0
    let offsets = self.offsets + other.offsets.dropFirst().map { $0 + shift }
    return ListColumn(offsets: offsets, members: members.column.followed(by: other.members.column).asMembers)
  }
}

extension ListColumn.Members {
  var column: Column {
    switch self {
    case .numbers(let values): .numbers(values)
    case .dates(let values): .dates(values)
    case .choices(let values): .choices(values)
    case .texts(let values): .texts(values)
    case .assets(let values): .assets(values)
    }
  }
}
