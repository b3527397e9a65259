import BusinessTime
import RuleEngine
import RuleSemantics
import TestSupport

/// A random history of one world, told to a live evaluation and written down in rows, so that everything can be
/// evaluated anew at any time.
struct LiveHistory {
  var world: ReferenceWorld
  let live: LiveEvaluation
  private var values: WorldGenerator
  private var generator: ExpressionGenerator
  private var nextID: Int64 = 1000
  private var nextKey = 0
  /// Everything is read, so that an edited rule book needs no new load.
  private static func wholeReadSet(_ program: CheckedProgram) -> ReadSet {
    var reads = ReadSet()
    for field in program.contact.fields.indices.map(FieldIndex.init) {
      reads.add(field, of: .contact)
      reads.addChange(of: field, of: .contact)
    }
    for field in program.account.fields.indices.map(FieldIndex.init) {
      reads.add(field, of: .account)
      reads.addChange(of: field, of: .account)
    }
    reads.dealFields = Set(program.deal.fields.indices.map(FieldIndex.init))
    reads.readsDeals = true
    for event in program.events.indices {
      reads.eventFields[EventID(event)] = Set(program.events[event].record.fields.indices.map(FieldIndex.init))
    }
    reads.previous = Set((0..<64).map(DefinitionID.init))
    return reads
  }

  /// - Parameter conjunctions: how many of the answers about contacts, and about accounts, are conjunctions that have
  ///   operands in common.
  init(seed: UInt64, conditions: Int, conjunctions: Int = 0) {
    generator = ExpressionGenerator(random: SeededGenerator(seed: seed &+ 31))
    generator.addDefinitions()
    if conjunctions > 0 {
      for subject in Subject.allCases { generator.addConjunctions(conjunctions, subject) }
    }
    for number in 0..<conditions { generator.addCondition(number % 3 == 0 ? .account : .contact) }
    values = WorldGenerator(random: SeededGenerator(seed: seed &+ 3_000_000))
    world = values.world(SampleSchema.program(definitions: generator.definitions))
    live = LiveEvaluation(
      plan: EvaluationPlan(world.program), snapshot: world.snapshot(), now: world.now, calendar: world.calendar,
      loaded: LiveHistory.wholeReadSet(world.program))
  }

  // MARK: - Steps

  mutating func change() {
    switch values.random.below(12) {
    case 0, 1, 2: changeField()
    case 3, 4, 5, 6: addEvent()
    case 7: addRecord()
    case 8: moveRecord()
    case 9: changeDeal()
    default: changePast()
    }
  }

  private mutating func changeField() {
    let subject: Subject = values.random.chance(0.6) || world.accounts.isEmpty ? .contact : .account
    let schema = world.program.record(of: subject)
    let field = FieldIndex(1 + values.random.below(schema.fields.count - 1))
    let value = values.value(of: schema[field].type, world)
    let at = values.random.chance(0.7) ? world.now : nil
    let row: Int
    switch subject {
    case .contact:
      row = values.random.below(world.contacts.count)
      world.contacts[row].fields[field.index] = value
      if let at { world.contacts[row].changedAt[field] = at }
    case .account:
      row = values.random.below(world.accounts.count)
      world.accounts[row].fields[field.index] = value
      if let at { world.accounts[row].changedAt[field] = at }
    }
    live.apply(.field(subject, row: Int32(row), field, value, at: at))
  }

  private mutating func addEvent() {
    let type = EventID(1 + values.random.below(world.program.events.count - 1))
    let schema = world.program[type]
    let owners = schema.isForAccount ? world.accounts.count : world.contacts.count
    guard owners > 0 else { return }
    let owner = values.random.below(owners)
    // Now, late, yet to come, or at the very time of another.
    var at = values.random.chance(0.5) ? world.now : values.instant(around: world.now)
    if values.random.chance(0.2), !world.events.isEmpty { at = values.random.pick(world.events).time }
    let fields = schema.record.fields.map { values.value(of: $0.type, world) }
    nextID += 1
    world.events.append(.init(type: type, owner: owner, time: at, id: nextID, fields: fields))
    live.apply(.event(type, owner: Int32(owner), id: nextID, at: at, recordedAt: at, fields: fields))
  }

  private mutating func addRecord() {
    nextKey += 1
    // Between, before and behind the keys that are there.
    let prefix = values.random.pick(["contact3", "a", "z", "deal2", "account1"])
    let key = "\(prefix)_\(nextKey)"
    let account = world.accounts.isEmpty || values.random.chance(0.3) ? nil : values.random.below(world.accounts.count)
    func fields(_ schema: RecordSchema) -> [Value] { schema.fields.map { values.value(of: $0.type, world) } }
    switch values.random.below(4) {
    case 0:
      let fields = fields(world.program.account)
      world.accounts.append(.init(key: key, fields: fields))
      live.apply(.account(key: key, owner: nil, fields: fields))
    case 1:
      let fields = fields(world.program.deal)
      world.deals.append(.init(key: key, fields: fields, account: account))
      live.apply(.deal(key: key, account: account.map(Int32.init), owner: nil, fields: fields))
    default:
      let fields = fields(world.program.contact)
      world.contacts.append(.init(key: key, fields: fields, account: account))
      live.apply(.contact(key: key, account: account.map(Int32.init), owner: nil, fields: fields))
    }
  }

  private mutating func moveRecord() {
    let account = world.accounts.isEmpty || values.random.chance(0.3) ? nil : values.random.below(world.accounts.count)
    if values.random.chance(0.7) || world.deals.isEmpty {
      let row = values.random.below(world.contacts.count)
      world.contacts[row].account = account
      live.apply(.accountOfContact(row: Int32(row), account.map(Int32.init)))
    } else {
      let row = values.random.below(world.deals.count)
      world.deals[row].account = account
      live.apply(.accountOfDeal(row: Int32(row), account.map(Int32.init)))
    }
  }

  private mutating func changeDeal() {
    guard !world.deals.isEmpty else { return }
    let row = values.random.below(world.deals.count)
    let field = FieldIndex(values.random.below(world.program.deal.fields.count))
    let value = values.value(of: world.program.deal[field].type, world)
    world.deals[row].fields[field.index] = value
    live.apply(.dealField(row: Int32(row), field, value))
  }

  /// A run wrote down where somebody is in a journey or segment.
  private mutating func changePast() {
    let states = world.program.definitions.filter(\.hasState)
    guard !states.isEmpty else { return }
    let definition = values.random.pick(states)
    let count = definition.subject == .contact ? world.contacts.count : world.accounts.count
    guard count > 0 else { return }
    let row = values.random.below(count)
    let value: Value
    if definition.type == .flag {
      value = .flag(values.random.chance(0.5))
    } else {
      let stage = values.random.below(3)
      value = .choice(SampleSchema.stages, stage)
    }
    switch definition.subject {
    case .contact:
      world.contacts[row].previous[definition.id] = value
      world.contacts[row].previousChangedAt[definition.id] = world.now
    case .account:
      world.accounts[row].previous[definition.id] = value
      world.accounts[row].previousChangedAt[definition.id] = world.now
    }
    if case .choice(_, let stage) = value {
      live.apply(.stage(definition.id, row: Int32(row), Int32(stage), at: world.now))
    } else {
      live.apply(.member(definition.id, row: Int32(row), value == .flag(true), at: world.now))
    }
  }

  /// Another condition, or one more.
  mutating func editRules() -> Bool {
    let last = generator.definitions.removeLast()
    generator.addCondition(last.subject)
    if values.random.chance(0.5) { generator.addCondition(.contact) }
    var program = SampleSchema.program(definitions: generator.definitions)
    swap(&program, &world.program)
    return live.replace(plan: EvaluationPlan(world.program))
  }

  mutating func advance(to instant: Instant) -> [Flip] {
    world.now = instant
    return live.advance(to: instant)
  }

  /// A while, short or long, sometimes to a round distance; once in a while back, as clocks are set.
  mutating func anotherInstant() -> Instant {
    let length: Int64 =
      switch values.random.below(20) {
      case 19: -Int64(values.random.below(72)) * 1_800_000 - 1
      case let chance: lengthOfWait(chance % 5)
      }
    return world.now.adding(milliseconds: length)
  }

  private mutating func lengthOfWait(_ kind: Int) -> Int64 {
    switch kind {
    case 0: 0
    case 1: 1
    case 2: Int64(values.random.below(3_600_000))
    case 3: Int64(values.random.below(48)) * 1_800_000
    default: Int64(values.random.below(20)) * 86_400_000
    }
  }

  mutating func below(_ limit: Int) -> Int { values.random.below(limit) }

  // MARK: - Everything anew

  /// The answers of a fresh evaluation at an instant, for each answer by the rows of the live one.
  func freshAnswers(at instant: Instant) -> [[Value]] {
    let (sorted, places) = sortedWorld()
    let evaluation = Evaluation(plan: live.plan, snapshot: sorted.snapshot(), now: instant, calendar: world.calendar)
    return live.answers.map { answer in
      let rows = answer.subject == .contact ? places.contacts : places.accounts
      let isScalar = live.plan.graph[live.plan.graph[answer.node].frame] == .scalar
      return rows.map { evaluation.value(answer.node, row: isScalar ? 0 : $0) }
    }
  }

  /// The answers that are kept.
  func liveAnswers() -> [[Value]] {
    live.answers.indices.map { index in
      (0..<live.count(of: live.answers[index].subject)).map { live.value(index, row: Int32($0)) }
    }
  }

  /// As a load would find the data: records in the order of their keys. With the place of each row.
  private func sortedWorld() -> (world: ReferenceWorld, places: (contacts: [Int], accounts: [Int])) {
    func order(_ records: [ReferenceWorld.Record]) -> [Int] {
      records.indices.sorted { records[$0].key.utf8.lexicographicallyPrecedes(records[$1].key.utf8) }
    }
    func places(_ order: [Int]) -> [Int] {
      var places = Array(repeating: 0, count: order.count)
      for (place, row) in order.enumerated() { places[row] = place }
      return places
    }
    var sorted = world
    let orders = (contacts: order(world.contacts), accounts: order(world.accounts), deals: order(world.deals))
    let found = (contacts: places(orders.contacts), accounts: places(orders.accounts))
    sorted.accounts = orders.accounts.map { world.accounts[$0] }
    sorted.contacts = orders.contacts.map { world.contacts[$0] }
    sorted.deals = orders.deals.map { world.deals[$0] }
    for row in sorted.contacts.indices {
      sorted.contacts[row].account = sorted.contacts[row].account.map { found.accounts[$0] }
    }
    for row in sorted.deals.indices { sorted.deals[row].account = sorted.deals[row].account.map { found.accounts[$0] } }
    for index in sorted.events.indices {
      let event = sorted.events[index]
      let isForAccount = world.program[event.type].isForAccount
      sorted.events[index].owner = (isForAccount ? found.accounts : found.contacts)[event.owner]
    }
    return (sorted, found)
  }
}

extension ExpressionGenerator {
  /// A define that is true or false.
  mutating func addCondition(_ subject: Subject) {
    let context = Context(subject: subject, definitionLimit: definitions.count)
    add(condition(3, context), subject)
  }

  /// Defines that each need some of a few conditions, most of them about fields alone.
  mutating func addConjunctions(_ count: Int, _ subject: Subject) {
    let context = Context(subject: subject, definitionLimit: definitions.count)
    let shared = (0..<16).map { number in condition(number < 12 ? 1 : 2, context) }
    for _ in 0..<count {
      add(.make(.and((0..<(2 + random.below(3))).map { _ in random.pick(shared) })), subject)
    }
  }

  private mutating func add(_ condition: CheckedExpression, _ subject: Subject) {
    let id = DefinitionID(definitions.count)
    definitions.append(
      Definition(
        id: id, name: "condition\(id.index)", formerName: nil, title: nil, subject: subject, type: .flag,
        mayBeMissing: true, body: .define(condition), sync: nil, nameRange: SampleSchema.range,
        range: SampleSchema.range))
  }
}
