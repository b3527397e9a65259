import Foundation
import Testing

/// A run that is killed at any moment loses nothing and repeats nothing: afterwards every action is in the file exactly
/// once.
@Suite("Interrupted runs")
struct InterruptedRunTests {
  private struct Line: Decodable {
    let key: String
    let contact: String
  }

  @Test func everyActionIsCarriedOutExactlyOnce() throws {
    let program = try Program()
    defer { program.remove() }
    let people = 1_500
    try program.write(
      """
      contact { email text key  score number }
      rule hot "Everybody in turn" { when score >= 0 then create task "Call {email}" for "desk@example.com" }
      policy {
        approve rules that act on more than 100% of contacts
        halt when a run acts on more than 100% of contacts
      }
      """, to: "rules/book.abm")
    let rows = (0..<people).map { "person\($0)@acme.example,\($0 % 100)" }.joined(separator: "\n")
    try program.write("email,score\n\(rows)\n", to: "contacts.csv")
    #expect(try program.run("import", "contacts", "contacts.csv").code == 0)

    // Kills spread over start, evaluation, commit and dispatch; the times double, so that slow machines are met too.
    for delay in [5, 20, 40, 60, 80, 100, 120, 150, 200, 300, 400, 600, 900] {
      let run = Process()
      run.executableURL = Program.path
      run.arguments = ["run", "--executor", "file:out.jsonl", "--at", "2026-03-02 09:00"]
      run.currentDirectoryURL = program.folder
      run.standardOutput = FileHandle.nullDevice
      run.standardError = FileHandle.nullDevice
      try run.run()
      usleep(UInt32(delay) * 1_000)
      kill(run.processIdentifier, SIGKILL)
      run.waitUntilExit()
    }
    #expect(try program.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-02 09:00").code == 0)
    let lines = try program.read("out.jsonl").split(separator: "\n").map { line in
      try JSONDecoder().decode(Line.self, from: Data(line.utf8))
    }
    #expect(lines.count == people)
    #expect(Set(lines.map(\.key)).count == people)
    #expect(Set(lines.map(\.contact)).count == people)
  }
}
