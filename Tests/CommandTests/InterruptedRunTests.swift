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

  /// A wait and a hold outlive every kill: what is due afterwards is done once.
  @Test func nothingThatWaitsIsLost() throws {
    let scene = try WaitingScene(people: 200)
    defer { scene.program.remove() }
    // The messages are held, three days later the wait is over, and three hours after that the hold.
    for (hours, expected) in [(0, 0), (72, 200), (75, 400)] {
      let time = scene.time(hours: hours)
      for delay in [10, 60, 120, 250] { try killedRun(scene.program, at: time, after: delay) }
      #expect(try scene.program.run("run", "--executor", "file:out.jsonl", "--at", time).code == 0)
      let done = try lines(scene.program)
      #expect(done.count == expected)
      #expect(Set(done.map(\.key)).count == expected)
    }
  }

  /// Ten runs of one moment, all at once: one decides, the others find that it has, or that there is nothing left.
  @Test func tenRunsAtOnceActOnce() throws {
    let scene = try WaitingScene(people: 100)
    defer { scene.program.remove() }
    for hours in [0, 72, 75] {
      let runs = try (0..<10).map { _ in try started(scene.program, at: scene.time(hours: hours), executor: nil) }
      runs.forEach { $0.waitUntilExit() }
      // One at least has decided; whoever was overtaken says so and wrote nothing.
      #expect(runs.contains { $0.terminationStatus == 0 })
      #expect(runs.allSatisfy { [0, 3].contains($0.terminationStatus) })
    }
    let last = scene.time(hours: 75)
    #expect(try scene.program.run("run", "--executor", "file:out.jsonl", "--at", last).code == 0)
    let done = try lines(scene.program)
    #expect(done.count == 200)
    #expect(Set(done.map(\.key)).count == 200)
  }

  /// People who did something just now, for which a rule waits three days and another is held for two hours. It happens
  /// at the time of the clock, since what a file says too late sets off nothing.
  private struct WaitingScene {
    let program: Program
    private let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))

    init(people: Int) throws {
      program = try Program()
      var calendar = Calendar(identifier: .gregorian)
      calendar.timeZone = .gmt
      let hour = calendar.component(.hour, from: now)
      func clock(_ hours: Int) -> String { "\(String(100 + (hour + hours) % 24).suffix(2)):00" }
      try program.write(
        """
        contact { email text key }
        event page_view
        asset { type text }
        asset guide "The guide" { type "guide" }
        rule call { on page_view wait 3 days then create task "Call {email}" for "desk@example.com" }
        rule news { on page_view then send asset guide as transactional }
        policy {
          approve rules that act on more than 100% of contacts
          halt when a run acts on more than 100% of contacts
          quiet between \(clock(23)) and \(clock(2))
        }
        """, to: "rules/book.abm")
      let keys = (0..<people).map { "person\($0)@acme.example" }
      try program.write("email\n" + keys.joined(separator: "\n") + "\n", to: "contacts.csv")
      #expect(try program.run("import", "contacts", "contacts.csv").code == 0)
      #expect(try program.run("run", "--at", time(hours: -1)).code == 0)
      let visits = keys.map { "\($0),\(now.addingTimeInterval(-60).formatted(.iso8601))" }.joined(separator: "\n")
      try program.write("contact,at\n\(visits)\n", to: "visits.csv")
      #expect(try program.run("import", "events", "page_view", "visits.csv").code == 0)
    }

    func time(hours: Int) -> String { now.addingTimeInterval(Double(hours) * 3600).formatted(.iso8601) }
  }

  private func started(_ program: Program, at time: String, executor: String?) throws -> Process {
    let run = Process()
    run.executableURL = Program.path
    run.arguments = ["run", "--at", time] + (executor.map { ["--executor", $0] } ?? [])
    run.currentDirectoryURL = program.folder
    run.standardOutput = FileHandle.nullDevice
    run.standardError = FileHandle.nullDevice
    try run.run()
    return run
  }

  private func killedRun(_ program: Program, at time: String, after delay: Int) throws {
    let run = try started(program, at: time, executor: "file:out.jsonl")
    usleep(UInt32(delay) * 1_000)
    kill(run.processIdentifier, SIGKILL)
    run.waitUntilExit()
  }

  private func lines(_ program: Program) throws -> [Line] {
    try program.read("out.jsonl").split(separator: "\n").map { line in
      try JSONDecoder().decode(Line.self, from: Data(line.utf8))
    }
  }
}
