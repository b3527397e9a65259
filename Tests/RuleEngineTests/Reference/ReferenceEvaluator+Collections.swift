import BusinessTime
import Glibc
import RuleSemantics
import TextMatching

extension ReferenceEvaluator {
  func powerOfTwo(_ exponent: Double) -> Double { exp2(exponent) }

  /// 2^(−age/half life); a day of a half-life is 24 hours, and what lies ahead counts as now.
  func decay(since instant: Instant, _ halfLife: TimeSpan) -> Double {
    let age = max(0, world.now.milliseconds - instant.milliseconds)
    return powerOfTwo(-Double(age) / (halfLife.elapsedMilliseconds ?? 1))
  }

  // MARK: - Events

  /// The events that count, in the order of time, then id.
  func events(_ query: EventQuery, _ environment: Environment) -> [ReferenceWorld.Event] {
    let owner: (subject: Subject, row: Int)
    if query.owner == .person {
      guard let person = environment.person else { return [] }
      owner = (.contact, person)
    } else {
      owner = (environment.subject, environment.subjectRow)
    }
    return world.events.filter { event in
      guard isOf(query.events, event, owner.subject), belongs(event, to: owner), event.time <= world.now,
        isInWindow(event, query.window, environment)
      else { return false }
      guard let filter = query.filter else { return true }
      var inner = environment
      inner.event = event
      return condition(filter, inner) == true
    }.sorted { ($0.time, $0.id, $0.type.index) < ($1.time, $1.id, $1.type.index) }
  }

  private func isOf(_ events: EventQuery.Events, _ event: ReferenceWorld.Event, _ subject: Subject) -> Bool {
    let schema = world.program[event.type]
    switch events {
    case .type(let type): return event.type == type
    case .interactions: return schema.worth != nil && (subject == .account || !schema.isForAccount)
    }
  }

  /// A contact's events are its own, and its account's for an event `for account`; an account's are its people's and
  /// its own.
  private func belongs(_ event: ReferenceWorld.Event, to owner: (subject: Subject, row: Int)) -> Bool {
    switch (owner.subject, world.program[event.type].isForAccount) {
    case (.contact, false), (.account, true): event.owner == owner.row
    case (.contact, true): world.contacts[owner.row].account == event.owner
    case (.account, false): world.contacts[event.owner].account == owner.row
    }
  }

  private func isInWindow(
    _ event: ReferenceWorld.Event, _ window: EventQuery.Window?, _ environment: Environment
  ) -> Bool {
    func ago(_ span: TimeSpan) -> Instant { world.calendar.subtract(span, from: world.now) }
    switch window {
    case nil: return true
    case .within(let span): return event.time > ago(span)
    case .fromTo(let start, let end): return event.time > ago(start) && event.time <= ago(end)
    case .since(let start):
      switch value(start, environment) {
      case .time(let time): return event.time > time
      case .date(let date): return event.time >= world.calendar.zone.startOfDay(date)
      default: return false
      }
    case .sinceStep, .sinceEnrolment: return false
    }
  }

  func aggregated(
    _ query: EventQuery, _ aggregate: CheckedExpression.EventAggregate, _ environment: Environment
  ) -> Value {
    let events = events(query, environment)
    func values(_ expression: CheckedExpression) -> [Value] {
      events.map { event in
        var inner = environment
        inner.event = event
        return value(expression, inner)
      }
    }
    switch aggregate {
    case .count(halfLife: let halfLife):
      var sum = 0.0
      for event in events { sum += halfLife.map { decay(since: event.time, $0) } ?? 1 }
      return .number(sum)
    case .sum(let expression, halfLife: let halfLife):
      var sum = 0.0
      for (event, value) in zip(events, values(expression)) {
        guard case .number(let number) = value else { continue }
        sum += halfLife.map { decay(since: event.time, $0) * number } ?? number
      }
      return number(sum)
    case .average(let expression): return average(values(expression))
    case .min(let expression): return extreme(values(expression), .less)
    case .max(let expression): return extreme(values(expression), .greater)
    case .distinct(let expression): return .number(Double(distinct(values(expression))))
    case .first: return events.first.map { .time($0.time) } ?? .missing
    case .last: return events.last.map { .time($0.time) } ?? .missing
    case .points(atMostOncePer: let span, halfLife: let halfLife):
      var sum = 0.0
      for event in spaced(events, span) { sum += halfLife.map { decay(since: event.time, $0) } ?? 1 }
      return .number(sum)
    }
  }

  /// The first event of each calendar day or week; otherwise the first, then the first at least a span later.
  private func spaced(_ events: [ReferenceWorld.Event], _ span: TimeSpan?) -> [ReferenceWorld.Event] {
    guard let span else { return events }
    var counted: [ReferenceWorld.Event] = []
    for event in events {
      guard let last = counted.last else {
        counted.append(event)
        continue
      }
      let isNext: Bool
      switch span.unit {
      case .days: isNext = day(event.time) != day(last.time)
      case .months: isNext = month(of: day(event.time)) != month(of: day(last.time))
      case .weeks: isNext = monday(of: day(event.time)) != monday(of: day(last.time))
      default: isNext = world.calendar.add(span, to: last.time) <= event.time
      }
      if isNext { counted.append(event) }
    }
    return counted
  }

  private func month(of date: CivilDate) -> Int { date.year * 12 + date.month }

  private func monday(of date: CivilDate) -> CivilDate { date.adding(days: 1 - date.weekday.rawValue) }

  // MARK: - People and deals

  func aggregated(
    _ query: PeopleQuery, _ aggregate: CheckedExpression.PeopleAggregate, _ environment: Environment
  ) -> Value {
    let all = rows(query, environment)
    func inner(_ row: Int) -> Environment {
      var inner = environment
      if query.rows == .deals { inner.deal = row } else { inner.person = row }
      return inner
    }
    let rows = all.filter { row in query.filter.map { condition($0, inner(row)) == true } ?? true }
    func values(_ expression: CheckedExpression) -> [Value] { rows.map { value(expression, inner($0)) } }
    switch aggregate {
    case .any: return .flag(!rows.isEmpty)
    case .count: return .number(Double(rows.count))
    case .share: return all.isEmpty ? .missing : .number(Double(rows.count) / Double(all.count))
    case .sum(let expression):
      var sum = 0.0
      for case .number(let number) in values(expression) { sum += number }
      return number(sum)
    case .average(let expression): return average(values(expression))
    case .min(let expression): return extreme(values(expression), .less)
    case .max(let expression): return extreme(values(expression), .greater)
    case .distinct(let expression): return .number(Double(distinct(values(expression))))
    }
  }

  /// In the order of keys.
  private func rows(_ query: PeopleQuery, _ environment: Environment) -> [Int] {
    let isContact = environment.subject == .contact
    let account = isContact ? world.contacts[environment.subjectRow].account : environment.subjectRow
    guard let account else { return [] }
    switch query.rows {
    case .accountContacts: return world.contacts.indices.filter { world.contacts[$0].account == account }
    case .colleagues:
      return world.contacts.indices.filter {
        world.contacts[$0].account == account && $0 != environment.subjectRow
      }
    case .deals: return world.deals.indices.filter { world.deals[$0].account == account }
    }
  }

  // MARK: - Numbers of values

  private func average(_ values: [Value]) -> Value {
    var sum = 0.0
    var count = 0
    for case .number(let number) in values {
      sum += number
      count += 1
    }
    return count == 0 ? .missing : number(sum / Double(count))
  }

  private func extreme(_ values: [Value], _ comparison: CheckedExpression.Comparison) -> Value {
    values.filter { $0 != .missing }.reduce(.missing) { best, next in
      best == .missing || compare(next, comparison, best) == true ? next : best
    }
  }

  /// Lists count their members, text compares case-folded.
  private func distinct(_ values: [Value]) -> Int {
    let members = values.flatMap { value in if case .list(let members) = value { members } else { [value] } }
    return Set(
      members.filter { $0 != .missing }.map { member in
        if case .text(let text) = member { Value.text(foldCase(text)) } else { member }
      }
    ).count
  }
}
