import Foundation
import Testing

/// What was decided and waited is decided anew before it is carried out: held on its way out, or older than a day.
struct WaitingActionTests {
  private static let data = """
    contact { email text key  stage one of (lead < mql)  wanted flag missing means yes }
    account { domain text key }
    asset { type text }
    asset guide "The guide" { type "guide" }
    event page_view { path text }
    event meeting_booked worth 1

    """
  private static let night =
    "policy { quiet between 20:00 and 08:00  at most 5 messages per contact per 7 days, drop the rest }\n"

  private func workspace(_ rules: String, policy: String = night) throws -> Program {
    let program = try Program()
    try program.write(Self.data + policy + rules, to: "rules/book.abm")
    try program.write("email,stage\nann@acme.example,lead\nbob@acme.example,lead\n", to: "people.csv")
    #expect(try program.run("import", "contacts", "people.csv", "--at", "2026-03-02 08:00").code == 0)
    return program
  }

  /// Who got what, from one pass of the executor.
  private func carriedOut(_ program: Program, at time: String) throws -> (done: [String], said: String) {
    try? FileManager.default.removeItem(at: program.folder.appending(path: "out.jsonl"))
    let outcome = try program.run("run", "--at", time, "--executor", "file:out.jsonl")
    #expect(outcome.code == 0, "\(outcome.text)")
    let done = try program.read("out.jsonl").split(separator: "\n").map { line in
      func value(_ name: String) -> String {
        let parts = line.components(separatedBy: "\"\(name)\":\"")
        return parts.count > 1 ? String(parts[1].prefix { $0 != "\"" && $0 != "@" }) : ""
      }
      return "\(value("contact")) \(value("action"))"
    }
    return (done, outcome.errors)
  }

  private func change(_ program: Program, _ rows: String, at time: String) throws {
    try program.write(rows, to: "change.csv")
    #expect(try program.run("import", "contacts", "change.csv", "--at", time).code == 0)
  }

  @Test func aMessageHeldOnItsWayOutAsksItsConditionAgain() throws {
    let program = try workspace("rule news { when wanted then send asset guide as transactional existing too }\n")
    defer { program.remove() }
    try program.run("run", "--at", "2026-03-02 19:59")
    let night = try carriedOut(program, at: "2026-03-02 20:05")
    #expect(night.done == [] && night.said.contains("2 actions not carried out, held: quiet hours"))
    try change(program, "email,wanted\nann@acme.example,no\n", at: "2026-03-03 07:00")
    let morning = try carriedOut(program, at: "2026-03-03 08:05")
    #expect(morning.done == ["bob send asset"])
    let reason = "decided anew, since it waited: the condition is not true any more"
    #expect(morning.said.contains("1 action not carried out, lapsed: \(reason)"), "\(morning.said)")
    let why = try program.run("why", "ann@acme.example", "news", "--at", "2026-03-03 09:00")
    #expect(why.output.contains("not carried out at 2026-03-03 08:05: \(reason)"), "\(why.output)")
    #expect(try program.run("outbox", "list", "--status", "dropped").output.contains(reason))
  }

  /// Neither the message itself nor what the rule wrote beside it is a reason not to send it.
  @Test func aRuleIsNotItsOwnUndoing() throws {
    let program = try workspace(
      """
      rule news {
        when stage == lead and did not message within 30 days
        then send asset guide as transactional and set stage to mql
        existing too
      }

      """)
    defer { program.remove() }
    try program.run("run", "--at", "2026-03-02 19:59")
    #expect(try carriedOut(program, at: "2026-03-02 20:05").done == ["ann set", "bob set"])
    #expect(try carriedOut(program, at: "2026-03-03 08:05").done == ["ann send asset", "bob send asset"])
  }

  @Test func whatIsADayOldIsDecidedAnewAndWhatIsAWeekOldIsNot() throws {
    let rules = """
      rule call { when wanted then create task "Call" for "d@example.com" }
      rule mark { when wanted then set stage to mql }

      """
    let program = try workspace(rules)
    defer { program.remove() }
    try program.run("run", "--at", "2026-03-02 09:00")
    try change(program, "email,wanted\nann@acme.example,no\n", at: "2026-03-02 10:00")
    // What keeps the CRM as it is here has no age.
    let later = try carriedOut(program, at: "2026-03-03 09:01")
    #expect(Set(later.done) == ["bob create task", "ann set", "bob set"])

    let late = try workspace(rules)
    defer { late.remove() }
    try late.run("run", "--at", "2026-03-02 09:00")
    let september = try carriedOut(late, at: "2026-09-02 09:00")
    #expect(Set(september.done) == ["ann set", "bob set"])
    #expect(
      september.said.contains("lapsed: decided on 2026-03-02 09:00, and not carried out later than 7 days after that"))
    // Within a day nothing is asked.
    let fresh = try workspace(rules)
    defer { fresh.remove() }
    try fresh.run("run", "--at", "2026-03-02 09:00")
    try change(fresh, "email,wanted\nann@acme.example,no\n", at: "2026-03-02 10:00")
    #expect(try carriedOut(fresh, at: "2026-03-03 09:00").done.count == 4)
  }

  /// A person who has something tried again decides it.
  @Test func whatAPersonTriesAgainIsAsIfDecidedThen() throws {
    let program = try workspace("rule call { when wanted then create task \"Call\" for \"d@example.com\" }\n")
    defer { program.remove() }
    let now = Date()
    func time(days: Double) -> String { now.addingTimeInterval(days * 86_400).formatted(.iso8601) }
    try program.run("run", "--at", time(days: -9))
    #expect(try carriedOut(program, at: time(days: -1)).done == [])
    #expect(try program.run("outbox", "retry", "1").code == 0)
    #expect(try carriedOut(program, at: time(days: 0)).done == ["ann create task"])
  }

  @Test func whatNoRuleWantsAnyMoreIsNotDone() throws {
    let program = try workspace("rule call { when wanted then create task \"Call\" for \"d@example.com\" }\n")
    defer { program.remove() }
    try program.run("run", "--at", "2026-03-02 09:00")
    try program.write(
      Self.data + "rule other was call { when wanted then create note \"x\" paused }\n", to: "rules/book.abm")
    #expect(try carriedOut(program, at: "2026-03-02 09:10").said.contains("held: what decided it is paused"))
    try program.write(Self.data + "rule third { when wanted then create note \"x\" }\n", to: "rules/book.abm")
    let last = try carriedOut(program, at: "2026-03-02 10:10")
    #expect(last.done == ["ann create note", "bob create note"])
    #expect(last.said.contains("lapsed: what decided it is no longer in the rule book"), "\(last.said)")
  }

  /// The condition of an `on` rule is about what set it off.
  @Test func anOnRuleAsksAboutItsEvent() throws {
    let program = try workspace(
      """
      rule mark { when wanted then set stage to mql }
      rule seen {
        on stage changed when event.new == mql and wanted
        then send asset guide as transactional
      }

      """)
    defer { program.remove() }
    #expect(try carriedOut(program, at: "2026-03-02 19:00").done == ["ann set", "bob set"])
    try program.run("run", "--at", "2026-03-02 19:59")
    #expect(try carriedOut(program, at: "2026-03-02 20:05").said.contains("2 actions not carried out, held"))
    try change(program, "email,wanted\nann@acme.example,no\n", at: "2026-03-02 21:30")
    let morning = try carriedOut(program, at: "2026-03-03 08:05")
    #expect(morning.done == ["bob send asset"], "\(morning.said)")
    #expect(morning.said.contains("the condition is not true any more (ann"), "\(morning.said)")
  }

  // MARK: - Sequences

  private static let sequence = """
    sequence nurture {
      enroll when wanted  existing too
      goal when did meeting_booked
      exit when stage == mql
      step only { send asset guide as transactional }
    }

    """

  @Test func whoWouldLeaveTheSequenceGetsNoStepOfIt() throws {
    let program = try workspace(Self.sequence)
    defer { program.remove() }
    try program.run("run", "--at", "2026-03-02 19:59")
    #expect(try carriedOut(program, at: "2026-03-02 20:05").done == [])
    try program.write("contact,at\nann@acme.example,2026-03-02T21:00:00Z\n", to: "meetings.csv")
    try program.run("import", "events", "meeting_booked", "meetings.csv", "--at", "2026-03-02 21:30")
    try change(program, "email,stage\nbob@acme.example,mql\n", at: "2026-03-02 22:00")
    let morning = try carriedOut(program, at: "2026-03-03 08:05")
    #expect(morning.done == [])
    #expect(morning.said.contains("lapsed: the contact reached the goal"), "\(morning.said)")
    #expect(morning.said.contains("lapsed: the contact left, since `stage == mql`"), "\(morning.said)")
  }

  @Test func whoLeftAfterTheDecisionOrIsPausedGetsNothing() throws {
    let program = try workspace(
      Self.sequence.replacing("transactional }", with: "transactional  wait 3 days }"), policy: "")
    defer { program.remove() }
    try program.run("run", "--at", "2026-03-02 09:00")
    let removed = try program.run(
      "sequences", "remove", "nurture", "ann@acme.example", "--at", "2026-03-02 09:01")
    #expect(removed.code == 0, "\(removed.text)")
    #expect(try program.run("sequences", "pause", "nurture", "--at", "2026-03-02 09:01").code == 0)
    let paused = try carriedOut(program, at: "2026-03-02 09:05")
    #expect(paused.done == [])
    #expect(paused.said.contains("1 action not carried out, held: what decided it is paused (bob"), "\(paused.said)")
    #expect(try program.run("sequences", "resume", "nurture", "--at", "2026-03-02 09:10").code == 0)
    #expect(try carriedOut(program, at: "2026-03-02 09:30").done == ["bob send asset"])
  }

  /// Nothing of a person who is taken out by hand stays open: neither a question about a step nor an action.
  @Test func whoIsTakenOutLeavesNothingOpen() throws {
    let program = try workspace(
      """
      recommendation next { from asset  factor one 100% = 1  pick best 1 }
      sequence nurture {
        enroll when wanted  existing too  exit when stage == mql
        step only { recommend next for approval  create task "Call" for "d@example.com"  wait 3 days }
      }

      """, policy: "")
    defer { program.remove() }
    try program.run("run", "--at", "2026-03-02 09:00")
    let open = try program.run("approvals", "list", "--at", "2026-03-02 09:01").output
    #expect(open.contains("ann@acme.example") && open.contains("bob@acme.example"), "\(open)")
    try program.run("sequences", "remove", "nurture", "ann@acme.example", "--at", "2026-03-02 09:05")
    let left = try program.run("approvals", "list", "--at", "2026-03-02 09:06").output
    #expect(!left.contains("ann@acme.example") && left.contains("bob@acme.example"), "\(left)")
    let dropped = try program.run("outbox", "list", "--status", "dropped").output
    #expect(dropped.contains("create task  ann@acme.example  (nurture)"), "\(dropped)")
    #expect(dropped.contains("the contact was taken out by a person"), "\(dropped)")
    #expect(try carriedOut(program, at: "2026-03-02 09:10").done == ["bob create task"])
  }
}
