import BusinessTime
package import RuleSemantics

extension Column {
  /// A column of values of one type, whose texts are added to the pool; anything of another type is missing.
  package init(_ values: [Value], type: ValueType, texts: inout TextPool) {
    switch type {
    case .number:
      self = .numbers(values.map { if case .number(let number) = $0 { number } else { .nan } })
    case .flag, .error:
      self = .flags(values.map { if case .flag(let flag) = $0 { flag ? 1 : 0 } else { Column.missingFlag } })
    case .date:
      self = .dates(values.map { if case .date(let date) = $0 { date.dayNumber } else { Column.missingDate } })
    case .time:
      self = .times(values.map { if case .time(let time) = $0 { time.milliseconds } else { Column.missingTime } })
    case .choice:
      self = .choices(values.map { if case .choice(_, let at) = $0 { Int32(at) } else { Column.missingCode } })
    case .asset:
      self = .assets(values.map { if case .asset(let id) = $0 { Int32(id.index) } else { Column.missingCode } })
    case .text:
      var codes: [Int32] = []
      codes.reserveCapacity(values.count)
      for value in values {
        if case .text(let text) = value {
          codes.append(texts.code(for: text))
        } else {
          codes.append(Column.missingCode)
        }
      }
      self = .texts(codes)
    case .list(let member):
      var offsets: [Int32] = [0]
      var members: [Value] = []
      for value in values {
        if case .list(let list) = value { members.append(contentsOf: list) }
        offsets.append(Int32(members.count))
      }
      self = .lists(
        ListColumn(offsets: offsets, members: Column(members, type: member, texts: &texts).asMembers))
    }
  }
}
