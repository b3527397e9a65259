import BusinessTime
import RuleSemantics

/// Whom a test has spoken of: whom the next `given` is about, and whom a bare condition is about.
struct TestCast {
  private var firstContact: String?
  private var firstAccount: String?
  private var lastContact: String?
  private var lastAccount: String?
  private var lastDeal: String?

  /// A `given` without a key, or with that of somebody given before, is about the same record from then on; another key
  /// is somebody else, of the account given last.
  mutating func give(
    _ values: [CheckedTest.Given], to subject: Subject, _ world: inout TestWorld, at now: Instant
  ) {
    let row = self.row(for: subject, key: TestCast.key(in: values, world.program.record(of: subject)), &world)
    world.give(values, to: subject, row: row, at: now)
  }

  mutating func giveConsent(_ purpose: String, _ world: inout TestWorld) {
    let row = self.row(for: .contact, key: nil, &world)
    world.state.consents[purpose, default: world.contacts.map { _ in 0 }][row] = 1
  }

  /// By whom chance would be drawn: the contact or account given last.
  mutating func drawnKeys(_ world: inout TestWorld, of subject: Subject) -> DrawnKeys {
    let row = self.row(for: subject, key: nil, &world)
    guard subject == .contact else { return DrawnKeys(contact: "", account: world.accounts[row].key) }
    let account = Int(world.contacts[row].account)
    return DrawnKeys(contact: world.contacts[row].key, account: account < 0 ? nil : world.accounts[account].key)
  }

  mutating func giveEvent(
    _ event: EventID, _ values: [CheckedTest.Given], _ world: inout TestWorld, at: Instant, recordedAt: Instant
  ) {
    let owner = row(for: world.program[event].isForAccount ? .account : .contact, key: nil, &world)
    world.addEvent(event, owner: owner, values: values, at: at, recordedAt: recordedAt)
  }

  mutating func giveDeal(_ values: [CheckedTest.Given], _ world: inout TestWorld) {
    let account = row(for: .account, key: nil, &world)
    let schema = world.program.deal
    let key = TestCast.key(in: values, schema) ?? lastDeal ?? "deal"
    lastDeal = key
    var position = world.deals.firstIndex { $0.key.lowercased() == key.lowercased() }
    if position == nil {
      let next = world.deals.firstIndex { $0.key > key } ?? world.deals.count
      var deal = TestWorld.record(key: key, schema)
      deal.account = Int32(account)
      world.deals.insert(deal, at: next)
      position = next
    }
    guard let position else { return }
    for given in values {
      if case .field(let field) = given.attribute { world.deals[position].values[field.index] = given.value }
    }
    world.snapshotCache = nil
  }

  /// Whom a bare condition is about; invented where the test gives nobody.
  mutating func first(_ subject: Subject, _ world: inout TestWorld) -> Int {
    let key = subject == .contact ? firstContact : firstAccount
    return row(for: subject, key: key, &world)
  }

  private mutating func row(for subject: Subject, key: String?, _ world: inout TestWorld) -> Int {
    let last = subject == .contact ? lastContact : lastAccount
    let key = key ?? last ?? TestCast.inventedKey(for: subject, world.program.record(of: subject))
    if let row = world.row(of: key, subject) {
      if subject == .contact { lastContact = key } else { lastAccount = key }
      return row
    }
    let row = world.insert(subject, key: key)
    switch subject {
    case .contact:
      firstContact = firstContact ?? key
      lastContact = key
      if let account = lastAccount, let of = world.row(of: account, .account) {
        world.contacts[row].account = Int32(of)
      }
    case .account:
      // People given before any account are people of the first.
      if firstAccount == nil {
        for contact in world.contacts.indices { world.contacts[contact].account = Int32(row) }
      }
      firstAccount = firstAccount ?? key
      lastAccount = key
    }
    return row
  }

  /// Somebody has to be called something where a test does not say.
  private static func inventedKey(for subject: Subject, _ schema: RecordSchema) -> String {
    guard let key = schema.key, schema[key].type == .text else { return "1" }
    return subject == .contact ? "someone@company.example" : "company.example"
  }

  private static func key(in values: [CheckedTest.Given], _ schema: RecordSchema) -> String? {
    guard let key = schema.key else { return nil }
    for given in values where given.attribute == .field(key) {
      switch given.value {
      case .text(let text): return text
      case .number(let number): return Int64(exactly: number).map(String.init) ?? "\(number)"
      default: return nil
      }
    }
    return nil
  }
}
