import Foundation
import Testing

/// What a person meets who works with the program: repairs, reports, questions, pipes.
@Suite("Daily use")
struct UseTests {
  private static let data = """
    contact { email text key  name text  persona one of (cfo, vp, other)  wealth number }
    account { domain text key  target flag }
    event demo_request worth 1
    event page_view { path text } worth 0.1
    policy { timezone "Europe/London"  require consent marketing }
    segment chiefs when persona == cfo

    """
  private static let rules = """
    rule greet { on demo_request where contact.persona == cfo then notify "sales" "{email} asks" }
    rule mark { when persona == cfo then add to list "CFOs" }
    rule write { when persona == cfo then send asset "brochure" }
    rule later { when persona == cfo then notify "sales" "{email}" from now on }
    rule big for account { when target then notify "sales" "{domain}" }

    """

  private func workspace() throws -> Program {
    let program = try Program()
    try program.write(Self.data, to: "rules/data.abm")
    try program.write(Self.rules, to: "rules/rules.abm")
    try program.write("email,name,persona\nann@acme.example,Ann,cfo\nbob@acme.example,Bob,vp\n", to: "contacts.csv")
    try program.write("contact,at\nann@acme.example,2026-03-01T10:00:00Z\n", to: "demos.csv")
    for command in [
      ["import", "contacts", "contacts.csv"], ["import", "events", "demo_request", "demos.csv"],
    ] {
      let outcome = try program.shell("abm-rules \(command.joined(separator: " "))")
      #expect(outcome.code == 0, "\(outcome.text)")
    }
    return program
  }

  // MARK: - check

  @Test(arguments: [
    ("persona is cfo or vp", "persona in (cfo, vp)"), ("Persona == CFO", "persona == cfo"),
    ("WEALTH => 3 && persona <> \"cfo\"", "wealth >= 3 and persona != cfo"),
  ])
  func repairsGoOnUntilNothingIsLeft(_ wrong: String, _ right: String) throws {
    let program = try workspace()
    defer { program.remove() }
    try program.write("rule a { when \(wrong) then add to list \"A\" }\n", to: "rules/a.abm")
    let outcome = try program.run("check", "--fix")
    #expect(outcome.code == 0, "\(outcome.text)")
    #expect(try program.read("rules/a.abm").contains("when \(right) then"))
  }

  @Test func onlyWhatIsAskedForIsCountedAndRepaired() throws {
    let program = try workspace()
    defer { program.remove() }
    let wrong = "rule a { when persona = cfo then add to list \"A\" }\n"
    try program.write(wrong, to: "rules/a.abm")
    for path in ["rules/rules.abm", "./rules/rules.abm", program.folder.appending(path: "rules/rules.abm").path] {
      let outcome = try program.run("check", path, "--fix")
      #expect(outcome.output.contains("checked 1 file, 5 rules, 0 tests: "), "\(outcome.text)")
    }
    #expect(try program.read("rules/a.abm") == wrong)
  }

  @Test func foldersAndLinksThatLookLikeRuleFilesAreSaidOrPassedOver() throws {
    let program = try workspace()
    defer { program.remove() }
    let folder = program.folder.appending(path: "rules")
    try FileManager.default.createDirectory(at: folder.appending(path: "old.abm"), withIntermediateDirectories: true)
    #expect(try program.run("check").code == 0)
    try FileManager.default.createSymbolicLink(
      atPath: folder.appending(path: "gone.abm").path, withDestinationPath: "nowhere")
    let outcome = try program.run("check")
    #expect(outcome.code == 3)
    #expect(outcome.errors.contains("rules/gone.abm") && outcome.errors.contains("link"), "\(outcome.text)")
  }

  // MARK: - Output

  @Test func aReaderThatLeavesEarlyIsNoProblem() throws {
    let program = try Program()
    defer { program.remove() }
    let outcome = try program.shell("trap '' PIPE; { sleep 0.3; abm-rules explain; echo \"ends $?\" >&2; } | true")
    #expect(outcome.errors == "ends 0\n")
  }

  @Test func actionsAreCarriedOutWhoeverReads() throws {
    let program = try workspace()
    defer { program.remove() }
    let run = "abm-rules run --at '2026-03-01 12:00' --executor file:out.jsonl"
    let outcome = try program.shell("trap '' PIPE; { sleep 0.3; \(run); echo \"ends $?\" >&2; } | true")
    #expect(outcome.errors.hasSuffix("written to out.jsonl\nends 0\n"), "\(outcome.text)")
    #expect(try program.read("out.jsonl").contains("\"rule\":\"mark\""))
  }

  @Test func aFullDiskIsSaid() throws {
    let program = try Program()
    defer { program.remove() }
    let outcome = try program.shell("abm-rules explain > /dev/full")
    #expect(outcome.code == 3)
    #expect(outcome.errors.contains("cannot be written"), "\(outcome.text)")
  }

  @Test func aNumberOfSamplesBelowNoneIsWrongUsage() throws {
    let program = try workspace()
    defer { program.remove() }
    #expect(try program.run("plan", "--samples=-1").code == 2)
    #expect(try program.run("plan", "--samples=0").code == 0)
  }

  // MARK: - plan

  @Test func everyMatchIsAccountedFor() throws {
    let program = try workspace()
    defer { program.remove() }
    let output = try program.run("plan", "--at", "2026-03-01 12:00").output
    #expect(output.contains("1 contact matches · acts on 1"), "\(output)")
    #expect(output.contains("1 contact matches · acts on 0 · 1 is held back"), "\(output)")
    #expect(output.contains("1 contact matches · acts on 0 · 1 is left alone, from now on"), "\(output)")
  }

  // MARK: - why

  @Test func namesThatCannotBeAskedForAreWrongUsage() throws {
    let program = try workspace()
    defer { program.remove() }
    for (name, words) in [("grete", "did you mean `greet`?"), ("big", "about accounts"), ("target", "about accounts")] {
      let outcome = try program.run("why", "ann@acme.example", name)
      #expect(outcome.code == 2)
      #expect(outcome.errors.contains(words), "\(outcome.text)")
    }
    #expect(try program.run("why", "eve@acme.example").code == 3)
  }

  @Test func aFieldSaysItsValueAndWhereItCameFrom() throws {
    let program = try workspace()
    defer { program.remove() }
    let outcome = try program.run("why", "ann@acme.example", "name")
    #expect(outcome.output.contains("ann@acme.example: name is “Ann”  (contacts.csv, imported"), "\(outcome.text)")
    #expect(try program.run("why", "ann@acme.example", "wealth").output.contains("wealth is missing"))
  }

  @Test func aRuleThatRestsSaysWhy() throws {
    let program = try workspace()
    defer { program.remove() }
    func why(_ name: String, _ at: String) throws -> String {
      try program.run("why", "ann@acme.example", name, "--at", at).output
    }
    #expect(try why("later", "2026-03-01 12:00").contains("no, it fits already, and the rule is new"))
    let held = try why("write", "2026-03-01 12:00")
    #expect(held.contains("it would need a consent for marketing on record"), "\(held)")
    #expect(try program.run("run", "--at", "2026-03-01 12:00").code == 0)
    #expect(try why("later", "2026-03-01 13:00").contains("no, it fitted already when the rule was deployed"))
    #expect(try why("mark", "2026-03-01 13:00").contains("all is as the rule wants it"))
  }

  @Test func anOccurrenceSaysWhatBecameOfIt() throws {
    let program = try workspace()
    defer { program.remove() }
    func why(_ at: String) throws -> String {
      try program.run("why", "ann@acme.example", "greet", "--at", at).output
    }
    #expect(
      try why("2026-03-01 12:00").contains("2026-03-01 10:00  demo_request  does not count: the rule has never run"))
    #expect(try why("2026-02-28 12:00").contains("nothing of the kind happened in the last 30 days"))
    #expect(try program.run("run", "--at", "2026-03-01 09:00").code == 0)
    // What is imported counts as known since the import, which is later than the time decided at.
    #expect(try why("2026-03-01 12:00").contains("it was recorded more than 24 hours after it happened"))
    let json = try program.run("why", "ann@acme.example", "greet", "--at", "2026-03-01 12:00", "--format", "json")
      .output
    #expect(json.contains("\"occurrences\"") && json.contains("\"at\": \"2026-03-01T10:00:00Z\""), "\(json)")
  }
}
