import BusinessTime
import ContactStore
import Decisioning
import Foundation
import RuleDiagnostics
import RuleEngine
import RuleSemantics
import Service
import TestSupport
import Testing

/// Virtual time over history decides what the runs of that time would have decided.
struct SimulationTests {
  private let start = Instant(milliseconds: 1_772_452_800_000)
  private let days = 8

  private func actions(_ decisions: Decisions) -> [String] {
    decisions.actions.map { $0.json(in: .utc).text }
  }

  /// Twelve hours apart, so that every occurrence is met in time.
  private var instants: [Instant] { (0..<days * 2).map { start.adding(milliseconds: Int64($0) * 43_200_000) } }

  private func simulated(
    _ book: RuleBook, _ workspace: RandomWorkspace, _ instants: [Instant]
  ) throws -> [[String]] {
    let first = instants.first ?? start
    let book = book.joined(with: try workspace.store.earlierVersions(before: first))
    let plan = DecisionPlan(EvaluationPlan(book.program))
    let history = try workspace.store.loadHistory(
      book.program, reading: plan.evaluation.readSet.union(plan.readSet), from: first,
      to: instants.last ?? start)
    var simulation = Simulation(history, plan: plan, holidays: [], approvals: .withheld)
    // Without words, as where they are only counted, the same is decided.
    var silent = Simulation(history, plan: plan, holidays: [], approvals: .withheld, describesActions: false)
    return instants.map { now in
      let decisions = simulation.run(at: now).decisions
      #expect(silent.run(at: now).decisions.actions.map(keyAndOutcome) == decisions.actions.map(keyAndOutcome))
      return actions(decisions)
    }
  }

  private func keyAndOutcome(_ action: DecidedAction) -> String { "\(action.idempotencyKey) \(action.outcome)" }

  @Test(arguments: 100..<104 as Range<UInt64>)
  func simulationEqualsTheRunsOfThatTime(seed: UInt64) throws {
    var numbers = SeededGenerator(seed: seed)
    let workspace = try RandomWorkspace()
    try workspace.begin(at: start, &numbers)
    try workspace.foretell(from: start, days: days, &numbers)
    let rules = RandomWorkspace.rules(&numbers)
    let book = RandomWorkspace.book(rules)
    try #require(!book.hasErrors)
    let before = try simulated(book, workspace, instants)
    for (index, now) in instants.enumerated() {
      let result = try RunService.run(book, workspace.store, at: now)
      #expect(before[index] == actions(result.decisions), "seed \(seed), run \(index):\n\(rules)")
    }
    #expect(before.joined().count > 5)
    // What those runs left behind is not there yet when they are simulated once more.
    #expect(try simulated(book, workspace, instants) == before, "seed \(seed):\n\(rules)")
  }

  /// Whoever is in an earlier version of a sequence when the simulation begins goes through that one.
  @Test func earlierVersionsAreGoneThroughAsAtThatTime() throws {
    var goingOn: [String: Int] = [:]
    for seed in 200..<208 as Range<UInt64> {
      var numbers = SeededGenerator(seed: seed)
      let workspace = try RandomWorkspace()
      try workspace.begin(at: start, &numbers)
      try workspace.foretell(from: start, days: days, &numbers)
      var rules = RandomWorkspace.rules(&numbers)
      if !rules.contains("policy {") {
        rules += "\npolicy { timezone \"Europe/London\"  halt when a run acts on more than 90% of contacts }"
      }
      // Everybody may come in at once.
      for share in [60, 90] { rules = rules.replacing("more than \(share)%", with: "more than 100%") }
      func book(_ name: String, _ note: String) throws -> RuleBook {
        let book = RandomWorkspace.book(
          """
          \(rules)
          sequence \(name) {
            enroll when hot or did page_view within 1 day  once every 3 days  exit when size > 6  existing too
            step one { create note "one \(note)"  wait 30 hours }
            step two { if did page_view since step one { create note "two \(note)" }  wait 3 days  set tier to "\(note)" }
            step three { notify "sales" "three \(note)" }
          }
          """)
        try #require(!book.hasErrors)
        return book
      }
      let books = [try book("steps", "first"), try book("steps", "second"), try book("walk was steps", "third")]
      // Four runs with the first, four with the second; then the third is simulated, and runs.
      for (index, now) in instants.prefix(8).enumerated() {
        _ = try RunService.run(books[index / 4], workspace.store, at: now)
      }
      let rest = Array(instants.dropFirst(8))
      let before = try simulated(books[2], workspace, rest)
      for (index, now) in rest.enumerated() {
        let result = try RunService.run(books[2], workspace.store, at: now)
        #expect(before[index] == actions(result.decisions), "seed \(seed), run \(index):\n\(rules)")
      }
      #expect(try simulated(books[2], workspace, rest) == before, "seed \(seed):\n\(rules)")
      for note in ["first", "second", "third"] where before.joined().contains(where: { $0.contains(" \(note)\"") }) {
        goingOn[note, default: 0] += 1
      }
    }
    for note in ["first", "second", "third"] { #expect(goingOn[note, default: 0] >= 3, "\(goingOn)") }
  }

  @Test func runsTakePlaceAtTheStartOfBusinessHours() throws {
    let book = RandomWorkspace.book("")
    let policy = book.program.policy
    let calendar = policy.calendar()
    let from = try #require(Instant(iso: "2026-10-23", in: calendar.zone))
    let to = try #require(Instant(iso: "2026-10-26 23:00", in: calendar.zone))
    let all = Simulation.instants(from: from, to: to, every: nil, policy: policy, calendar: calendar)
    // In the night to 25 October the day has 25 hours: one run more, lest an occurrence be a day late.
    #expect(
      all.map { $0.minuteText(in: calendar.zone) } == [
        "2026-10-23 09:00", "2026-10-24 09:00", "2026-10-25 08:00", "2026-10-25 09:00", "2026-10-26 09:00",
      ])
    let often = Simulation.instants(
      from: from, to: from.adding(milliseconds: 3_600_000), every: TimeSpan(15, .minutes), policy: policy,
      calendar: calendar)
    #expect(often.count == 5)
  }

  @Test func theReportCountsByDayAndWeek() throws {
    var numbers = SeededGenerator(seed: 5)
    let workspace = try RandomWorkspace()
    try workspace.begin(at: start, &numbers)
    let book = RandomWorkspace.book(
      """
      rule notes { when email is known then create note "{email}" once every 7 days }
      rule guides { when email is known then send asset guide as transactional once }
      """)
    let run = try SimulationRun.play(
      book, named: "rules", workspace.store,
      SimulationRun.Options(start: start, end: start.adding(milliseconds: 10 * 86_400_000)))
    let report = SimulationReport(run, style: Style())
    let json = report.json.text
    // Eight people on the first day, and again a week later.
    #expect(json.contains(#""name":"notes","acted":[8,0,0,0,0,0,0,8,0,0]"#), "\(json)")
    #expect(json.contains(#""people":8"#))
    #expect(report.text.contains("guides"))
    #expect(report.text.contains("1 to 8"))
  }

  @Test func thePageNeedsNothingBesideItself() throws {
    var numbers = SeededGenerator(seed: 6)
    let workspace = try RandomWorkspace()
    try workspace.begin(at: start, &numbers)
    let end = start.adding(milliseconds: 5 * 86_400_000)
    func play(_ rules: String, _ name: String) throws -> SimulationRun {
      try SimulationRun.play(
        RandomWorkspace.book(rules), named: name, workspace.store, SimulationRun.Options(start: start, end: end))
    }
    let old = try play("rule a { when size > 3 then add to list \"A\" }", "old")
    let new = try play("rule a { when size > 0 then add to list \"A\" }", "new <&>")
    let report = SimulationReport(old, comparedWith: new, style: Style())
    let page = report.html
    for outside in ["http://", "https://", "src=", "@import", "url("] { #expect(!page.contains(outside)) }
    #expect(page.contains("new &lt;&amp;&gt;"))
    #expect(report.text.contains("gain"))
    #expect(!report.text.contains("lose"))
  }

  /// Messages at night wait for the morning of the contact, which a run at the start of our business hours would never
  /// see.
  @Test func whoeverSleepsAtNineIsMetLater() throws {
    let workspace = try RandomWorkspace()
    var numbers = SeededGenerator(seed: 7)
    try workspace.begin(at: start, &numbers)
    let data = RandomWorkspace.data.replacing("quiet between 20:00 and 08:00", with: "quiet between 08:00 and 11:30")
    let text = data + "rule a { when email is known then send email \"x\" once }"
    let book = RuleBook.read([("book.abm", Array(text.utf8))], folder: ".")
    try #require(!book.hasErrors)
    let run = try SimulationRun.play(
      book, named: "rules", workspace.store,
      SimulationRun.Options(start: start.adding(milliseconds: -43_200_000), end: start.adding(milliseconds: 86_400_000))
    )
    #expect(SimulationReport(run, style: Style()).json.text.contains(#""messages":[6,0"#))
  }

  private func played(_ rules: String, days: Int = 5, assumesApproval: Bool = true) throws -> SimulationReport {
    let workspace = try RandomWorkspace()
    var numbers = SeededGenerator(seed: 8)
    try workspace.begin(at: start, &numbers)
    let book = RandomWorkspace.book(rules)
    try #require(!book.hasErrors)
    let run = try SimulationRun.play(
      book, named: "rules", workspace.store,
      SimulationRun.Options(
        start: start, end: start.adding(milliseconds: Int64(days) * 86_400_000), assumesApproval: assumesApproval))
    return SimulationReport(run, style: Style())
  }

  /// Runs take place at nine, and the sequence acts from ten on: those who wait for that hour get a run at it.
  @Test func sequencesActInTheirOwnHours() throws {
    let report = try played(
      """
      sequence s {
        enroll when email is known  once  exit when size > 100  act on weekdays between 10:00 and 16:00  existing too
        step one { create note "one"  wait 1 day  create note "two" }
      }
      """)
    // The second note is due a day later at ten, which the run at nine of that day does not meet.
    #expect(report.json.text.contains(#""name":"s","acted":[8,0,8,0,0]"#), "\(report.json.text)")
  }

  @Test func whoeverIsAskedAgreesToSequencesAndSingleActionsToo() throws {
    let rules = """
      policy { timezone "Europe/London"  approve rules that act on more than 3 contacts }
      sequence s {
        enroll when email is known  once  exit when size > 100  existing too
        step one { create note "one" }
      }
      rule offer { when email is known then recommend any_reading for approval once }
      recommendation any_reading { from asset  factor same 100% = 1  pick best 1 }
      """
    let report = try played(rules)
    let json = report.json.text
    #expect(json.contains(#""name":"s","acted":[8,0,0,0,0]"#), "\(json)")
    #expect(json.contains(#""people":8,"days_asking":1}"#), "\(json)")
    // Asked about in one run, recommended in the next.
    #expect(json.contains(#""name":"offer","acted":[0,8,0,0,0]"#), "\(json)")
    #expect(report.text.contains("approval: s asked on 1 day, and was taken to be allowed"), "\(report.text)")
    let alone = try played(rules, assumesApproval: false)
    #expect(alone.json.text.contains(#""name":"s","acted":[0,0,0,0,0]"#), "\(alone.json.text)")
    #expect(alone.json.text.contains(#""name":"offer","acted":[0,0,0,0,0]"#), "\(alone.json.text)")
  }

  /// Whichever of two rule books is the later one.
  @Test func renamedRulesAndSequencesAreComparedWithWhatTheyWere() throws {
    var numbers = SeededGenerator(seed: 6)
    let workspace = try RandomWorkspace()
    try workspace.begin(at: start, &numbers)
    let text = """
      rule a { when email is known then add to list "A" }
      sequence s { enroll when email is known  once  exit when size > 100  existing too
        step one { create note "one"  wait 1 day } }
      """
    let renamed = text.replacing("rule a", with: "rule b was a").replacing("sequence s", with: "sequence t was s")
    let runs = try [text, renamed].map { text in
      try SimulationRun.play(
        RandomWorkspace.book(text), named: "rules", workspace.store,
        SimulationRun.Options(start: start, end: start.adding(milliseconds: 2 * 86_400_000)))
    }
    for (old, new) in [(runs[0], runs[1]), (runs[1], runs[0])] {
      let report = SimulationReport(old, comparedWith: new, style: Style())
      #expect(report.json.text.contains(#""comparison":{"rules":[]"#), "\(report.text)")
      #expect(report.html.components(separatedBy: "bar other").count == 3, "both have a second row of bars")
    }
  }

  @Test func whatWaitsIsCounted() throws {
    let rules = """
      policy { timezone "Europe/London"  halt when a run acts on more than 100% of contacts }
      sequence s {
        enroll when email is known  once  exit when size > 100  existing too
        step one { create note "one"  wait 2 days  create note "two" }
      }
      rule offer { when email is known then recommend any_reading for approval once }
      recommendation any_reading { from asset  factor same 100% = 1  pick best 1 }
      """
    let report = try played(rules, assumesApproval: false)
    let json = report.json.text
    #expect(json.contains(#""waiting_in_sequences":[8,8,0,0,0]"#), "\(json)")
    #expect(json.contains(#""waiting_for_answers":[8,8,8,8,8]"#), "\(json)")
    #expect(report.text.contains("up to 8  waiting for somebody's answer"), "\(report.text)")
    #expect(report.html.contains("waiting in a sequence"))
    // Whoever is asked agrees at once.
    #expect(try played(rules).json.text.contains(#""waiting_for_answers":[0,0,0,0,0]"#))
  }

  @Test func messagesOfSequencesAreInTheQueue() throws {
    let report = try played(
      """
      policy { timezone "Europe/London"  at most 1 messages per contact per 3 days, hold the rest up to 9 days }
      sequence s {
        enroll when email is known  once  exit when size > 100  existing too
        step one { send email "one"  send email "two" }
      }
      """)
    // Six have given their consent.
    #expect(report.json.text.contains(#""waiting":[6,6,6,0,0]"#), "\(report.json.text)")
  }
}
