import BusinessTime
import RuleSemantics

extension LiveEvaluation {
  /// Takes a change over. What it makes of the answers shows at the next `advance`.
  package func apply(_ change: LiveChange) {
    forgetRow()
    switch change {
    case .field(let subject, let row, let field, let value, let at):
      let records = data.records(subject)
      records.columns[field.index].set(value, at: Int(row), &data.texts)
      if let at { records.setChange(of: field, at: Int(row), at.milliseconds) }
      mark(subject == .contact ? .contactField(field) : .accountField(field), of: subject, row)
    case .dealField(let row, let field, let value):
      data.deals.columns[field.index].set(value, at: Int(row), &data.texts)
      markDeals(ofAccount: data.accountOfDeal[Int(row)])
    case .owner(let subject, let row, let owner): data.records(subject).set(owner: data.code(owner), at: Int(row))
    case .event(let event, let owner, let id, let at, let recordedAt, let fields):
      data.events[event.index].insert(
        owner: owner, id: id, time: at.milliseconds, recordedAt: recordedAt.milliseconds, values: fields, &data.texts)
      forgetEvents(event, of: owner)
      mark(.event(event), of: plan.program[event].isForAccount ? .account : .contact, owner)
    case .contact(let key, let account, let owner, let fields):
      let row = data.appendContact(key: key, account: account ?? -1, owner: owner, values: fields)
      appendRow(of: .contact, row)
      markMembership(ofAccount: account ?? -1)
    case .account(let key, let owner, let fields):
      appendRow(of: .account, data.appendAccount(key: key, owner: owner, values: fields))
    case .deal(let key, let account, let owner, let fields):
      _ = data.appendDeal(key: key, account: account ?? -1, owner: owner, values: fields)
      markDeals(ofAccount: account ?? -1)
    case .accountOfContact(let row, let account):
      markMembership(ofAccount: data.accountOfContact[Int(row)])
      data.setAccount(ofContact: row, to: account ?? -1)
      markMembership(ofAccount: account ?? -1)
      markWhole(row)
    case .accountOfDeal(let row, let account):
      markDeals(ofAccount: data.accountOfDeal[Int(row)])
      data.setAccount(ofDeal: row, to: account ?? -1)
      markDeals(ofAccount: account ?? -1)
    case .stage(let definition, let row, let stage, let at):
      begin(definition)
      data.setStage(definition, row, stage, at: at.milliseconds)
      mark(.past(definition), of: plan.program[definition].subject, row)
    case .member(let definition, let row, let isMember, let at):
      begin(definition)
      data.setMember(definition, row, isMember, at: at.milliseconds)
      mark(.past(definition), of: plan.program[definition].subject, row)
    case .begun(let definition): begin(definition)
    }
  }

  /// With the first past of somebody all have one.
  private func begin(_ definition: DefinitionID) {
    guard data.previous.stages[definition] == nil, data.previous.members[definition] == nil else { return }
    data.begin(definition)
    for row in 0..<Int32(count(of: plan.program[definition].subject)) {
      mark(.past(definition), of: plan.program[definition].subject, row)
    }
  }

  /// Marks all answers that read a source of a record.
  private func mark(_ source: LiveSource, of subject: Subject, _ row: Int32) {
    let readers = readers(of: source)
    switch subject {
    case .contact:
      mark(.contact, row, readers.own)
      let account = data.accountOfContact[Int(row)]
      guard account >= 0 else { return }
      mark(.account, account, readers.account)
      markPeople(of: account, readers.people)
    case .account:
      mark(.account, row, readers.account)
      markPeople(of: row, readers.viaAccount)
    }
  }

  private func markDeals(ofAccount account: Int32) {
    guard account >= 0 else { return }
    let readers = readers(of: .deals)
    mark(.account, account, readers.account)
    markPeople(of: account, readers.viaAccount)
  }

  /// Who the people of an account are is read by the account and by its people.
  private func markMembership(ofAccount account: Int32) {
    guard account >= 0 else { return }
    forgetPeople(ofAccount: account)
    let readers = readers(of: .membership)
    mark(.account, account, readers.account)
    markPeople(of: account, readers.people)
  }

  private func markPeople(of account: Int32, _ list: AnswerList) {
    guard !list.answers.isEmpty else { return }
    for person in data.people[Int(account)] { mark(.contact, person, list) }
  }
}
