import BusinessTime
import Decisioning
import RuleEngine
import RuleSemantics

/// A book, people and companies, and a clock: runs are made by hand.
struct Scene {
  let book: Book
  var world: TestWorld
  var now: Instant
  var options = DecisionOptions()

  init(_ text: String, at now: String = "2026-03-02T09:00:00Z") throws {
    book = try Book(text)
    world = TestWorld(book.plan)
    self.now = try instant(now)
  }

  var program: CheckedProgram { book.program }
  var calendar: BusinessCalendar { program.policy.calendar() }

  mutating func add(_ key: String, _ values: [String: Value] = [:], of subject: Subject = .contact) {
    let row = world.row(of: key, subject) ?? world.insert(subject, key: key)
    for (name, value) in values {
      guard let field = program.record(of: subject).index(of: name) else { continue }
      world.setField(field, to: value, of: subject, row: row, at: now, source: .sync)
    }
  }

  mutating func join(_ contact: String, _ account: String) {
    guard let row = world.row(of: contact, .contact), let of = world.row(of: account, .account) else { return }
    world.contacts[row].account = Int32(of)
  }

  mutating func set(
    _ field: String, to value: Value, of key: String, _ subject: Subject = .contact,
    source: FieldChange.Source = .sync
  ) {
    guard let row = world.row(of: key, subject), let index = program.record(of: subject).index(of: field) else {
      return
    }
    world.setField(index, to: value, of: subject, row: row, at: now, source: source)
  }

  mutating func happen(
    _ event: String, to key: String, at: String? = nil, recordedAt: String? = nil, _ values: [String: Value] = [:]
  ) throws {
    guard let index = program.events.firstIndex(where: { $0.name == event }) else { return }
    let schema = program.events[index]
    guard let owner = world.row(of: key, schema.isForAccount ? .account : .contact) else { return }
    let given = values.compactMap { name, value in
      schema.record.index(of: name).map {
        CheckedTest.Given(attribute: .field($0), value: value, range: schema.range)
      }
    }
    let happened = try at.map(instant) ?? now
    let recorded = try recordedAt.map(instant) ?? happened
    world.addEvent(EventID(index), owner: owner, values: given, at: happened, recordedAt: recorded)
  }

  mutating func consent(_ key: String, to purpose: String = "marketing") {
    guard let row = world.row(of: key, .contact) else { return }
    world.state.consents[purpose, default: world.contacts.map { _ in 0 }][row] = 1
  }

  mutating func consentAll() {
    world.state.consents["marketing"] = world.contacts.map { _ in 1 }
  }

  /// What a person says to the open question of a rule.
  mutating func answer(_ rule: String, isApproval: Bool, note: String? = nil) {
    world.state.approvals.questions[rule]?.answer = .init(isApproval: isApproval, by: "ann", at: now, note: note)
  }

  /// Decides, without keeping anything.
  mutating func decided() -> Decisions {
    let evaluation = Evaluation(plan: book.plan.evaluation, snapshot: world.snapshot(), now: now, calendar: calendar)
    return decide(evaluation, plan: book.plan, state: world.state, options: options)
  }

  /// Decides and keeps what is to be kept.
  @discardableResult
  mutating func run(after span: TimeSpan? = nil) -> Decisions {
    if let span { now = calendar.add(span, to: now) }
    let decisions = decided()
    world.apply(decisions.changes, at: now)
    return decisions
  }
}

extension Decisions {
  /// `rule key: outcome` for each action.
  var lines: [String] { actions.map { "\($0.rule) \($0.key): \($0.outcome.name)" } }

  /// Who is acted upon, in order: `rule key`.
  var acted: [String] { actions.filter { $0.outcome == .act }.map { "\($0.rule) \($0.key)" } }

  func report(_ rule: String) -> RuleReport? { rules.first { $0.name == rule } }

  func outcomes(_ rule: String) -> [Outcome] { actions.filter { $0.rule == rule }.map(\.outcome) }
}

func instant(_ text: String) throws -> Instant {
  guard let instant = Instant(iso: text) else { throw BookError(description: "no instant: \(text)") }
  return instant
}
