import Foundation
import Testing

/// What has a new name keeps its past, over several runs, each a process of its own.
@Suite("Renames and moves")
struct RenameTests {
  private static let data = """
    contact { email text key  hot flag }
    account { domain text key }
    event meeting_booked worth 1
    policy { timezone "UTC" }

    """

  private func workspace(_ rules: String, hot people: [String] = ["don"]) throws -> Program {
    let program = try Program()
    try program.write(Self.data, to: "rules/data.abm")
    try program.write(rules, to: "rules/rules.abm")
    try importHot(program, people)
    return program
  }

  private func importHot(_ program: Program, _ names: [String], _ hot: String = "yes") throws {
    let rows = names.map { "\($0)@acme.example,\(hot)\n" }.joined()
    try program.write("email,hot\n" + rows, to: "contacts.csv")
    let outcome = try program.run("import", "contacts", "contacts.csv", "--at", "2026-01-01")
    #expect(outcome.code == 0, "\(outcome.text)")
  }

  // MARK: - Journeys and segments

  private static let journey = """
    journey stage { stage early  stage late when hot }
    rule moved { on stage changed wait 1 day then create note "{stage}" }

    """

  /// The first stage of somebody new is a change, also a day later; where everybody is at the beginning is none.
  @Test func newcomersSetOffARuleThatWaits() throws {
    let program = try workspace(Self.journey)
    defer { program.remove() }
    #expect(try program.actions(at: "2026-03-02 09:00") == [])
    try importHot(program, ["new"])
    #expect(try program.actions(at: "2026-03-03 09:00") == [])
    #expect(try program.actions(at: "2026-03-04 09:00") == ["new late"])
    #expect(try program.actions(at: "2026-03-05 09:00") == [])
  }

  @Test func membersAtTheBeginningDidNotComeIn() throws {
    let program = try workspace(
      "segment warm when hot\nrule came { on warm changed to yes then create note \"in\" }\n")
    defer { program.remove() }
    #expect(try program.actions(at: "2026-03-02 09:00") == [])
    try importHot(program, ["new"])
    #expect(try program.actions(at: "2026-03-02 10:00") == ["new in"])
    #expect(try program.actions(at: "2026-03-02 11:00") == [])
  }

  @Test(arguments: [
    (
      "segment hot_one when hot\nrule came { on hot_one changed to yes then create note \"in\" }\n",
      "segment warm was hot_one when hot\nrule came { on warm changed to yes then create note \"in\" }\n"
    ),
    (
      "journey stage { stage early  stage late when hot }\nrule came { on stage changed then create note \"in\" }\n",
      "journey phase was stage { stage early  stage late when hot }\n"
        + "rule came { on phase changed then create note \"in\" }\n"
    ),
  ])
  func anotherNameIsNoOtherOccurrence(before: String, after: String) throws {
    let program = try workspace(before)
    defer { program.remove() }
    try program.actions(at: "2026-03-02 09:00")
    try importHot(program, ["new"])
    #expect(try program.actions(at: "2026-03-02 10:00") == ["new in"])
    try program.write(after, to: "rules/rules.abm")
    #expect(try program.actions(at: "2026-03-02 10:30") == [])
    #expect(try program.actions(at: "2026-03-02 11:00") == [])
  }

  // MARK: - Assets

  private func assets(_ name: String) -> String {
    """
    asset { type text }
    asset \(name) "The guide" { type "guide" }
    recommendation best { from asset  never repeat within 180 days  factor one 100% = 1  pick best 1 }
    rule send { when hot then send asset \(name) as transactional once every 10 days priority 5 }
    rule offer { when hot then recommend best once every 10 days }

    """
  }

  /// Through two renames, so that what stands in the database has to follow.
  @Test func anAssetKeepsWhatWasSentAndRecommended() throws {
    let program = try workspace(
      assets("a1").replacing("never repeat within 180 days", with: "never repeat within 1 day"))
    defer { program.remove() }
    #expect(try program.actions(at: "2026-03-02 09:00").count == 1)
    for (name, day) in [("a2 was a1", "2026-03-14"), ("a3 was a2", "2026-03-26")] {
      let present = String(name.prefix(2))
      try program.write(
        assets(present).replacing("asset \(present) \"", with: "asset \(name) \""), to: "rules/rules.abm")
      let plan = try program.run("plan", "--at", "\(day) 08:00")
      #expect(plan.output.contains("got `\(present)` not long ago"), "\(plan.text)")
      #expect(plan.output.contains("1 was sent or recommended not long ago"), "\(plan.text)")
      #expect(try program.actions(at: "\(day) 09:00") == [])
    }
  }

  // MARK: - Moves to another version

  /// The action at the place of another one that was done is done.
  @Test func whatStandsWhereSomethingElseStoodIsDone() throws {
    func sequence(_ statements: String) -> String {
      "sequence s { enroll when hot  goal when did meeting_booked  step intro { \(statements) } }\n"
    }
    let (a, b, c) = (#"create note "a""#, #"create note "b""#, #"create note "c""#)
    let program = try workspace(sequence("\(a) \(b) wait 3 days \(c)"))
    defer { program.remove() }
    #expect(try program.actions(at: "2026-03-02 09:00") == ["don a", "don b"])
    try program.write(sequence("wait 3 days \(c)"), to: "rules/rules.abm")
    #expect(try program.run("sequences", "migrate", "s", "--apply", "--at", "2026-03-03").code == 0)
    #expect(try program.actions(at: "2026-03-05 09:00") == ["don c"])
    #expect(try program.actions(at: "2026-03-06 09:00") == [])
  }

  /// The plan says what then happens.
  @Test func thePlanOfAMoveKnowsItsWaits() throws {
    func sequence(_ statements: String) -> String {
      "sequence s { enroll when hot  goal when did meeting_booked  step intro { \(statements) } }\n"
    }
    let (a, b) = (#"create note "a""#, #"create note "b""#)
    // A longer wait in the place of the one that they are at counts from when that began.
    let longer = try workspace(sequence("\(a) wait 3 days \(b)"))
    defer { longer.remove() }
    #expect(try longer.actions(at: "2026-03-02 09:00") == ["don a"])
    try longer.write(sequence("\(a) wait 30 days \(b)"), to: "rules/rules.abm")
    let shown = try longer.run("sequences", "migrate", "s", "--apply", "--at", "2026-03-03")
    #expect(shown.output.contains("(waits until 2026-04-01 09:00)"), "\(shown.text)")
    #expect(try longer.actions(at: "2026-03-31 09:00") == [])
    #expect(try longer.actions(at: "2026-04-01 09:00") == ["don b"])
    // A first wait that is gone is not waited for.
    let begun = try workspace(sequence("wait 3 days \(a)"))
    defer { begun.remove() }
    #expect(try begun.actions(at: "2026-03-02 09:00") == [])
    try begun.write(sequence("\(b) wait 1 day \(a)"), to: "rules/rules.abm")
    let start = try begun.run("sequences", "migrate", "s", "--apply", "--at", "2026-03-03")
    #expect(start.output.contains("intro → intro, from its start"), "\(start.text)")
    #expect(start.output.contains("(goes on with the next run)"), "\(start.text)")
    #expect(try begun.actions(at: "2026-03-03 09:00") == ["don b"])
    #expect(try begun.actions(at: "2026-03-04 09:00") == ["don a"])
  }

  // MARK: - Steps that ask

  @Test func aStepSaysWhatItAsks() throws {
    let program = try workspace(
      """
      asset { type text }
      asset guide "The guide" { type "guide" }
      recommendation best { from asset  never repeat within 90 days  factor one 100% = 1  pick best 1 }
      sequence care { enroll when hot  goal when did meeting_booked
        step intro { recommend best for approval  wait 3 days }
        step last { create note "last" } }
      """)
    defer { program.remove() }
    let plan = try program.run("plan", "--at", "2026-03-02 08:00")
    #expect(plan.output.contains("? recommend best waits for approval  × 1"), "\(plan.text)")
    #expect(try program.actions(at: "2026-03-02 09:00") == [])
    let list = try program.run("approvals", "--at", "2026-03-02 10:00")
    #expect(list.output.contains("step intro: recommend best: guide 100 %"), "\(list.text)")
    let show = try program.run("sequences", "show", "care", "--at", "2026-03-02 10:00")
    #expect(show.output.contains("1 action of its steps waits for approval"), "\(show.text)")
    let why = try program.run("why", "don@acme.example", "care", "--at", "2026-03-02 10:00")
    #expect(
      why.output.contains("step intro: recommend best guide 100 %: waits for approval until 2026-03-16 09:00"),
      "\(why.text)")
    #expect(try program.run("approvals", "approve", "care", "--by", "eva", "--at", "2026-03-02 11:00").code == 0)
    let ready = try program.run("plan", "--at", "2026-03-02 12:00")
    #expect(ready.output.contains("don@acme.example  guide 100 %"), "\(ready.text)")
    #expect(try program.actions(at: "2026-03-02 12:00").count == 1)
    #expect(try program.actions(at: "2026-03-02 13:00") == [])
    let done = try program.run("sequences", "show", "care", "--at", "2026-03-02 14:00")
    #expect(done.output.contains("intro        1      1"), "\(done.text)")
  }

  // MARK: - Imports

  @Test func importedAssetsStandBesideThoseOfTheRuleBook() throws {
    let program = try Program()
    defer { program.remove() }
    try program.write(
      Self.data + "asset { type text }\nasset own \"Ours\" { type \"guide\" }\n"
        + "rule r { when hot then send asset paper as transactional }\n"
        + "test \"t\" { at 2026-03-02 09:00 given contact { hot yes } expect send asset paper }\n",
      to: "rules/book.abm")
    let before = try program.run("check")
    #expect(before.code == 1 && before.text.contains("unknown-asset"), "\(before.text)")
    try program.write("name,title,type\npaper,The paper,guide\nown,Another,paper\n", to: "assets.csv")
    let imported = try program.run("import", "assets", "assets.csv")
    #expect(imported.code == 0, "\(imported.text)")
    let check = try program.run("check")
    #expect(check.code == 0 && check.text.contains("warning[shadowed-asset]"), "\(check.text)")
    #expect(try program.run("test").code == 0)
    try importHot(program, ["don"])
    #expect(try program.actions(at: "2026-03-02 09:00").count == 1)
    #expect(try program.run("replay", "--all").code == 0)
    // Others that come later change the version, not what was.
    try program.write("name,title,type\nmore,More,guide\n", to: "more.csv")
    #expect(try program.run("import", "assets", "more.csv").code == 0)
    #expect(try program.run("replay", "--all").code == 0)
  }

  @Test func anImportOfWhichNothingWasTakenIsSeen() throws {
    let program = try workspace("")
    defer { program.remove() }
    try program.write("email,hot\n,yes\n,no\n", to: "bad.csv")
    let bad = try program.run("import", "contacts", "bad.csv")
    #expect(bad.code == 1 && bad.output.contains("2 rejected"), "\(bad.text)")
    try program.write("email,hot\n,yes\nann@acme.example,no\n", to: "some.csv")
    #expect(try program.run("import", "contacts", "some.csv").code == 0)
    try program.write("email,hot\n", to: "empty.csv")
    #expect(try program.run("import", "contacts", "empty.csv").code == 0)
  }

  /// A migration to other types is named, and nobody is sent back.
  @Test func aRunUponOtherTypesCannotBeReplayed() throws {
    let program = try workspace("rule r { when hot then create note \"x\" }\n")
    defer { program.remove() }
    #expect(try program.actions(at: "2026-03-02 09:00").count == 1)
    try program.write(Self.data.replacing("hot flag", with: "hot text"), to: "rules/data.abm")
    try program.write("rule r { when hot == \"1\" then create note \"x\" }\n", to: "rules/rules.abm")
    #expect(try program.run("migrate").code == 0)
    let replay = try program.run("replay", "1")
    #expect(replay.code != 0 && replay.text.contains("run 1 cannot be decided again"), "\(replay.text)")
    #expect(!replay.text.contains("abm-rules migrate"), "\(replay.text)")
  }
}
