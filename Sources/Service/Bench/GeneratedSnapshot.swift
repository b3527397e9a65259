import BusinessTime
import RuleEngine
import RuleSemantics

/// Made-up people and events for a rule book of one's own, in memory; the same numbers give the same data.
enum GeneratedSnapshot {
  /// Eight people work for each account. Half of all texts are those that the rule book asks for; events lie within the
  /// last 180 days, those that are worth less are more.
  static func make(_ plan: EvaluationPlan, contacts: Int, events: Int, now: Instant) -> Snapshot {
    var maker = Maker(plan: plan, now: now)
    let accounts = (contacts + 7) / 8
    let contactTable = maker.table(plan.program.contact, plan.readSet.contactFields, count: contacts) { "person\($0)" }
    let accountTable = maker.table(plan.program.account, plan.readSet.accountFields, count: accounts) { "company\($0)" }
    let eventTables = maker.eventTables(contacts: contacts, accounts: accounts, events: events)
    return Snapshot(
      texts: maker.texts, contacts: contactTable, accounts: accountTable, deals: .empty,
      accountOfContact: (0..<Int32(contacts)).map { $0 / 8 }, accountOfDeal: [], events: eventTables, previous: .empty)
  }

  private struct Maker {
    let plan: EvaluationPlan
    let now: Instant
    var texts = TextPool()
    private var random = SplitMix64(state: 11)
    private let known: [String]

    init(plan: EvaluationPlan, now: Instant) {
      self.plan = plan
      self.now = now
      var known: Set<String> = []
      for node in plan.graph.nodes {
        switch node.kind {
        case .constant(.text(let text)): known.insert(text)
        case .isOneOf(_, let values): for case .text(let text) in values { known.insert(text) }
        default: break
        }
      }
      self.known = known.sorted()
    }

    mutating func table(
      _ schema: RecordSchema, _ fields: Set<FieldIndex>, count: Int, _ name: (String) -> String
    ) -> RecordTable {
      let width = String(count).utf8.count
      // Of equal length, so that their order is that of their numbers.
      let keys = (0..<count).map { row in
        let digits = String(row)
        return texts.code(for: name(String(repeating: "0", count: width - digits.utf8.count) + digits) + ".example")
      }
      var columns: [Column] = schema.fields.map { _ in .absent }
      for field in fields.sorted(by: { $0.index < $1.index }) {
        columns[field.index] = schema[field].isKey ? .texts(keys) : column(schema[field], count: count)
      }
      return RecordTable(keys: keys, columns: columns, changedAt: [:], owners: keys.map { _ in -1 }, given: [:])
    }

    mutating func eventTables(contacts: Int, accounts: Int, events: Int) -> [EventTable] {
      let program = plan.program
      let weights = program.events.indices.map { index in
        plan.readSet.eventFields[EventID(index)] == nil || index == 0 ? 0 : 1 / (program.events[index].worth ?? 1)
      }
      let total = weights.reduce(0, +)
      return program.events.indices.map { index in
        guard weights[index] > 0 else { return .empty }
        let owners = program.events[index].isForAccount ? accounts : contacts
        return eventTable(EventID(index), owners: owners, count: Int(Double(events) * weights[index] / total))
      }
    }

    private mutating func eventTable(_ event: EventID, owners: Int, count: Int) -> EventTable {
      var counts = [Int32](repeating: 0, count: owners)
      for _ in 0..<(owners > 0 ? count : 0) { counts[random.below(owners)] += 1 }
      var table = EventTable.empty
      table.owners.reserveCapacity(count)
      table.times.reserveCapacity(count)
      for (owner, count) in counts.enumerated() {
        let times = (0..<count).map { _ in now.milliseconds - Int64(random.below(180 * 86_400)) * 1000 }.sorted()
        table.owners.append(contentsOf: repeatElement(Int32(owner), count: times.count))
        table.times.append(contentsOf: times)
      }
      table.ids = (0..<Int64(table.owners.count)).map(\.self)
      table.recordedAt = table.times
      let schema = plan.program[event].record
      let read = plan.readSet.eventFields[event] ?? []
      table.columns = schema.fields.indices.map { _ in .absent }
      for field in read.sorted(by: { $0.index < $1.index }) {
        table.columns[field.index] = column(schema[field], count: table.owners.count)
      }
      return table
    }

    private mutating func column(_ field: FieldSchema, count: Int) -> Column {
      let choices = if case .choice(let set) = field.type { plan.program[set].values.count } else { 1 }
      switch field.type {
      case .text:
        let made = (0..<200).map { texts.code(for: "text \($0)") } + known.map { texts.code(for: $0) }
        return .texts(
          (0..<count).map { _ in
            if random.below(12) == 0 { return Column.missingCode }
            let isKnown = random.below(2) == 0 && made.count > 200
            return isKnown ? made[200 + random.below(made.count - 200)] : made[random.below(200)]
          })
      case .number: return .numbers((0..<count).map { _ in random.below(12) == 0 ? .nan : Double(random.below(5000)) })
      case .flag, .error: return .flags((0..<count).map { _ in random.below(3) == 0 ? 1 : 0 })
      case .date:
        let today = Int32(now.milliseconds / 86_400_000)
        return .dates((0..<count).map { _ in today + Int32(random.below(800)) - 400 })
      case .time: return .times((0..<count).map { _ in now.milliseconds - Int64(random.below(2_592_000)) * 1000 })
      case .choice: return .choices((0..<count).map { _ in Int32(random.below(choices + 1)) - 1 })
      case .asset: return .assets((0..<count).map { _ in Int32(random.below(plan.program.assets.count + 1)) - 1 })
      case .list: return .missing(field.type, count: count)
      }
    }
  }
}

/// Numbers that look random and are the same for the same seed. Source: Sebastiano Vigna, "SplitMix64".
struct SplitMix64 {
  var state: UInt64

  mutating func below(_ limit: Int) -> Int {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return Int((mixed ^ (mixed >> 31)) % UInt64(limit))
  }
}
