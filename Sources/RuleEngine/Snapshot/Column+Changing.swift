import BusinessTime
package import RuleSemantics

extension Column {
  /// Puts a value of the column's type into a row; a list, or a value of another type, makes the column anew.
  package mutating func set(_ value: Value, at row: Int, type: ValueType, texts: inout TextPool) {
    switch self {
    case .absent: return
    case .coded:
      self = plain
      set(value, at: row, type: type, texts: &texts)
    case .numbers(var numbers):
      self = .absent
      if case .number(let number) = value { numbers[row] = number } else { numbers[row] = .nan }
      self = .numbers(numbers)
    case .flags(var flags):
      self = .absent
      if case .flag(let flag) = value { flags[row] = flag ? 1 : 0 } else { flags[row] = Column.missingFlag }
      self = .flags(flags)
    case .dates(var days):
      self = .absent
      days[row] = value.code ?? Column.missingDate
      self = .dates(days)
    case .times(var times):
      self = .absent
      if case .time(let time) = value { times[row] = time.milliseconds } else { times[row] = Column.missingTime }
      self = .times(times)
    case .choices(var codes):
      self = .absent
      codes[row] = value.code ?? Column.missingCode
      self = .choices(codes)
    case .assets(var codes):
      self = .absent
      codes[row] = value.code ?? Column.missingCode
      self = .assets(codes)
    case .texts(var codes):
      self = .absent
      if case .text(let text) = value { codes[row] = texts.code(for: text) } else { codes[row] = Column.missingCode }
      self = .texts(codes)
    case .lists(let lists):
      let count = lists.offsets.count - 1
      var values = (0..<count).map { self.value(at: $0, type, texts) }
      values[row] = value
      self = Column(values, type: type, texts: &texts)
    }
  }
}

extension EventTable {
  /// The table with more events, which may be in any order.
  package func adding(_ other: EventTable) -> EventTable {
    guard other.count > 0 else { return self }
    func key(_ table: EventTable, _ row: Int) -> (Int32, Int64, Int64) {
      (table.owners[row], table.times[row], table.ids[row])
    }
    let order = (0..<other.count).sorted { key(other, $0) < key(other, $1) }
    // Which row of the two tables, one behind the other, goes where.
    var rows: [Int32] = []
    rows.reserveCapacity(count + other.count)
    var mine = 0
    for next in order {
      while mine < count, key(self, mine) <= key(other, next) {
        rows.append(Int32(mine))
        mine += 1
      }
      rows.append(Int32(count + next))
    }
    rows += (mine..<count).map(Int32.init)
    func gathered<T>(_ left: [T], _ right: [T]) -> [T] {
      rows.map { Int($0) < count ? left[Int($0)] : right[Int($0) - count] }
    }
    return EventTable(
      owners: gathered(owners, other.owners), ids: gathered(ids, other.ids), times: gathered(times, other.times),
      recordedAt: gathered(recordedAt, other.recordedAt),
      columns: zip(columns, other.columns).map { left, right in
        if case .absent = left { return .absent }
        return left.followed(by: right).gathered(rows)
      })
  }

  /// The events up to an instant and including it.
  package func events(upTo end: Int64) -> EventTable {
    let rows = (0..<count).filter { times[$0] <= end }.map(Int32.init)
    guard rows.count < count else { return self }
    return EventTable(
      owners: rows.map { owners[Int($0)] }, ids: rows.map { ids[Int($0)] }, times: rows.map { times[Int($0)] },
      recordedAt: rows.map { recordedAt[Int($0)] }, columns: columns.map { $0.count == 0 ? $0 : $0.gathered(rows) })
  }
}
