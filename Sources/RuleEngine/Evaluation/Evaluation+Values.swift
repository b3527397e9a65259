import BusinessTime
package import RuleSemantics

extension Evaluation {
  /// The column of a value whose operands are computed.
  func computeValue(_ node: Node, _ count: Int, _ batch: BatchState?) -> Column {
    switch node.kind {
    case .assetField(let operand, let field):
      guard case .assets(let assets) = self.operand(operand, batch) else { break }
      return assetColumn(field).gathered(assets)
    case .folded(let operand): return folded(self.operand(operand, batch))
    case .day(let operand):
      guard case .times(let times) = self.operand(operand, batch) else { break }
      return .dates(times.map { $0 == Column.missingTime ? Column.missingDate : day($0) })
    case .startOfDay(let operand):
      guard case .dates(let days) = self.operand(operand, batch) else { break }
      return .times(days.map { $0 == Column.missingDate ? Column.missingTime : startOfDay($0) })
    case .arithmetic(let left, let operation, let right):
      return .numbers(
        RuleEngine.arithmetic(operand(left, batch).numbers, operation, operand(right, batch).numbers, count: count))
    case .negate(let operand): return .numbers(self.operand(operand, batch).numbers.map { -$0 })
    case .shift(let operand, let span, later: let later):
      return shifted(self.operand(operand, batch), span, later: later, as: node.type)
    case .otherwise(let value, let fallback):
      return operand(value, batch).otherwise(operand(fallback, batch), count: count)
    case .conditional(let condition, then: let then, otherwise: let otherwise):
      let chosen = truths(condition, count, batch)
      return Column.chosen(chosen, operand(then, batch), operand(otherwise, batch), type: node.type)
    case .freshness(let operand, halfLife: let halfLife):
      guard case .times(let times) = self.operand(operand, batch) else { break }
      return .numbers(freshness(times, now: now.milliseconds, halfLife: halfLife, threads: threads))
    case .diminishing(let operand, halfAt: let halfAt):
      return .numbers(diminishing(self.operand(operand, batch).numbers, halfAt: halfAt, threads: threads))
    case .closeness(let left, let right, ranks: let ranks):
      guard case .choices(let left) = operand(left, batch), case .choices(let right) = operand(right, batch) else {
        break
      }
      return .numbers(closeness(left, right, ranks: ranks, count: count))
    case .interpolation(let pieces): return .texts(interpolation(pieces, count, batch))
    default: break
    }
    return .missing(node.type, count: count)
  }

  private func day(_ time: Int64) -> Int32 {
    calendar.zone.day(of: Instant(milliseconds: time)).dayNumber
  }

  private func startOfDay(_ day: Int32) -> Int64 {
    calendar.zone.startOfDay(CivilDate(dayNumber: day)).milliseconds
  }

  private func shifted(_ column: Column, _ span: TimeSpan, later: Bool, as type: ValueType) -> Column {
    let times: [Int64]
    switch column {
    case .times(let values): times = values
    case .dates(let days): times = days.map { $0 == Column.missingDate ? Column.missingTime : startOfDay($0) }
    default: return .missing(type, count: column.count)
    }
    let moved = times.map { time in
      guard time != Column.missingTime else { return Column.missingTime }
      let instant = Instant(milliseconds: time)
      return (later ? calendar.add(span, to: instant) : calendar.subtract(span, from: instant)).milliseconds
    }
    guard type == .date else { return .times(moved) }
    return .dates(moved.map { $0 == Column.missingTime ? Column.missingDate : day($0) })
  }

  /// A field of all assets, one row each.
  func assetColumn(_ field: FieldIndex) -> Column {
    if let known = assetColumns[field] { return known }
    // What somebody asks about a rule book may read what the book itself does not.
    let values = plan.assetColumns[field] ?? AssetColumn(field, plan.program)
    let column = values.column(&texts)
    assetColumns[field] = column
    return column
  }

  func folded(_ column: Column) -> Column {
    switch column {
    case .texts(let codes): return .texts(texts.folded(codes))
    case .lists(var lists):
      if case .texts(let codes) = lists.members { lists.members = .texts(texts.folded(codes)) }
      return .lists(lists)
    case .coded(let coded): return folded(coded.plain)
    case .absent, .numbers, .flags, .dates, .times, .choices, .assets: return column
    }
  }

  // MARK: - Texts for people

  private func interpolation(_ pieces: [Node.TextPiece], _ count: Int, _ batch: BatchState?) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(count)
    for row in 0..<count {
      var text = ""
      for piece in pieces {
        switch piece {
        case .text(let fixed): text += fixed
        case .value(let node):
          let position = plan.graph[node].frame == .scalar ? 0 : row
          let value = operand(node, batch).value(at: position, plan.graph[node].type, texts)
          text += self.text(of: value) ?? ""
        }
      }
      result.append(texts.code(for: text))
    }
    return result
  }

  /// A value as it stands in a text; `nil` when it is missing.
  package func text(of value: Value) -> String? {
    // A program is much to hand on for each text.
    switch value {
    case .missing: nil
    case .text(let text): text
    default: readableText(value, plan.program, calendar.zone)
    }
  }
}

/// A value as it stands in a text: numbers with at most two decimals, ISO dates, instants in the zone, the titles of
/// assets; `nil` when it is missing.
func readableText(_ value: Value, _ program: CheckedProgram, _ zone: Zone) -> String? {
  switch value {
  case .missing: nil
  case .text(let text): text
  case .number(let number): readableText(number)
  case .flag(let flag): flag ? "yes" : "no"
  case .date(let date): date.description
  case .time(let time): time.text(in: zone)
  case .choice(let set, let position): program[set].values[position]
  case .asset(let asset): program[asset].title ?? program[asset].name
  case .list(let members): members.compactMap { readableText($0, program, zone) }.joined(separator: ", ")
  }
}

/// The number with at most two decimals, or six where it is too small for two.
private func readableText(_ number: Double) -> String {
  let scale: Double = number.magnitude < 0.01 ? 1_000_000 : 100
  let rounded = (number * scale).rounded() / scale
  return decimalText(number.magnitude < 1e15 && rounded.isFinite ? rounded : number)
}

/// The shortest text that reads back as the number, without a fraction where it is whole.
package func decimalText(_ number: Double) -> String {
  if number == number.rounded(), number.magnitude < 1e15 { return String(Int64(number)) }
  return number.description
}
