package import BusinessTime
package import RuleSemantics

/// The answers of a rule book about data that change: kept for each row, and computed anew only where a change or the
/// passing of time can have made them others. A class, since it lives on; it stays on one thread.
///
/// Feed it with `apply`, then `advance`, which returns what flipped. Before `nextInstant` no answer changes unless
/// something is applied.
package final class LiveEvaluation {
  package private(set) var plan: EvaluationPlan
  package private(set) var calendar: BusinessCalendar
  package private(set) var now: Instant
  package private(set) var answers: [LiveAnswer] {
    didSet { nodes = answers.map(\.node) }
  }
  private var nodes: [NodeID]
  /// How many answers about rows were computed, ever; nothing is while nothing can have changed.
  package private(set) var evaluations = 0

  let data: RowData
  private var evaluator: RowEvaluator
  private var dependencies: LiveDependencies
  private var contacts: LiveRows
  private var accounts: LiveRows
  /// Answers that are the same for all rows, as one row.
  private var scalars: LiveRows
  /// What the data were loaded for.
  let loaded: ReadSet
  private lazy var rowsOfKeys = makeRowsOfKeys()

  /// - Parameter loaded: what the snapshot holds; the plan's own read set when it was loaded for this plan alone.
  package init(
    plan: EvaluationPlan, snapshot: Snapshot, now: Instant, calendar: BusinessCalendar, loaded: ReadSet? = nil
  ) {
    self.plan = plan
    self.calendar = calendar
    self.now = now
    self.loaded = loaded ?? plan.readSet
    data = RowData(snapshot, program: plan.program)
    evaluator = RowEvaluator(plan: plan, data: data, now: now, calendar: calendar)
    answers = plan.answers()
    nodes = answers.map(\.node)
    contacts = LiveRows(answers, count: data.contacts.count) { $0.subject == .contact && !$0.isScalar }
    accounts = LiveRows(answers, count: data.accounts.count) { $0.subject == .account && !$0.isScalar }
    scalars = LiveRows(answers, count: 1) { $0.isScalar }
    dependencies = LiveDependencies(
      answers, plan, timedOfContacts: contacts.table.timed, timedOfAccounts: accounts.table.timed)
    fill()
  }

  // MARK: - Questions

  /// 0 no, 1 yes, 2 unknown: of a condition among the answers, as of the last `advance`.
  package func truth(_ answer: Int, row: Int32) -> UInt8 {
    answers[answer].kind == .flag ? UInt8(cell(answer, row)) : Column.missingFlag
  }

  /// The value of an answer, as of the last `advance`.
  package func value(_ answer: Int, row: Int32) -> Value {
    evaluator.value(of: cell(answer, row), plan.graph[answers[answer].node].type)
  }

  /// The value of a definition, computed now.
  package func value(of definition: DefinitionID, row: Int32) -> Value {
    value(of: plan.node(of: definition), row: row)
  }

  /// The value of a node of contacts, accounts or neither, computed now.
  package func value(of node: NodeID, row: Int32) -> Value {
    evaluator.value(node, row: Int(row))
  }

  /// Computes all answers about a record from nothing, as `advance` does after a change, and keeps nothing; to measure.
  package func recompute(_ subject: Subject, row: Int32) {
    evaluator.forget()
    switch subject {
    case .contact: evaluator.forgetEvents(ofContact: row)
    case .account: evaluator.forgetEvents(ofAccount: row)
    }
    let (nodes, evaluator) = (nodes, evaluator)
    let asked = subject == .contact ? contacts.table.answers : accounts.table.answers
    evaluator.decideConjunctions(subject, row: Int(row), beforeAsking: asked.count)
    for answer in asked { _ = evaluator.cell(nodes[Int(answer)], row: Int(row)) }
  }

  package func count(of subject: Subject) -> Int { data.count(of: subject) }

  package func key(of subject: Subject, row: Int32) -> String { data.texts.text(data.records(subject).keys[Int(row)]) }

  /// The row of a record; `nil` when there is none of this key.
  package func row(of subject: Subject, key: String) -> Int32? {
    data.texts.existingCode(for: key).flatMap { rowsOfKeys[subject]?[$0] }
  }

  private func makeRowsOfKeys() -> [Subject: [Int32: Int32]] {
    var rows: [Subject: [Int32: Int32]] = [:]
    for subject in [Subject.contact, .account] {
      var ofSubject: [Int32: Int32] = [:]
      for (row, key) in data.records(subject).keys.enumerated() { ofSubject[key] = Int32(row) }
      rows[subject] = ofSubject
    }
    return rows
  }

  private func cell(_ answer: Int, _ row: Int32) -> Cell {
    if answers[answer].isScalar { return scalars.table[Int32(answer), 0] }
    return switch answers[answer].subject {
    case .contact: contacts.table[Int32(answer), Int(row)]
    case .account: accounts.table[Int32(answer), Int(row)]
    }
  }

  // MARK: - Changes

  func readers(of source: LiveSource) -> LiveReaders { dependencies[source] }

  /// Data are about to change: what the evaluator remembers of rows is void.
  func forgetRow() { evaluator.forget() }

  /// An owner has another event.
  func forgetEvents(_ event: EventID, of owner: Int32) { evaluator.forgetEvents(event, of: owner) }

  /// Other people belong to an account.
  func forgetPeople(ofAccount account: Int32) { if account >= 0 { evaluator.forgetEvents(ofAccount: account) } }

  func mark(_ subject: Subject, _ row: Int32, _ list: AnswerList) {
    switch subject {
    case .contact: contacts.mark(row, list)
    case .account: accounts.mark(row, list)
    }
  }

  /// All answers about a contact.
  func markWhole(_ row: Int32) { contacts.mark(row, contacts.all) }

  func appendRow(of subject: Subject, _ row: Int32) {
    rowsOfKeys[subject]?[data.records(subject).keys[Int(row)]] = row
    switch subject {
    case .contact:
      contacts.appendRow()
      evaluator.leaves.contacts.appendRow()
    case .account:
      accounts.appendRow()
      evaluator.leaves.accounts.appendRow()
    }
  }

  // MARK: - Time

  /// The first instant at which an answer may be another one though nothing was applied; `nil` for never. What was
  /// applied shows at the next `advance`, whenever that is.
  package var nextInstant: Instant? {
    arm()
    let next = min(contacts.timers.next(), accounts.timers.next(), scalars.timers.next())
    return next == TimerQueue.never ? nil : Instant(milliseconds: next)
  }

  /// Brings the answers to a later instant, with all that was applied, and returns those that are others than before:
  /// of contacts by row, then of accounts, each in the order of `answers`.
  @discardableResult
  package func advance(to instant: Instant) -> [Flip] {
    guard instant >= now else {
      // Back in time anything may be otherwise.
      now = instant
      evaluator.move(to: now)
      markAll()
      return evaluateMarked()
    }
    if instant > now {
      // What was put off has to be known before time goes on.
      arm()
      now = instant
      evaluator.move(to: now)
      while let row = scalars.timers.popDue(upTo: now.milliseconds) { scalars.mark(row, scalars.timed) }
      while let row = contacts.timers.popDue(upTo: now.milliseconds) { contacts.mark(row, contacts.timed) }
      while let row = accounts.timers.popDue(upTo: now.milliseconds) { accounts.mark(row, accounts.timed) }
    }
    return evaluateMarked()
  }

  /// Goes on with another plan about the same data.
  ///
  /// - Parameter kept: for each of the plan's answers the answer until now that it is, if there is one.
  func takeOver(
    _ plan: EvaluationPlan, _ calendar: BusinessCalendar, _ answers: [LiveAnswer], _ kept: [Int?]
  ) {
    arm()
    self.plan = plan
    self.calendar = calendar
    self.answers = answers
    evaluator = RowEvaluator(plan: plan, data: data, now: now, calendar: calendar)
    scalars = takeOver(scalars, count: 1, kept) { $0.isScalar }
    contacts = takeOver(contacts, count: data.contacts.count, kept) { $0.subject == .contact && !$0.isScalar }
    accounts = takeOver(accounts, count: data.accounts.count, kept) { $0.subject == .account && !$0.isScalar }
    dependencies = LiveDependencies(
      answers, plan, timedOfContacts: contacts.table.timed, timedOfAccounts: accounts.table.timed)
  }

  private func takeOver(
    _ former: LiveRows, count: Int, _ kept: [Int?], where isHere: (LiveAnswer) -> Bool
  ) -> LiveRows {
    var rows = LiveRows(answers, count: count, where: isHere)
    let new = rows.table.answers.filter { kept[Int($0)] == nil }
    let isAllNew = new.count == rows.table.answers.count
    for row in 0..<count {
      // What is kept keeps its timer; it may be that of an answer that is no more, and then is early.
      var due = isAllNew ? TimerQueue.never : former.timers.due[row]
      for answer in rows.table.answers {
        if let old = kept[Int(answer)] { rows.table[answer, row] = former.table[Int32(old), row] }
      }
      for answer in new {
        evaluations += 1
        rows.table[answer, row] = evaluator.cell(answers[Int(answer)].node, row: row)
        if answers[Int(answer)].isTimed { due = min(due, evaluator.horizon(answers[Int(answer)].node, row: row)) }
      }
      rows.timers.set(due, for: Int32(row))
    }
    return rows
  }

  /// Computes everything for the first time: no answer was another one before, and as flips they would not fit into memory.
  private func fill() {
    markAll()
    _ = evaluateMarked(isFirst: true)
  }

  private func markAll() {
    scalars.markAll(scalars.all)
    contacts.markAll(contacts.all)
    accounts.markAll(accounts.all)
  }

  private func evaluateMarked(isFirst: Bool = false) -> [Flip] {
    var flips: [Flip]? = isFirst ? nil : []
    for (row, list) in scalars.takeMarked() { evaluate(nil, row, list, &scalars, &flips) }
    var marked = contacts.takeMarked()
    // What people read of their account is computed once for those that stand together.
    if marked.count > 1 {
      let accounts = data.accountOfContact
      marked.sort { (accounts[Int($0.row)], $0.row) < (accounts[Int($1.row)], $1.row) }
    }
    for (row, list) in marked { evaluate(.contact, row, list, &contacts, &flips) }
    flips?.sort { ($0.row ?? -1, $0.answer) < ($1.row ?? -1, $1.answer) }
    for (row, list) in accounts.takeMarked() { evaluate(.account, row, list, &accounts, &flips) }
    return flips ?? []
  }

  /// - Parameter subject: `nil` for what is the same for all rows.
  private func evaluate(
    _ subject: Subject?, _ row: Int32, _ list: AnswerList, _ rows: inout LiveRows, _ flips: inout [Flip]?
  ) {
    evaluations += list.answers.count
    let (nodes, evaluator) = (nodes, evaluator)
    if let subject { evaluator.decideConjunctions(subject, row: Int(row), beforeAsking: list.answers.count) }
    for answer in list.answers {
      let node = nodes[Int(answer)]
      let new = evaluator.cell(node, row: Int(row))
      let old = rows.table[answer, Int(row)]
      guard new != old else { continue }
      rows.table[answer, Int(row)] = new
      if flips == nil { continue }
      let type = plan.graph[node].type
      flips?.append(
        Flip(
          answer: Int(answer), row: answers[Int(answer)].isScalar ? nil : row, old: evaluator.value(of: old, type),
          new: evaluator.value(of: new, type)))
    }
    if list.isTimed { rows.disarm(row) }
  }

  /// Finds out until when the answers hold that were computed since the last time.
  private func arm() {
    for row in scalars.takeUnarmed() { scalars.timers.set(horizon(of: scalars.table.timed, row), for: row) }
    for row in contacts.takeUnarmed() { contacts.timers.set(horizon(of: contacts.table.timed, row), for: row) }
    for row in accounts.takeUnarmed() { accounts.timers.set(horizon(of: accounts.table.timed, row), for: row) }
  }

  private func horizon(of timed: [Int32], _ row: Int32) -> Int64 {
    var horizon = TimerQueue.never
    evaluator.beginHorizons()
    for answer in timed {
      horizon = min(horizon, evaluator.horizon(answers[Int(answer)].node, row: Int(row)))
      // One timer is for all: none has to be looked for behind it.
      evaluator.limit = horizon
    }
    evaluator.limit = .max
    return horizon
  }
}
