import Foundation
import Testing

/// Changes of the rule book on a database of people: who is concerned, and the way back.
struct DiffCommandTests {
  private let book = """
    contact { email text key  size number }
    segment big when size > 50
    score fit { add 10 when size > 50  add 5 when size > 10 }
    journey stage { stage early  stage late when size > 50 }
    rule a { when size > 50 then add to list "A" }
    """

  private func workspace() throws -> Program {
    let program = try Program()
    try program.write(book, to: "rules/book.abm")
    try program.write("email,size\nann@a.example,5\nben@a.example,30\ncleo@a.example,60\n", to: "people.csv")
    #expect(try program.run("import", "contacts", "people.csv").code == 0)
    return program
  }

  @Test func whoEntersLeavesAndMoves() throws {
    let program = try workspace()
    defer { program.remove() }
    try program.write(book, to: "old/book.abm")
    try program.write(book.replacingOccurrences(of: "size > 50", with: "size > 20"), to: "rules/book.abm")
    let outcome = try program.run("diff", "old", "--at", "2026-03-02 09:00")
    #expect(outcome.code == 1)
    let people = outcome.output.components(separatedBy: "For people").last ?? ""
    #expect(
      people.components(separatedBy: "\n").dropFirst().map { $0.trimmingCharacters(in: .whitespaces) } == [
        "segment big  1 → 2", "1 contact enters", "ben@a.example",
        "score fit", "1 contact goes up", "ben@a.example (5 → 15)",
        "journey stage", "1 contact goes early → late", "ben@a.example",
        "rule a  acts on 1 → 2", "1 contact enters", "ben@a.example", "",
      ])
    let json = try program.run("diff", "old", "--at", "2026-03-02 09:00", "--format", "json").output
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect((object?["people"] as? [Any])?.count == 4)
    #expect((object?["declarations"] as? [Any])?.count == 4)
  }

  /// Who would come into a sequence and who would leave it, in all formats, and the whole text of what changed.
  @Test func whoComesIntoASequence() throws {
    let sequence = """

      asset { type text }
      asset guide "The guide" { type "guide" }
      recommendation next { from asset  factor one 100% = 1  pick best 1 }
      sequence s { enroll when size > 50  exit when size < 10
        step one { create note "hello"  wait 3 days } }
      experiment e on a { arm x 50% { add to list "A" } arm y 50% { add to list "B" } measure size > 5 }
      """
    let program = try workspace()
    defer { program.remove() }
    try program.write(book + sequence, to: "rules/book.abm")
    #expect(try program.run("migrate").code == 0)
    #expect(try program.run("run", "--at", "2026-03-02 09:00").code == 0)
    try program.write(book + sequence, to: "old/book.abm")
    try program.write(
      book
        + sequence.replacing("size > 50  exit", with: "size > 20  exit").replacing("pick best 1", with: "pick best 2")
        .replacing("measure size > 5", with: "measure size > 6"), to: "rules/book.abm")
    let outcome = try program.run("diff", "old", "--at", "2026-03-02 09:05")
    #expect(outcome.code == 1)
    for line in [
      "    + sequence s { enroll when size > 20  exit when size < 10", "  sequence s  in it 1 → 2",
      "    1 contact enters", "      ben@a.example", "pick best 2 }", "measure size > 6 }",
    ] {
      #expect(outcome.output.contains(line), "\(outcome.output)")
    }
    let json = try program.run("diff", "old", "--at", "2026-03-02 09:05", "--format", "json").output
    #expect(json.contains(#""kind": "sequence""#) && json.contains("ben@a.example"))
    #expect(json.contains("sequence s { enroll when size > 20"))
    let page = try program.run("diff", "old", "--at", "2026-03-02 09:05", "--format", "markdown").output
    #expect(page.contains("| sequence `s` | 1 | 2 | 1 contact enters: ben@a.example |"), "\(page)")
    // Without the sequence nobody is in it any more.
    try program.write(book, to: "rules/book.abm")
    let gone = try program.run("diff", "old", "--at", "2026-03-02 09:05").output
    #expect(gone.contains("  sequence s  in it 1 → 0\n    1 contact leaves\n      cleo@a.example"), "\(gone)")
  }

  @Test func layoutAloneIsNoDifference() throws {
    let program = try workspace()
    defer { program.remove() }
    try program.write(book, to: "old/book.abm")
    try program.write("# moved\n" + book.replacingOccurrences(of: " ", with: "\n  "), to: "rules/other.abm")
    try FileManager.default.removeItem(at: program.folder.appending(path: "rules/book.abm"))
    let outcome = try program.run("diff", "old")
    #expect(outcome.code == 0)
    #expect(outcome.output.contains("They mean the same."))
    #expect(outcome.output.contains("Nobody is treated differently."))
  }

  @Test func anOldVersionComesBack() throws {
    let program = try workspace()
    defer { program.remove() }
    #expect(try program.run("run", "--at", "2026-03-02 09:00").code == 0)
    let hash = try program.run("versions").output.prefix(12)
    try program.write(book.replacingOccurrences(of: "size > 50", with: "size > 20"), to: "rules/book.abm")
    try program.write("rule b { when size > 90 then add to list \"B\" }", to: "rules/more.abm")
    // What no run has followed is not lost by accident.
    #expect(try program.run("deploy", String(hash)).code == 2)
    #expect(try program.run("run", "--at", "2026-03-03 09:00").code == 0)
    #expect(try program.run("diff").output.contains("They mean the same."))
    #expect(try program.run("diff", String(hash)).code == 1)
    let deployed = try program.run("deploy", String(hash))
    #expect(deployed.code == 0, "\(deployed.text)")
    #expect(try program.read("rules/book.abm") == book)
    #expect(!FileManager.default.fileExists(atPath: program.folder.appending(path: "rules/more.abm").path))
    #expect(
      try program.run("versions").output.contains(
        "\(hash)  since 2026-03-02 09:00  1 run, last at 2026-03-02 09:00  this is"))
    #expect(try program.run("deploy", "ffff0000").code == 2)
  }

  /// `rules2` is not in `rules`, although its name begins so.
  @Test func aVersionOfAnotherFolderTouchesNothing() throws {
    let program = try workspace()
    defer { program.remove() }
    try program.write(book.replacingOccurrences(of: "size > 50", with: "size > 20"), to: "rules2/other.abm")
    #expect(try program.run("run", "--at", "2026-03-02 09:00").code == 0)
    #expect(try program.run("run", "--rules", "rules2", "--at", "2026-03-02 10:00").code == 0)
    let listed = try program.run("versions", "--format", "json").output
    let versions = try JSONSerialization.jsonObject(with: Data(listed.utf8)) as? [[String: Any]]
    for hash in (versions ?? []).compactMap({ $0["hash"] as? String }) { _ = try program.run("deploy", hash) }
    #expect(try program.read("rules/book.abm") == book)
    #expect(try program.read("rules2/other.abm").contains("size > 20"))
    #expect(!FileManager.default.fileExists(atPath: program.folder.appending(path: "rules/other.abm").path))
  }
}
