import Foundation
import TestSupport
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

  /// Waits, splits and exits of two sequences, while runs are killed and overtake each other: every action is done once,
  /// whoever left does no more, and nobody is in a sequence twice or left behind in it.
  @Test func sequencesLoseNothingAndRepeatNothing() throws {
    let program = try Program()
    defer { program.remove() }
    try program.write(Self.sequences, to: "rules/book.abm")
    let people = (0..<150).map { "p\($0)@acme.example" }
    let leaving = Set(people.enumerated().filter { $0.offset % 3 == 0 }.map(\.element))
    func importPeople(_ keys: some Sequence<String>, gone: String) throws {
      try program.write(
        "email,hot,gone\n" + keys.map { "\($0),yes,\(gone)" }.joined(separator: "\n") + "\n", to: "people.csv")
      #expect(try program.run("import", "contacts", "people.csv").code == 0)
    }
    try importPeople(people, gone: "no")
    var random = SeededGenerator(seed: 1)
    for (day, expected) in [(0, 300), (1, 300), (2, 400), (3, 500), (5, 700)] {
      let time = "2026-03-0\(2 + day) 09:00"
      if day == 1 { try importPeople(leaving, gone: "yes") }
      for _ in 0..<4 { try killedRun(program, at: time, after: random.below(350)) }
      let runs = try (0..<10).map { _ in try started(program, at: time, executor: nil) }
      runs.forEach { $0.waitUntilExit() }
      #expect(runs.allSatisfy { [0, 3].contains($0.terminationStatus) })
      let last = try program.run("run", "--executor", "file:out.jsonl", "--at", time)
      #expect(last.code == 0, "\(last.text)")
      let done = try lines(program)
      #expect(done.count == expected, "day \(day)")
      #expect(Set(done.map(\.key)).count == done.count)
    }
    let done = Dictionary(grouping: try texts(program), by: \.contact).mapValues { $0.map(\.text).sorted() }
    for person in people {
      let arm = done[person]?.first { $0.hasPrefix("two") } ?? "two a"
      let all = leaving.contains(person) ? ["one", "other"] : ["after", "one", "other", "other two", "three", arm]
      #expect(done[person] == all.sorted(), "\(person)")
    }
    #expect(Set(done.values.joined()).isSuperset(of: ["two a", "two b"]))
    for name in ["nurture", "other"] {
      let shown = try program.run("sequences", "show", name, "--format", "json", "--at", "2026-03-07 10:00")
      for fact in [#""entered": 150"#, #""finished": 100"#, #""exited": 50"#, #""waiting": 0"#] {
        #expect(shown.output.contains(fact), "\(name): no \(fact) in\n\(shown.text)")
      }
    }
  }

  private static let sequences = """
    contact { email text key  hot flag  gone flag }
    policy {
      timezone "UTC"
      approve rules that act on more than 100% of contacts
      halt when a run acts on more than 100% of contacts
    }
    sequence nurture {
      enroll when hot  once  exit when gone  existing too  priority 2
      step intro { create task "one" for "d@example.com"  wait 2 days }
      step middle {
        split {
          arm a 50% { create task "two a" for "d@example.com"  wait up to 1 day until gone }
          arm b 50% { create task "two b" for "d@example.com"  wait 1 day }
        }
        create task "after" for "d@example.com"
      }
      step last { wait 2 hours  create task "three" for "d@example.com" }
    }
    sequence other {
      enroll when hot  once  exit when gone  existing too  priority 1
      step only { create task "other" for "d@example.com"  wait 5 days  create task "other two" for "d@example.com" }
    }

    """

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

  /// What was asked for, by whom it concerns.
  private func texts(_ program: Program) throws -> [(contact: String, text: String)] {
    try program.read("out.jsonl").split(separator: "\n").map { line in
      let parts = line.components(separatedBy: #""text":""#)
      let text = parts.count > 1 ? String(parts[1].prefix { $0 != "\"" }) : ""
      return (try JSONDecoder().decode(Line.self, from: Data(line.utf8)).contact, text)
    }
  }

  private func lines(_ program: Program) throws -> [Line] {
    try program.read("out.jsonl").split(separator: "\n").map { line in
      try JSONDecoder().decode(Line.self, from: Data(line.utf8))
    }
  }
}
