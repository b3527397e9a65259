import Foundation
import Testing

/// Sequences by hand and over several runs, each a process of its own.
@Suite("Sequences")
struct SequenceTests {
  private static let data = """
    contact { email text key  hot flag }
    account { domain text key }
    event meeting_booked worth 1
    policy { timezone "UTC" }

    """
  private static let first = """
    sequence nurture "Nurture" {
      enroll when hot
      goal when did meeting_booked
      step intro { create task "one" for "d@example.com"  wait 3 days }
      step last { create task "two" for "d@example.com" }
    }

    """
  /// Another mail between, and a longer last step.
  private static let second = """
    sequence nurture "Nurture" {
      enroll when hot
      goal when did meeting_booked
      step intro { create task "one" for "d@example.com"  wait 3 days }
      step extra { create task "extra" for "d@example.com"  wait 1 day }
      step last { create task "two" for "d@example.com" }
    }

    """

  private func workspace(_ sequence: String = first) throws -> Program {
    let program = try Program()
    try program.write(Self.data, to: "rules/data.abm")
    try program.write(sequence, to: "rules/sequences.abm")
    try importHot(program, ["don"])
    return program
  }

  private func importHot(_ program: Program, _ names: [String], _ hot: String = "yes") throws {
    let rows = names.map { "\($0)@acme.example,\(hot)\n" }.joined()
    try program.write("email,hot\n" + rows, to: "contacts.csv")
    let outcome = try program.run("import", "contacts", "contacts.csv")
    #expect(outcome.code == 0, "\(outcome.text)")
  }

  /// The acceptance of an email that is added to a running sequence.
  @Test func whoWaitsGetsWhatThePlanOfMigrateSaid() throws {
    let program = try workspace()
    defer { program.remove() }
    #expect(try program.actions(at: "2026-03-02 09:00") == ["don one"])
    #expect(try program.actions(at: "2026-03-05 09:00") == ["don two"])
    try importHot(program, ["ann", "bob"])
    #expect(try program.actions(at: "2026-03-06 09:00") == ["ann one", "bob one"])

    // The text changes. Whoever is in the old version goes through that, until somebody moves them.
    try program.write(Self.second, to: "rules/sequences.abm")
    let plan = try program.run("plan", "--at", "2026-03-09 09:00")
    #expect(plan.code == 0, "\(plan.text)")
    #expect(plan.output.contains("two") && !plan.output.contains("extra"), "\(plan.text)")
    let shown = try program.run("sequences", "migrate", "nurture", "--at", "2026-03-07")
    #expect(shown.code == 0, "\(shown.text)")
    #expect(
      shown.output.contains("2 contacts would move") && shown.output.contains("intro → intro, where they are"),
      "\(shown.text)")
    #expect(shown.output.contains("ann@acme.example (waits until 2026-03-09 09:00)"), "\(shown.text)")
    #expect(!shown.output.contains("don@"), "\(shown.text)")

    let moved = try program.run("sequences", "migrate", "nurture", "--apply", "--at", "2026-03-07")
    #expect(moved.code == 0 && moved.output.contains("2 contacts moved"), "\(moved.text)")
    // Nothing at once; then the new step, then the last one. Whoever was through is not met again.
    #expect(try program.actions(at: "2026-03-07 09:00") == [])
    #expect(try program.actions(at: "2026-03-09 09:00") == ["ann extra", "bob extra"])
    #expect(try program.actions(at: "2026-03-09 09:15") == [])
    #expect(try program.actions(at: "2026-03-10 09:00") == ["ann two", "bob two"])
    #expect(try program.actions(at: "2026-06-10 09:00") == [])
    let again = try program.run("sequences", "migrate", "nurture", "--apply", "--at", "2026-06-10")
    #expect(again.output.contains("Everybody in `nurture` is in the present version"), "\(again.text)")
  }

  @Test func peopleInAnEarlierVersionGoThroughItToTheEnd() throws {
    let program = try workspace()
    defer { program.remove() }
    try program.actions(at: "2026-03-02 09:00")
    try program.write(Self.second, to: "rules/sequences.abm")
    try importHot(program, ["ann"])
    #expect(try program.actions(at: "2026-03-03 09:00") == ["ann one"])
    #expect(try program.actions(at: "2026-03-06 09:00") == ["ann extra", "don two"])
    #expect(try program.actions(at: "2026-03-07 09:00") == ["ann two"])
    let show = try program.run("sequences", "show", "nurture", "--at", "2026-03-08")
    #expect(show.output.contains("present version  1 entered"), "\(show.text)")
    #expect(show.output.contains("extra"), "\(show.text)")
  }

  @Test func aStepThatIsGoneNeedsAnotherOne() throws {
    let program = try workspace()
    defer { program.remove() }
    try program.actions(at: "2026-03-02 09:00")
    try program.write(Self.second.replacing("step intro", with: "step start"), to: "rules/sequences.abm")
    let refused = try program.run("sequences", "migrate", "nurture", "--apply", "--at", "2026-03-03")
    #expect(refused.code == 1 && refused.output.contains("the step is gone"), "\(refused.text)")
    let wrong = try program.run("sequences", "migrate", "nurture", "--to", "nowhere", "--at", "2026-03-03")
    #expect(wrong.code == 2 && wrong.errors.contains("it has start, extra, last"), "\(wrong.text)")
    let moved = try program.run("sequences", "migrate", "nurture", "--to", "extra", "--apply", "--at", "2026-03-03")
    #expect(moved.code == 0 && moved.output.contains("intro → extra, from its start"), "\(moved.text)")
    #expect(try program.actions(at: "2026-03-03 10:00") == ["don extra"])
  }

  @Test func aRenamedSequenceKeepsWhoIsInIt() throws {
    let program = try workspace()
    defer { program.remove() }
    try program.actions(at: "2026-03-02 09:00")
    try program.write(
      Self.first.replacing("sequence nurture", with: "sequence care was nurture"), to: "rules/sequences.abm")
    #expect(try program.actions(at: "2026-03-03 09:00") == [])
    #expect(try program.actions(at: "2026-03-05 09:00") == ["don two"])
    #expect(try program.actions(at: "2026-03-06 09:00") == [])
  }

  @Test func aVersionThatDoesNotCheckAnyMoreRests() throws {
    let program = try workspace()
    defer { program.remove() }
    try program.write(Self.data + "event reply\n", to: "rules/data.abm")
    try program.write(
      Self.first.replacing("did meeting_booked", with: "did reply"), to: "rules/sequences.abm")
    #expect(try program.run("migrate").code == 0)
    try program.actions(at: "2026-03-02 09:00")
    try program.write(Self.data, to: "rules/data.abm")
    try program.write(Self.first, to: "rules/sequences.abm")
    let plan = try program.run("plan", "--at", "2026-03-05 09:00")
    #expect(plan.output.contains("1 contact in an earlier version that does not check any more"), "\(plan.text)")
    #expect(try program.actions(at: "2026-03-05 09:00") == [])
    #expect(try program.run("sequences", "migrate", "nurture", "--apply", "--at", "2026-03-05").code == 0)
    #expect(try program.actions(at: "2026-03-05 10:00") == ["don two"])
  }

  @Test func byHand() throws {
    let program = try workspace()
    defer { program.remove() }
    try importHot(program, ["ann"], "no")
    let enrolled = try program.run(
      "sequences", "enroll", "nurture", "ANN@acme.example", "nobody@acme.example", "--at", "2026-03-02 08:00")
    #expect(enrolled.code == 1, "\(enrolled.text)")
    #expect(enrolled.output.contains("ann@acme.example: enrolled in nurture"), "\(enrolled.text)")
    #expect(enrolled.output.contains("nobody@acme.example: no such contact"), "\(enrolled.text)")
    let twice = try program.run("sequences", "enroll", "nurture", "ann@acme.example", "--at", "2026-03-02 08:01")
    #expect(twice.output.contains("in it already"), "\(twice.text)")
    #expect(try program.actions(at: "2026-03-02 09:00") == ["ann one", "don one"])

    #expect(try program.run("sequences", "pause", "nurture", "don@acme.example", "--at", "2026-03-03").code == 0)
    #expect(try program.run("sequences", "remove", "nurture", "ann@acme.example", "--at", "2026-03-03").code == 0)
    #expect(try program.actions(at: "2026-03-05 09:00") == [])
    #expect(try program.run("sequences", "resume", "nurture", "don@acme.example", "--at", "2026-03-06").code == 0)
    #expect(try program.run("sequences", "pause", "nurture", "--at", "2026-03-06").code == 0)
    #expect(try program.actions(at: "2026-03-06 09:00") == [])
    let list = try program.run("sequences", "list", "--at", "2026-03-06")
    #expect(list.output.contains("1 in it · 2 entered · 0 reached the goal · paused"), "\(list.text)")
    #expect(try program.run("sequences", "resume", "nurture", "--at", "2026-03-06").code == 0)
    #expect(try program.actions(at: "2026-03-06 10:00") == ["don two"])
    let json = try program.run("sequences", "show", "nurture", "--format", "json", "--at", "2026-03-07")
    #expect(json.output.contains("\"finished\": 1") && json.output.contains("\"removed\": 1"), "\(json.text)")
    let unknown = try program.run("sequences", "show", "nurtur")
    #expect(unknown.code == 2 && unknown.errors.contains("did you mean `nurture`?"), "\(unknown.text)")
  }

  @Test func whySaysWhereSomebodyIs() throws {
    let program = try workspace()
    defer { program.remove() }
    try importHot(program, ["ann"], "no")
    func why(_ name: String, _ time: String) throws -> String {
      let outcome = try program.run("why", "\(name)@acme.example", "nurture", "--at", time)
      #expect(outcome.code == 0, "\(outcome.text)")
      return outcome.output
    }
    #expect(try why("don", "2026-03-02 08:00").contains("comes in with this run"))
    try program.actions(at: "2026-03-02 09:00")
    let waiting = try why("don", "2026-03-03 09:00")
    #expect(waiting.contains("in it since 2026-03-02 09:00, at step intro, waits until 2026-03-05 09:00"), "\(waiting)")
    let never = try why("ann", "2026-03-03 09:00")
    #expect(never.contains("no, never enrolled") && never.contains("hot"), "\(never)")
    #expect(never.contains("It would be yes if:"), "\(never)")
    try program.actions(at: "2026-03-05 09:00")
    let ended = try why("don", "2026-03-06 09:00")
    #expect(ended.contains("no more, went through to the end on 2026-03-05 09:00"), "\(ended)")
    #expect(try program.run("why", "don@acme.example").output.contains("nurture"))
  }

  @Test func heldOutPeopleAreCompared() throws {
    let program = try workspace(
      Self.first.replacing("goal when", with: "existing too\n  holdout 50%\n  goal when"))
    defer { program.remove() }
    let names = (0..<60).map { "p\($0)" }
    try importHot(program, names)
    let acted = try program.actions(at: "2026-03-02 09:00").filter { !$0.hasPrefix("don") }
    #expect((15...45).contains(acted.count))
    // Of those who got it, every second reaches the goal.
    let booked = acted.map { $0.split(separator: " ")[0] }.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
    let rows = booked.map { "\($0)@acme.example,2026-03-03T10:00:00Z\n" }.joined()
    try program.write("contact,at\n" + rows, to: "meetings.csv")
    #expect(try program.run("import", "events", "meeting_booked", "meetings.csv").code == 0)
    try program.actions(at: "2026-03-03 12:00")
    let show = try program.run("sequences", "show", "nurture", "--at", "2026-03-04")
    #expect(show.output.contains("against those held out"), "\(show.text)")
    #expect(show.output.contains("held out 0.0 % (0 of"), "\(show.text)")
    #expect(!show.output.contains("it may be chance"), "\(show.text)")
  }
}
