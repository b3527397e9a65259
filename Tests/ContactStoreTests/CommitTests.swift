import BusinessTime
import ContactStore
import Decisioning
import Foundation
import GRDB
import RuleDiagnostics
import RuleEngine
import RuleSemantics
import Testing

@Suite("Commits")
struct CommitTests {
  static let stages = SampleBook.choices(0, "stage", ["early", "late"])
  static let reach = SampleBook.choices(1, "tier", ["bronze", "gold"])

  static let journey = Definition(
    id: DefinitionID(0), name: "stage", formerName: nil, title: nil, subject: .contact,
    type: .choice(ChoiceSetID(0)), mayBeMissing: true,
    body: .journey(
      Journey(
        choices: ChoiceSetID(0),
        stages: ["early", "late"].map { .init(name: $0, condition: nil, range: SampleBook.nowhere) },
        movesBack: nil)),
    sync: nil, nameRange: SampleBook.nowhere, range: SampleBook.nowhere)

  static let segment = Definition(
    id: DefinitionID(1), name: "warm", formerName: nil, title: nil, subject: .contact, type: .flag,
    mayBeMissing: false,
    body: .segment(
      Segment(
        condition: CheckedExpression(.constant(.flag(true)), .flag, mayBeMissing: false, at: SampleBook.nowhere),
        until: nil)),
    sync: nil, nameRange: SampleBook.nowhere, range: SampleBook.nowhere)

  static let score = Definition(
    id: DefinitionID(2), name: "score", formerName: nil, title: nil, subject: .contact, type: .number,
    mayBeMissing: false,
    body: .define(CheckedExpression(.constant(.number(1)), .number, mayBeMissing: false, at: SampleBook.nowhere)),
    sync: .init(target: .property, name: "hs_score"), nameRange: SampleBook.nowhere, range: SampleBook.nowhere)

  static func rule(_ name: String, on occurrence: CheckedRule.Occurrence? = nil) -> CheckedRule {
    CheckedRule(
      name: name, isNamed: true, formerName: nil, title: nil, subject: .contact,
      trigger: occurrence.map { .init(occurrence: $0, filter: nil, wait: nil, range: SampleBook.nowhere) },
      condition: nil, actions: [], skipsLowerRules: false, frequency: .init(repetition: .once), priority: 0,
      range: SampleBook.nowhere)
  }

  static let book = SampleBook(
    contact: [
      field("email", .text, isKey: true), field("tier", .choice(ChoiceSetID(1))), field("topics", .list(.text)),
    ],
    choiceSets: [stages, reach],
    assets: [CheckedAsset(name: "guide", formerName: nil, title: nil, values: [], range: SampleBook.nowhere)],
    definitions: [journey, segment, score],
    rules: [
      rule("promote"), rule("on_tier", on: .changed(Reference(.subject, .field(FieldIndex(1))), to: nil)),
      rule("on_stage", on: .changed(Reference(.subject, .definition(DefinitionID(0))), to: nil)),
    ])

  static let version = RulebookVersion(hash: "abc", files: [.init(path: "rules/a.abm", text: "contact { }")])
  static let reads = SampleBook.readsEverything(book.program)

  private func filled(_ folder: Folder) throws -> Store {
    let store = try folder.store(Self.book)
    let path = try folder.file("c.csv", "email,tier\nzoe@example.com,bronze\namy@example.com,\n")
    try store.importFile(path, .contacts, program: Self.book.program, now: noon)
    return store
  }

  /// Row 0 is amy, row 1 is zoe.
  private func action(_ rule: String, row: Int32, outcome: Outcome = .act, now: Instant, index: Int = 0)
    -> DecidedAction
  {
    DecidedAction(
      rule: rule, subject: .contact, row: row, key: row == 0 ? "amy@example.com" : "zoe@example.com",
      action: .sendAsset, arguments: [.init(.asset, .text("guide"))], outcome: outcome,
      request: .record([.init("send", .text("guide"))]), occurrence: .state(at: now), index: index)
  }

  private func decisions(_ now: Instant) -> Decisions {
    var decisions = Decisions(now: now)
    var report = Decisions.RuleReport(name: "promote", range: SampleBook.nowhere)
    report.matched = 2
    report.acted = 1
    decisions.rules = [report]
    decisions.actions = [
      action("promote", row: 1, now: now),
      action("promote", row: 0, outcome: .noConsent(purpose: "marketing"), now: now),
    ]
    let key = OccurrenceKey.event(type: "visit", id: -7)
    let occurrence = RuleOccurrence(rule: "on_tier", subject: .contact, row: 1, occurrence: key)
    decisions.changes.deployments = [
      .init(rule: "promote", deployment: Deployment(firstAt: now, fingerprint: "f1"))
    ]
    decisions.changes.firings = [
      .init(rule: "promote", subject: .contact, row: 1, firing: Firing(last: now, isArmed: false)),
      .init(rule: "promote", subject: .contact, row: 0, firing: Firing(isArmed: true, isExcluded: true)),
    ]
    decisions.changes.handled = [.init(occurrence: occurrence, result: .acted, due: now)]
    decisions.changes.begun = [DefinitionID(0), DefinitionID(1)]
    decisions.changes.stages = [.init(definition: DefinitionID(0), subject: .contact, row: 1, from: -1, to: 0)]
    decisions.changes.memberships = [.init(definition: DefinitionID(1), subject: .contact, row: 0, isMember: true)]
    decisions.changes.fields = [
      .init(
        rule: "promote", subject: .contact, row: 1, field: FieldIndex(1), old: .choice(ChoiceSetID(1), 0),
        new: .choice(ChoiceSetID(1), 1)),
      .init(
        rule: "promote", subject: .contact, row: 0, field: FieldIndex(2), old: .missing,
        new: .list([.text("roi"), .text("a \"b\"")])),
    ]
    decisions.changes.lists = [.init(list: ListName(.contact, "Warm"), row: 1, isMember: true)]
    decisions.changes.synced = [
      .init(property: PropertyName(.contact, "hs_score"), definition: DefinitionID(2), row: 1, value: .number(12.5))
    ]
    decisions.changes.messages = [
      .init(rule: "promote", contact: 1, asset: .declared(AssetID(0))),
      .init(rule: "promote", contact: 1, asset: .declared(AssetID(0))),
      .init(rule: "promote", contact: 0, template: "Welcome"),
    ]
    decisions.changes.holds = [
      .init(occurrence: occurrence, since: now, until: now.later(hours: 2)),
      .init(
        occurrence: RuleOccurrence(rule: "promote", subject: .contact, row: 0, occurrence: nil), since: now,
        until: now.later(hours: 2)),
    ]
    decisions.changes.overrides = [.init(rule: "low", by: "promote", subject: .contact, row: 1, what: "tier")]
    return decisions
  }

  private func commit(_ decisions: Decisions, _ store: Store, isForced: Bool = false) throws -> CommittedRun {
    let loaded = try store.load(Self.book.program, reading: Self.reads, now: decisions.now)
    return try store.commit(
      decisions, upon: loaded, program: Self.book.program, rulebook: Self.version, isForced: isForced)
  }

  @Test func whatARunLeavesBehindIsWhatTheNextOneReads() throws {
    let folder = try Folder()
    let store = try filled(folder)
    let before = try store.load(Self.book.program, reading: Self.reads, now: noon)
    #expect(before.snapshot.previous.stages.isEmpty)
    #expect(before.state.firings.isEmpty)
    let committed = try commit(decisions(noon), store)
    #expect(committed == CommittedRun(id: 1, outboxCount: 1, repeatedCount: 0))
    let later = noon.later(hours: 1)
    let loaded = try store.load(Self.book.program, reading: Self.reads, now: later)
    let state = loaded.state
    #expect(loaded.lastRun?.id == 1 && loaded.lastRun?.at == noon)
    #expect(state.deployments == ["promote": Deployment(firstAt: noon, fingerprint: "f1")])
    #expect(state.firings["promote"]?[1] == Firing(last: noon, isArmed: false))
    #expect(state.firings["promote"]?[0] == Firing(isArmed: true, isExcluded: true))
    let occurrence = RuleOccurrence(
      rule: "on_tier", subject: .contact, row: 1, occurrence: .event(type: "visit", id: -7))
    #expect(state.handled == [occurrence])
    #expect(
      state.holds == [
        occurrence: HeldMessage(since: noon, until: noon.later(hours: 2)),
        RuleOccurrence(rule: "promote", subject: .contact, row: 0, occurrence: nil):
          HeldMessage(since: noon, until: noon.later(hours: 2)),
      ])
    #expect(state.lists == [ListName(.contact, "Warm"): [0, 1]])
    guard case .numbers(let scores) = state.synced[PropertyName(.contact, "hs_score")] else {
      Issue.record("nothing was synced")
      return
    }
    #expect(scores[0].isNaN && scores[1] == 12.5)
    let previous = loaded.snapshot.previous
    #expect(previous.stages == [DefinitionID(0): [-1, 0]])
    #expect(previous.members == [DefinitionID(1): [1, 0]])
    #expect(previous.changedAt[DefinitionID(0)] == [Column.missingTime, noon.milliseconds])
    let messages = loaded.snapshot.events[0]
    #expect(messages.owners == [0, 1, 1])
    #expect(messages.times == [noon, noon, noon].map(\.milliseconds))
    guard case .assets([-1, 0, 0]) = messages.columns[0] else {
      Issue.record("got \(messages.columns)")
      return
    }
    guard case .choices([-1, 1]) = loaded.snapshot.contacts.columns[1] else {
      Issue.record("the field was not set")
      return
    }
    #expect(loaded.snapshot.contacts.changedAt[FieldIndex(1)] == [Column.missingTime, noon.milliseconds])
    #expect(
      state.changes == [
        FieldChange(
          id: 1, subject: .contact, row: 1, attribute: .field(FieldIndex(1)), old: .choice(ChoiceSetID(1), 0),
          new: .choice(ChoiceSetID(1), 1), at: noon, source: .rule)
      ])
    #expect(try rows(folder, "SELECT topics FROM contact WHERE email = 'amy@example.com'") == [#"["roi","a \"b\""]"#])
  }

  @Test func laterStagesAreTransitionsAndEndedHoldsAreGone() throws {
    let folder = try Folder()
    let store = try filled(folder)
    _ = try commit(decisions(noon), store)
    let later = noon.later(hours: 1)
    var second = Decisions(now: later)
    second.changes.stages = [.init(definition: DefinitionID(0), subject: .contact, row: 1, from: 0, to: 1)]
    second.changes.memberships = [.init(definition: DefinitionID(1), subject: .contact, row: 0, isMember: false)]
    second.changes.lists = [.init(list: ListName(.contact, "Warm"), row: 1, isMember: false)]
    second.changes.releasedHolds = [RuleOccurrence(rule: "promote", subject: .contact, row: 0, occurrence: nil)]
    second.changes.deployments = [
      .init(
        rule: "raise", formerName: "promote", deployment: Deployment(firstAt: noon, fingerprint: "f2"))
    ]
    _ = try commit(second, store)
    var renamed = Self.book.program
    renamed.rules[0].name = "raise"
    renamed.rules[0].formerName = "promote"
    let loaded = try store.load(renamed, reading: Self.reads, now: later)
    #expect(loaded.snapshot.previous.stages == [DefinitionID(0): [-1, 1]])
    #expect(loaded.snapshot.previous.members == [DefinitionID(1): [0, 0]])
    #expect(loaded.state.lists.isEmpty)
    #expect(loaded.state.holds.count == 1)
    #expect(loaded.state.deployments == ["raise": Deployment(firstAt: noon, fingerprint: "f2")])
    #expect(loaded.state.firings["raise"]?[1] == Firing(last: noon, isArmed: false))
    #expect(loaded.state.firings["promote"] == nil)
    #expect(loaded.state.changes.filter { $0.source == .transition }.map(\.new) == [.choice(ChoiceSetID(0), 1)])
    // A journey with a new name has the past of its former name, before and after the next run.
    renamed.definitions[0].name = "phase"
    renamed.definitions[0].formerName = "stage"
    #expect(
      try store.load(renamed, reading: Self.reads, now: later).snapshot.previous.stages == [DefinitionID(0): [-1, 1]])
    let again = try store.load(renamed, reading: Self.reads, now: later)
    try store.commit(Decisions(now: later), upon: again, program: renamed, rulebook: Self.version)
    #expect(try rows(folder, "SELECT journey, stage FROM view_stage") == ["phase|late"])
    #expect(
      try store.load(renamed, reading: Self.reads, now: later).snapshot.previous.stages == [DefinitionID(0): [-1, 1]])
  }

  @Test func theSameDecisionsAreNotKeptTwice() throws {
    let folder = try Folder()
    let store = try filled(folder)
    let loaded = try store.load(Self.book.program, reading: Self.reads, now: noon)
    let decided = decisions(noon)
    try store.commit(decided, upon: loaded, program: Self.book.program, rulebook: Self.version)
    #expect(throws: StoreError.overtaken) {
      try store.commit(decided, upon: loaded, program: Self.book.program, rulebook: Self.version)
    }
    // Decided anew by mistake at the same time, an action is still the same action.
    #expect(try commit(decided, store) == CommittedRun(id: 2, outboxCount: 0, repeatedCount: 1))
    #expect(try rows(folder, "SELECT count(*) FROM outbox; SELECT count(*) FROM event_message") == ["1", "3"])
  }

  @Test func aClockBeforeTheLastRunIsRefusedUnlessForced() throws {
    let folder = try Folder()
    let store = try filled(folder)
    _ = try commit(decisions(noon), store)
    let earlier = noon.adding(milliseconds: -1)
    let error = #expect(throws: StoreError.clockBeforeLastRun(now: earlier, last: noon)) {
      try commit(Decisions(now: earlier), store)
    }
    #expect(error?.description.contains("--force") == true)
    #expect(try commit(Decisions(now: earlier), store, isForced: true).id == 2)
  }

  @Test func aCommitThatIsInterruptedLeavesNothing() throws {
    let folder = try Folder()
    let store = try filled(folder)
    let loaded = try store.load(Self.book.program, reading: Self.reads, now: noon)
    // The last thing that a commit writes is the outbox: it fails there, after everything else.
    let other = try DatabaseQueue(path: folder.database)
    try other.inDatabase { database in
      try database.execute(
        sql: "CREATE TRIGGER stop BEFORE INSERT ON outbox BEGIN SELECT RAISE (ABORT, 'power cut'); END")
    }
    #expect(throws: StoreError.self) {
      try store.commit(decisions(noon), upon: loaded, program: Self.book.program, rulebook: Self.version)
    }
    let tables = [
      "run", "decision", "firing", "hold", "stage", "membership", "field_history", "list_member", "synced", "outbox",
      "event_message", "rulebook", "deployment", "occurrence_handled", "override",
    ]
    let counts = try rows(folder, tables.map { "SELECT count(*) FROM \($0)" }.joined(separator: ";"))
    #expect(counts == Array(repeating: "0", count: tables.count))
    #expect(try rows(folder, "SELECT tier FROM contact WHERE email = 'zoe@example.com'") == ["bronze"])
    try other.inDatabase { try $0.execute(sql: "DROP TRIGGER stop") }
    try store.commit(decisions(noon), upon: loaded, program: Self.book.program, rulebook: Self.version)
    #expect(try rows(folder, "SELECT count(*) FROM outbox") == ["1"])
  }

  @Test func theDecisionLogAnswersWhy() throws {
    let folder = try Folder()
    let store = try filled(folder)
    _ = try commit(decisions(noon), store)
    let records = try store.decisions(about: .contact, key: "amy@example.com", program: Self.book.program)
    #expect(records.count == 1)
    #expect(records.first?.rulebook == "abc")
    #expect(records.first?.outcome == "no consent")
    #expect(records.first?.reason == "no consent for marketing is on record")
    #expect(records.first?.arguments == #"{"asset":"guide"}"#)
    #expect(try store.rulebook(hash: "abc") == Self.version)
    #expect(try store.rulebook(hash: "other") == nil)
    #expect(try store.runs() == [RunRecord(id: 1, at: noon, rulebook: "abc", contacts: 2, isHalted: false)])
    #expect(
      try store.provenance(of: FieldIndex(1), .contact, key: "zoe@example.com", program: Self.book.program)
        == FieldProvenance(source: .rule(name: "promote", run: 1), at: noon, isChange: true))
    #expect(
      try rows(folder, "SELECT at, subject, rule, action, outcome FROM view_decision ORDER BY position") == [
        "2026-03-02T12:00:00Z|contact|promote|send asset|act",
        "2026-03-02T12:00:00Z|contact|promote|send asset|no consent",
      ])
  }

  @Test func whatIsHeldBackForTheSameReasonIsLoggedOnce() throws {
    let folder = try Folder()
    let store = try filled(folder)
    let outcomes: [Outcome] = [
      .noConsent(purpose: "marketing"), .noConsent(purpose: "marketing"), .suppressed, .noConsent(purpose: "marketing"),
    ]
    for (hour, outcome) in outcomes.enumerated() {
      let now = noon.later(hours: Int64(hour))
      var decisions = Decisions(now: now)
      decisions.actions = [action("promote", row: 0, outcome: outcome, now: now)]
      _ = try commit(decisions, store)
    }
    #expect(
      try rows(folder, "SELECT run, outcome FROM view_decision ORDER BY run")
        == ["1|no consent", "3|suppressed", "4|no consent"])
  }

  @Test func aDecisionTakesLessThanTwoHundredBytes() throws {
    let folder = try Folder()
    let store = try filled(folder)
    var many = Decisions(now: noon)
    many.actions = (0..<20_000).map { index in
      DecidedAction(
        rule: "rule_\(index % 40)", subject: .contact, row: Int32(index % 2), key: "k", action: .createTask,
        arguments: [.init(.text, .text("Call number \(index % 500) about the guide to everything that matters"))],
        outcome: index % 3 == 0 ? .act : .already, request: .null,
        occurrence: .event(type: "webinar_registered", id: Int64(index) &* 0x1234_5678_9ABC), index: 0)
    }
    _ = try commit(many, store)
    let sizes = try rows(
      folder, "SELECT sum(pgsize) FROM dbstat WHERE name IN ('decision', 'decision_by_record', 'name')")
    let bytes = try #require(sizes.first.flatMap(Double.init))
    #expect(bytes / 20_000 < 200, "\(bytes / 20_000) bytes per decision")
  }

  @Test func theOutboxGivesEachActionToOneCaller() throws {
    let folder = try Folder()
    let store = try filled(folder)
    var many = Decisions(now: noon)
    many.actions = (0..<5).map { action("promote", row: 1, now: noon, index: $0) }
    _ = try commit(many, store)
    let first = try store.claimOutbox(limit: 3, now: noon)
    #expect(first.map(\.id) == [1, 2, 3])
    #expect(first.first?.request == #"{"send":"guide"}"#)
    #expect(first.first?.key == "zoe@example.com")
    #expect(try store.claimOutbox(limit: 10, now: noon).map(\.id) == [4, 5])
    #expect(try store.claimOutbox(limit: 10, now: noon).isEmpty)
    try store.finishOutbox([1, 2], as: .done, now: noon)
    try store.finishOutbox([3], as: .failed, result: "no such list", now: noon)
    try store.finishOutbox([4], as: .pending, result: "timeout", now: noon)
    #expect(try store.outbox(.done).map(\.id) == [1, 2])
    #expect(try store.outbox(.failed).map(\.result) == ["no such list"])
    #expect(try store.claimOutbox(limit: 10, now: noon).map(\.attempts) == [2])
    // What is finished stays as it is.
    try store.finishOutbox([1], as: .failed, now: noon)
    #expect(try store.outbox(.done).count == 2)
  }

  @Test func anApprovalCountsUntilARunUsesIt() throws {
    let folder = try Folder()
    let store = try filled(folder)
    var asking = Decisions(now: noon)
    let occurrences = [0, 1].map { RuleOccurrence(rule: "promote", subject: .contact, row: $0, occurrence: nil) }
    asking.changes.approvals.asked = [
      .init(
        rule: "promote", fingerprint: "f", reason: .actsOnMany(subjects: 2, limit: 1), occurrences: occurrences,
        at: noon, expiresAt: noon.adding(milliseconds: 1000))
    ]
    _ = try commit(asking, store)
    let record = try #require(try store.approvals(now: noon).first)
    #expect(record.status == .open)
    #expect(record.people == 2)
    #expect(try store.approvalSubjects(of: record.id, limit: 1, program: Self.book.program).count == 1)
    #expect(try store.answer([record.id], isApproval: true, by: "ann", note: nil, now: noon) == [.written])
    let question = try store.load(Self.book.program, reading: Self.reads, now: noon).state.approvals.questions[
      "promote"]
    #expect(question?.occurrences == Set(occurrences))
    #expect(question?.answer == .init(isApproval: true, by: "ann", at: noon))
    var used = Decisions(now: noon)
    used.changes.approvals.settled = [.init(rule: "promote", result: .used)]
    _ = try commit(used, store)
    #expect(try store.load(Self.book.program, reading: Self.reads, now: noon).state.approvals.isEmpty)
    #expect(try store.approvals(now: noon, all: true).map(\.status) == [.used])
    // It can still be taken back, for what was not carried out yet; and cannot be given again.
    #expect(try store.answer([record.id], isApproval: false, by: "bob", note: "stop", now: noon) == [.written])
    #expect(try store.answer([record.id], isApproval: true, by: "bob", note: nil, now: noon) == [.tooLate])
    let taken = try #require(try store.approvals(now: noon, all: true).first)
    #expect(taken.status == .takenBack)
    #expect(
      taken.answers == [
        .init(isApproval: true, by: "ann", at: noon), .init(isApproval: false, by: "bob", at: noon, note: "stop"),
      ])
  }

  /// An occurrence that a rule is done with, and a longer wait would make due again.
  @Test func whatARuleThatWaitsIsDoneWithIsKnownForAsLongAsItWaits() throws {
    let folder = try Folder()
    let store = try filled(folder)
    func done(_ rule: String, _ row: Int32) -> RuleOccurrence {
      RuleOccurrence(rule: rule, subject: .contact, row: row, occurrence: .change(id: 7))
    }
    var decisions = Decisions(now: noon)
    decisions.changes.handled = [
      .init(occurrence: done("on_tier", 0), result: .acted, due: noon),
      .init(occurrence: done("on_stage", 0), result: .acted, due: noon),
      .init(occurrence: done("on_stage", 1), result: .acted, due: noon),
    ]
    decisions.changes.holds = [.init(occurrence: done("on_stage", 1), since: noon, until: noon)]
    _ = try commit(decisions, store)
    func known(_ program: CheckedProgram, after days: Int64) throws -> Set<RuleOccurrence> {
      let now = noon.adding(milliseconds: days * 86_400_000)
      return try store.load(program, reading: Self.reads, now: now).state.handled
    }
    var waiting = Self.book.program
    waiting.rules[1].trigger?.wait = .duration(TimeSpan(10, .days))
    #expect(try known(Self.book.program, after: 1).count == 3)
    #expect(try known(Self.book.program, after: 5) == [done("on_stage", 1)])
    #expect(try known(waiting, after: 5) == [done("on_tier", 0), done("on_stage", 1)])
    #expect(try known(waiting, after: 200) == [done("on_stage", 1)])
  }

  /// What was done in years is not looked at to find what is to be done.
  @Test func whatIsOpenIsFoundByAnIndex() throws {
    let folder = try Folder()
    let store = try filled(folder)
    let database = try DatabaseQueue(path: store.path)
    func plan(_ condition: String) throws -> String {
      try database.read { database in
        let rows = try Row.fetchAll(
          database, sql: "EXPLAIN QUERY PLAN SELECT id FROM outbox AS o WHERE \(condition) ORDER BY id LIMIT 9")
        return rows.map { $0["detail"] as String }.joined(separator: "\n")
      }
    }
    #expect(try plan("o.\(Store.isOpen) AND o.status IN ('pending')").contains("INDEX outbox_open"))
    #expect(try plan(Store.isUnsettled).contains("INDEX outbox_unsettled"))
    #expect(try plan("o.status IN ('pending')").contains("SCAN"))
  }

  @Test func aNoOfSomebodyElseStands() throws {
    let folder = try Folder()
    let store = try filled(folder)
    var asking = Decisions(now: noon)
    asking.changes.approvals.asked = [
      .init(
        rule: "promote", fingerprint: "f", reason: .actsOnMany(subjects: 2, limit: 1), occurrences: [], at: noon,
        expiresAt: noon.adding(milliseconds: 1000))
    ]
    _ = try commit(asking, store)
    let id = try #require(try store.approvals(now: noon).first).id
    func say(_ isApproval: Bool, _ name: String, isForced: Bool = false) throws -> [Store.AnswerResult] {
      try store.answer([id], isApproval: isApproval, by: name, note: nil, isForced: isForced, now: noon)
    }
    #expect(try say(true, "ann") == [.written])
    #expect(try say(true, "bob") == [.unchanged])
    #expect(try store.approvals(now: noon).first?.answeredBy == "ann")
    #expect(try say(false, "bob") == [.written])
    #expect(try say(true, "ann") == [.refusedBefore(by: "bob")])
    #expect(try store.approvals(now: noon).first?.status == .rejected)
    #expect(try say(true, "ann", isForced: true) == [.written])
    #expect(try store.approvals(now: noon).first?.answers.map(\.by) == ["ann", "bob", "ann"])
  }

  @Test func aSingleActionIsAskedAboutAndComesBackAsItWas() throws {
    let folder = try Folder()
    let store = try filled(folder)
    let action = DecidedAction(
      rule: "promote", subject: .contact, row: 1, key: "zoe@example.com", action: .recommend,
      arguments: [.init(.recommendation, .text("next \"best\"\n")), .init(.approval, .flag(true))],
      outcome: .needsApproval(.recommendation),
      request: .members([("score", .number(0.25)), ("list", .list([.null]))]),
      occurrence: .state(at: noon), index: 2)
    var asking = Decisions(now: noon)
    asking.changes.approvals.askedItems = [
      .init(action: action, expiresAt: noon.adding(milliseconds: 1000), assets: [])
    ]
    _ = try commit(asking, store)
    let item = try #require(
      try store.load(Self.book.program, reading: Self.reads, now: noon).state.approvals.items.first)
    #expect(item.action == action)
    #expect(item.answer == nil)
    let record = try #require(try store.approvals(now: noon).first)
    #expect(record.item?.key == "zoe@example.com")
    let late = noon.adding(milliseconds: 1000)
    #expect(try store.answer([record.id], isApproval: true, by: "ann", note: nil, now: late) == [.tooLate])
    #expect(try store.approvals(now: late).map(\.status) == [.expired])
  }

  @Test func aTurnThatCameToNothingIsKept() throws {
    let folder = try Folder()
    let store = try filled(folder)
    let late = noon.adding(milliseconds: 5000)
    let turns = [
      Firing(last: late, reached: nil), Firing(last: late, reached: noon, isArmed: false), Firing(last: late),
    ]
    for (index, turn) in turns.enumerated() {
      var decisions = Decisions(now: noon.adding(milliseconds: Int64(index)))
      decisions.changes.firings = [.init(rule: "promote", subject: .contact, row: 1, firing: turn)]
      _ = try commit(decisions, store)
      let state = try store.load(Self.book.program, reading: Self.reads, now: late).state
      #expect(state.firings["promote"]?[1] == turn)
    }
  }

  @Test func aHaltedRunIsOnRecordAndDoesNothing() throws {
    let folder = try Folder()
    let store = try filled(folder)
    var halted = Decisions(now: noon)
    halted.halt = .init(contacts: 2, limit: 1)
    halted.actions = [action("promote", row: 0, outcome: .halted, now: noon)]
    #expect(try commit(halted, store) == CommittedRun(id: 1, outboxCount: 0, repeatedCount: 0))
    #expect(try store.runs().map(\.isHalted) == [true])
    #expect(
      try store.decisions(about: .contact, key: "amy@example.com", program: Self.book.program).map(\.outcome)
        == ["halted"])
  }

  @Test func experimentsKeepTheirSaltAndTheirArms() throws {
    let folder = try Folder()
    var program = Self.book.program
    program.experiments = ["trial", "test"].map {
      CheckedExperiment(
        name: $0, formerName: nil, rule: "promote", title: nil, arms: [], measures: [], range: SampleBook.nowhere)
    }
    let store = try filled(folder)
    var begun = Decisions(now: noon)
    begun.changes.experiments.begun = [.init(experiment: "trial", formerName: nil, salt: "trial@1")]
    begun.changes.experiments.assignments = [
      .init(experiment: "trial", subject: .contact, row: 1, arm: "b", at: noon)
    ]
    _ = try commit(begun, store)
    let loaded = try store.load(program, reading: Self.reads, now: noon).state.experiments
    #expect(loaded == ["trial": ExperimentState(salt: "trial@1", assignments: [1: .init(arm: "b", at: noon)])])
    var renamed = Decisions(now: noon)
    renamed.changes.experiments.begun = [.init(experiment: "test", formerName: "trial", salt: "trial@1")]
    _ = try commit(renamed, store)
    #expect(
      try rows(folder, "SELECT name || salt FROM experiment; SELECT experiment || arm FROM experiment_assignment")
        == ["testtrial@1", "testb"])
  }
}
