import RuleSemantics

/// The data of a snapshot as one row after another is read, and as it is changed. People and deals of an account stand
/// in the order of their keys whatever came first, so that sums over them are those of a fresh load.
final class RowData {
  private(set) var program: CheckedProgram
  var texts: TextPool
  let contacts: RowRecords
  let accounts: RowRecords
  let deals: RowRecords
  private(set) var accountOfContact: [Int32]
  private(set) var accountOfDeal: [Int32]
  /// Of each account, in the order of keys.
  private(set) var people: [[Int32]]
  private(set) var dealsOfAccount: [[Int32]]
  /// One for each type.
  let events: [RowEvents]
  private(set) var previous: PreviousState

  init(_ snapshot: Snapshot, program: CheckedProgram) {
    self.program = program
    texts = snapshot.texts
    contacts = RowRecords(snapshot.contacts, schema: program.contact, program: program)
    accounts = RowRecords(snapshot.accounts, schema: program.account, program: program)
    deals = RowRecords(snapshot.deals, schema: program.deal, program: program)
    accountOfContact = snapshot.accountOfContact
    accountOfDeal = snapshot.accountOfDeal
    func lists(_ accounts: [Int32]) -> [[Int32]] {
      var lists = [[Int32]](repeating: [], count: snapshot.accounts.count)
      for (row, account) in accounts.enumerated() where account >= 0 { lists[Int(account)].append(Int32(row)) }
      return lists
    }
    people = lists(snapshot.accountOfContact)
    dealsOfAccount = lists(snapshot.accountOfDeal)
    events = program.events.indices.map { index in
      let schema = program.events[index]
      return RowEvents(
        snapshot.events.indices.contains(index) ? snapshot.events[index] : .empty, schema: schema,
        ownerCount: schema.isForAccount ? snapshot.accounts.count : snapshot.contacts.count)
    }
    previous = snapshot.previous
    // A past of another length is none.
    previous.stages = previous.stages.filter { $0.value.count == count(of: program[$0.key].subject) }
    previous.members = previous.members.filter { $0.value.count == count(of: program[$0.key].subject) }
    previous.changedAt = previous.changedAt.filter { $0.value.count == count(of: program[$0.key].subject) }
  }

  func records(_ subject: Subject) -> RowRecords {
    switch subject {
    case .contact: contacts
    case .account: accounts
    }
  }

  func count(of subject: Subject) -> Int { records(subject).count }

  // MARK: - Changes

  func appendContact(key: String, account: Int32, owner: String?, values: [Value]) -> Int32 {
    let row = Int32(contacts.count)
    contacts.append(key: texts.code(for: key), owner: code(owner), values: values, &texts)
    accountOfContact.append(account)
    if account >= 0 { insert(row, contacts, into: &people[Int(account)]) }
    for (index, type) in program.events.enumerated() where !type.isForAccount { events[index].addOwner() }
    extendPrevious(.contact)
    return row
  }

  func appendAccount(key: String, owner: String?, values: [Value]) -> Int32 {
    let row = Int32(accounts.count)
    accounts.append(key: texts.code(for: key), owner: code(owner), values: values, &texts)
    people.append([])
    dealsOfAccount.append([])
    for (index, type) in program.events.enumerated() where type.isForAccount { events[index].addOwner() }
    extendPrevious(.account)
    return row
  }

  func appendDeal(key: String, account: Int32, owner: String?, values: [Value]) -> Int32 {
    let row = Int32(deals.count)
    deals.append(key: texts.code(for: key), owner: code(owner), values: values, &texts)
    accountOfDeal.append(account)
    if account >= 0 { insert(row, deals, into: &dealsOfAccount[Int(account)]) }
    return row
  }

  func setAccount(ofContact row: Int32, to account: Int32) {
    let former = accountOfContact[Int(row)]
    if former >= 0 { people[Int(former)].removeAll { $0 == row } }
    accountOfContact[Int(row)] = account
    if account >= 0 { insert(row, contacts, into: &people[Int(account)]) }
  }

  func setAccount(ofDeal row: Int32, to account: Int32) {
    let former = accountOfDeal[Int(row)]
    if former >= 0 { dealsOfAccount[Int(former)].removeAll { $0 == row } }
    accountOfDeal[Int(row)] = account
    if account >= 0 { insert(row, deals, into: &dealsOfAccount[Int(account)]) }
  }

  func setStage(_ definition: DefinitionID, _ row: Int32, _ stage: Int32, at time: Int64) {
    let count = count(of: program[definition].subject)
    previous.stages[definition, default: Array(repeating: -1, count: count)][Int(row)] = stage
    setChange(definition, row, time)
  }

  func setMember(_ definition: DefinitionID, _ row: Int32, _ isMember: Bool, at time: Int64) {
    let count = count(of: program[definition].subject)
    previous.members[definition, default: Array(repeating: 0, count: count)][Int(row)] = isMember ? 1 : 0
    setChange(definition, row, time)
  }

  /// A journey or segment that has no past yet has one from now on, in which nothing has happened.
  func begin(_ definition: DefinitionID) {
    let count = count(of: program[definition].subject)
    switch program[definition].body {
    case .journey: previous.stages[definition, default: Array(repeating: -1, count: count)] += []
    case .segment: previous.members[definition, default: Array(repeating: 0, count: count)] += []
    case .define, .factorScore, .pointsScore, .malformed: break
    }
  }

  /// The same data under the names of another program that declares them alike.
  func rename(to other: CheckedProgram) {
    var ids: [DefinitionID: DefinitionID] = [:]
    for definition in program.definitions {
      let same = other.definitions.first { other in
        (other.name == definition.name || other.formerName == definition.name) && other.subject == definition.subject
          && other.type == definition.type
      }
      if let same { ids[definition.id] = same.id }
    }
    func renamed<T>(_ values: [DefinitionID: T]) -> [DefinitionID: T] {
      Dictionary(values.compactMap { id, value in ids[id].map { ($0, value) } }) { first, _ in first }
    }
    previous = PreviousState(
      stages: renamed(previous.stages), members: renamed(previous.members), changedAt: renamed(previous.changedAt))
    contacts.given = renamed(contacts.given)
    accounts.given = renamed(accounts.given)
    program = other
  }

  private func setChange(_ definition: DefinitionID, _ row: Int32, _ time: Int64) {
    let count = count(of: program[definition].subject)
    previous.changedAt[definition, default: Array(repeating: Column.missingTime, count: count)][Int(row)] = time
  }

  func code(_ text: String?) -> Int32 { text.map { texts.code(for: $0) } ?? Column.missingCode }

  private func extendPrevious(_ subject: Subject) {
    for id in previous.stages.keys where program[id].subject == subject { previous.stages[id]?.append(-1) }
    for id in previous.members.keys where program[id].subject == subject { previous.members[id]?.append(0) }
    for id in previous.changedAt.keys where program[id].subject == subject {
      previous.changedAt[id]?.append(Column.missingTime)
    }
  }

  private func insert(_ row: Int32, _ table: RowRecords, into rows: inout [Int32]) {
    let key = texts.text(table.keys[Int(row)]).utf8
    let place = rows.firstIndex { key.lexicographicallyPrecedes(texts.text(table.keys[Int($0)]).utf8) } ?? rows.count
    rows.insert(row, at: place)
  }
}
