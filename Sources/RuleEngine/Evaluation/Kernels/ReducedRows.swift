import RuleSemantics

/// What a reduction made of the rows of each group.
struct ReducedRows {
  var low: [Int32]
  var high: [Int32]
  var column: Column

  /// The groups that have other rows now.
  func rowsOtherThan(_ groups: GroupRanges) -> [Int32] {
    var rows: [Int32] = []
    low.withUnsafeBufferPointer { low in
      high.withUnsafeBufferPointer { high in
        groups.low.withUnsafeBufferPointer { newLow in
          groups.high.withUnsafeBufferPointer { newHigh in
            for group in low.indices where low[group] != newLow[group] || high[group] != newHigh[group] {
              rows.append(Int32(group))
            }
          }
        }
      }
    }
    return rows
  }
}

/// Events whose weights are the same for all who ask.
struct DecayKey: Hashable {
  var source: EventSource
  var halfLife: Double
}

/// A rate by asset, which is the same all day.
struct DailyRate {
  var startOfToday: Int64
  var values: [Double]
}

extension Column {
  /// The same with other values in some rows, of the same type.
  func replacing(_ rows: [Int32], by values: Column) -> Column {
    func replaced<T>(_ all: [T], _ values: [T]) -> [T] {
      var all = all
      for (row, value) in zip(rows, values) { all[Int(row)] = value }
      return all
    }
    return switch (self, values) {
    case (.numbers(let all), .numbers(let values)): .numbers(replaced(all, values))
    case (.flags(let all), .flags(let values)): .flags(replaced(all, values))
    case (.dates(let all), .dates(let values)): .dates(replaced(all, values))
    case (.times(let all), .times(let values)): .times(replaced(all, values))
    case (.choices(let all), .choices(let values)): .choices(replaced(all, values))
    case (.texts(let all), .texts(let values)): .texts(replaced(all, values))
    case (.assets(let all), .assets(let values)): .assets(replaced(all, values))
    case (.absent, _), (.lists, _), (.coded, _), (_, _): preconditionFailure("columns of one type, without lists")
    }
  }
}
