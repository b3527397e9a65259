import BusinessTime
import RuleSemantics
import TestSupport

/// Small worlds with missing values, ties and edges: events at the same instant, after now, exactly at a window's
/// start, around a change of the clocks.
struct WorldGenerator {
  var random: SeededGenerator

  static let texts = [
    "", "a", "A", "Acme", "acme GmbH", "STRASSE", "Straße", "É", "é", "/pricing", "/Pricing/eu", "/blog", "roi",
    "ROI", "budget", "x@gmail.com", "İ",
  ]

  /// A few minutes into an hour of the days around the end of March 2026, when clocks in London go forward.
  static let base = Instant(milliseconds: 1_774_742_400_000)

  mutating func world(_ program: CheckedProgram) -> ReferenceWorld {
    let zone = Zone(identifier: random.pick(["UTC", "Europe/London", "America/New_York", "Asia/Kolkata"])) ?? .utc
    var calendar = BusinessCalendar(zone: zone)
    if random.chance(0.5) { calendar.holidays = [zone.day(of: WorldGenerator.base)] }
    let now = Instant(milliseconds: WorldGenerator.base.milliseconds + Int64(random.below(96)) * 1_800_000)
    var world = ReferenceWorld(program: program, now: now, calendar: calendar)
    for index in 0..<random.below(5) { world.accounts.append(record("account\(index)", program.account, world)) }
    for index in 0..<(1 + random.below(9)) {
      var contact = record("contact\(index)", program.contact, world)
      if !world.accounts.isEmpty, random.chance(0.8) { contact.account = random.below(world.accounts.count) }
      world.contacts.append(contact)
    }
    for index in 0..<random.below(6) {
      var deal = record("deal\(index)", program.deal, world)
      if !world.accounts.isEmpty, random.chance(0.9) { deal.account = random.below(world.accounts.count) }
      world.deals.append(deal)
    }
    addState(to: &world)
    addEvents(to: &world)
    return world
  }

  private mutating func record(
    _ key: String, _ schema: RecordSchema, _ world: ReferenceWorld
  ) -> ReferenceWorld.Record {
    var record = ReferenceWorld.Record(key: key, fields: [])
    for (index, field) in schema.fields.enumerated() {
      record.fields.append(value(of: field.type, world))
      if random.chance(0.3) { record.changedAt[FieldIndex(index)] = instant(around: world.now) }
    }
    return record
  }

  private mutating func addState(to world: inout ReferenceWorld) {
    for definition in world.program.definitions {
      let isGiven = random.chance(0.15)
      let hasPast = definition.hasState && random.chance(0.7)
      func changed(_ records: [ReferenceWorld.Record], _ generator: inout WorldGenerator) -> [ReferenceWorld.Record] {
        records.map { record in
          var record = record
          if isGiven, generator.random.chance(0.5) {
            record.given[definition.id] = generator.value(of: definition.type, world)
          }
          if hasPast {
            let past = generator.value(of: definition.type, world)
            // A person is a member of a segment or is not.
            record.previous[definition.id] = definition.type == .flag && past == .missing ? .flag(false) : past
            if generator.random.chance(0.6) {
              record.previousChangedAt[definition.id] = generator.instant(around: world.now)
            }
          }
          return record
        }
      }
      switch definition.subject {
      case .contact: world.contacts = changed(world.contacts, &self)
      case .account: world.accounts = changed(world.accounts, &self)
      }
    }
  }

  private mutating func addEvents(to world: inout ReferenceWorld) {
    for id in 0..<random.below(40) {
      let type = EventID(1 + random.below(world.program.events.count - 1))
      let schema = world.program[type]
      let owners = schema.isForAccount ? world.accounts.count : world.contacts.count
      guard owners > 0 else { continue }
      let owner = random.below(owners)
      world.events.append(
        ReferenceWorld.Event(
          type: type, owner: owner, time: instant(around: world.now), id: Int64(id),
          fields: schema.record.fields.map { value(of: $0.type, world) }))
    }
  }

  /// Half of them on the same wall time or a round distance, some after now.
  mutating func instant(around now: Instant) -> Instant {
    let hour: Int64 = 3_600_000
    switch random.below(6) {
    case 0: return now
    case 1: return Instant(milliseconds: now.milliseconds - Int64(random.below(15)) * 24 * hour)
    case 2: return Instant(milliseconds: now.milliseconds - Int64(random.below(200)) * hour)
    case 3: return Instant(milliseconds: now.milliseconds - Int64(random.below(400)) * hour / 4 - 1)
    case 4: return Instant(milliseconds: now.milliseconds + Int64(random.below(90)) * hour)
    default: return Instant(milliseconds: now.milliseconds - Int64(random.below(60 * 86_400)) * 1000)
    }
  }

  mutating func value(of type: ValueType, _ world: ReferenceWorld) -> Value {
    if random.chance(0.25) { return .missing }
    switch type {
    case .text: return .text(random.pick(WorldGenerator.texts))
    case .number: return .number(random.pick([-3, -1, 0, 0, 0.5, 1, 1, 2, 3, 5, 10, 1e9, 1e300]))
    case .flag, .error: return .flag(random.chance(0.5))
    case .date:
      let today = world.calendar.zone.day(of: world.now)
      return .date(today.adding(days: random.below(21) - 12))
    case .time: return .time(instant(around: world.now))
    case .choice(let set): return .choice(set, random.below(world.program[set].values.count))
    case .asset: return .asset(AssetID(random.below(world.program.assets.count)))
    case .list(let member):
      var members: [Value] = []
      for _ in 0..<(1 + random.below(3)) {
        let member = value(of: member, world)
        if member != .missing { members.append(member) }
      }
      return members.isEmpty ? .missing : .list(members)
    }
  }
}

extension Definition {
  var hasState: Bool {
    switch body {
    case .journey, .segment: true
    case .define, .factorScore, .pointsScore, .malformed: false
    }
  }
}
