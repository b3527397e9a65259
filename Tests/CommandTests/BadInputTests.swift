import Foundation
import Testing

/// What goes wrong in the world gets a clear message that says what to do, the exit code of the contract, and loses
/// nothing.
@Suite("Bad inputs")
struct BadInputTests {
  private static let book = """
    contact { email text key  name text  persona one of (cfo, other)  marketing flag missing means no }
    event page_view { path text } worth 1
    policy { timezone "Europe/London" }
    rule cfos "Everybody in charge of money" { when persona == cfo then add to list "CFOs" }
    """

  private func program(_ book: String = book) throws -> Program {
    let program = try Program()
    try program.write(book, to: "rules/book.abm")
    return program
  }

  /// A workspace with one contact.
  private func workspace() throws -> Program {
    let program = try program()
    try program.write("email,name,persona\nann@acme.example,Ann,cfo\n", to: "contacts.csv")
    #expect(try program.run("import", "contacts", "contacts.csv").code == 0)
    return program
  }

  private func expect(
    _ outcome: Program.Outcome, code: Int32, says words: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(outcome.code == code, "\(outcome.text)", sourceLocation: sourceLocation)
    for word in words {
      #expect(outcome.text.contains(word), "\(outcome.text)", sourceLocation: sourceLocation)
    }
  }

  // MARK: - Usage

  @Test func wrongUsageIsTwo() throws {
    let program = try program()
    defer { program.remove() }
    expect(try program.run("chek"), code: 2, says: "chek")
    expect(try program.run("import", "people", "x.csv"), code: 2, says: "contacts")
    expect(try program.run("import", "events", "x.csv"), code: 2, says: "TYPE")
    expect(try program.run("run", "--executor", "mail"), code: 2, says: "file:PATH")
    expect(try program.run("explain", "unknown-valeu"), code: 2, says: "unknown-value")
    #expect(try program.run("--help").code == 0)
    #expect(try program.run("--version").code == 0)
  }

  /// Without them everybody would be written to on holidays.
  @Test func holidaysThatAreNotThere() throws {
    let program = try program(
      Self.book.replacingOccurrences(
        of: "\"Europe/London\"", with: "\"Europe/London\"  holidays from \"england.ics\""))
    defer { program.remove() }
    expect(
      try program.run("check"), code: 1, says: "error[unreadable-holidays-file]", "`england.ics`",
      "folder of the rule book")
    try program.write("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", to: "rules/england.ics")
    #expect(try program.run("check").code == 0)
  }

  @Test func aTimeThatIsNoneIsWrongUsage() throws {
    let program = try workspace()
    defer { program.remove() }
    expect(try program.run("plan", "--at", "tomorrow"), code: 2, says: "2026-03-01", "tomorrow")
    expect(try program.run("plan", "--at", "2026-02-30"), code: 2, says: "2026-02-30")
  }

  // MARK: - Rule books

  @Test func missingFilesAndFoldersAreNamed() throws {
    let program = try Program()
    defer { program.remove() }
    expect(try program.run("check"), code: 3, says: "`rules`", "abm-rules init")
    expect(try program.run("check", "nowhere.abm"), code: 3, says: "nowhere.abm")
    try FileManager.default.createDirectory(
      at: program.folder.appending(path: "rules"), withIntermediateDirectories: true)
    expect(try program.run("check"), code: 3, says: "*.abm")
  }

  @Test func malformedTextIsReportedWhereItStands() throws {
    let program = try program()
    defer { program.remove() }
    try program.write(Data([0x23, 0x20, 0xC3, 0x28, 0x0A]), to: "rules/a.abm")
    expect(try program.run("check"), code: 1, says: "malformed-utf8", "rules/a.abm:1")
    try program.write(Data("# a\ncontact\0 {}\n".utf8), to: "rules/a.abm")
    expect(try program.run("check"), code: 1, says: "nul-byte", "rules/a.abm:2")
  }

  @Test func aLineOfAMegabyteIsReadAndShownShort() throws {
    let program = try program()
    defer { program.remove() }
    let line =
      "rule long { when " + String(repeating: "persona == cfo or ", count: 60_000) + "persona == cfoo then clear name }"
    try program.write(line, to: "rules/long.abm")
    let outcome = try program.run("check")
    expect(outcome, code: 1, says: "unknown-value")
    #expect(outcome.output.count < 20_000)
  }

  @Test func anUnknownZoneIsAnErrorWithTheNearestOne() throws {
    let program = try program("policy { timezone \"Europe/Londn\" }")
    defer { program.remove() }
    expect(try program.run("check"), code: 1, says: "unknown-zone", "Europe/London")
  }

  @Test func nothingIsDoneWithARuleBookThatHasErrors() throws {
    let program = try workspace()
    defer { program.remove() }
    try program.write("rule broken { when persona == cfoo then clear name }", to: "rules/broken.abm")
    for command in ["plan", "run", "migrate", "test"] {
      expect(try program.run(command), code: 1, says: "unknown-value", "nothing was done")
    }
  }

  @Test func settingsThatAreNoneAreNamed() throws {
    let program = try program()
    defer { program.remove() }
    try program.write("databse: x.sqlite\n", to: "abm.yaml")
    expect(try program.run("check"), code: 3, says: "databse", "database")
    try program.write("rules: [", to: "abm.yaml")
    expect(try program.run("check"), code: 3, says: "abm.yaml")
  }

  // MARK: - Databases

  @Test func aMissingDatabaseSaysHowToMakeOne() throws {
    let program = try program()
    defer { program.remove() }
    expect(try program.run("plan"), code: 3, says: "abm.sqlite", "abm-rules migrate")
    #expect(!FileManager.default.fileExists(atPath: program.folder.appending(path: "abm.sqlite").path))
  }

  @Test func whatIsNoDatabaseStaysAsItIs() throws {
    let program = try program()
    defer { program.remove() }
    try program.write(String(repeating: "This is no database. ", count: 400), to: "abm.sqlite")
    let before = try program.read("abm.sqlite")
    expect(try program.run("plan"), code: 3, says: "not a SQLite database", "--db")
    #expect(try program.read("abm.sqlite") == before)
  }

  @Test func aDatabaseOfANewerProgramIsLeftAlone() throws {
    let program = try workspace()
    defer { program.remove() }
    expect(try program.shell(python("db.execute('PRAGMA user_version = 99999')")), code: 0)
    expect(try program.run("plan"), code: 3, says: "99999", "newer")
  }

  @Test func aLockedDatabaseIsWaitedForAndThenNamed() throws {
    let program = try workspace()
    defer { program.remove() }
    let holder = Process()
    holder.executableURL = URL(filePath: "/usr/bin/env")
    holder.arguments = [
      "python3", "-c",
      "import sqlite3,time; db=sqlite3.connect('abm.sqlite', isolation_level=None); db.execute('BEGIN EXCLUSIVE'); open('locked','w').close(); time.sleep(60)",
    ]
    holder.currentDirectoryURL = program.folder
    try holder.run()
    defer { holder.terminate() }
    while !FileManager.default.fileExists(atPath: program.folder.appending(path: "locked").path) { usleep(20_000) }
    expect(try program.run("run"), code: 3, says: "another program", "try again")
  }

  @Test func aSchemaThatDiffersSaysToMigrate() throws {
    let program = try workspace()
    defer { program.remove() }
    try program.write(Self.book.replacing("name text", with: "name text  city text"), to: "rules/book.abm")
    expect(try program.run("plan"), code: 3, says: "abm-rules migrate", "city")
    expect(try program.run("migrate", "--dry-run"), code: 1, says: "city")
    expect(try program.run("migrate"), code: 0, says: "city")
    expect(try program.run("plan"), code: 0)
  }

  @Test func aClockBehindTheLastRunStopsARun() throws {
    let program = try workspace()
    defer { program.remove() }
    expect(try program.run("run", "--at", "2026-03-02 09:00"), code: 0)
    expect(try program.run("run", "--at", "2026-03-01 09:00"), code: 3, says: "--force")
    expect(try program.run("run", "--at", "2026-03-01 09:00", "--force"), code: 0)
    expect(try program.run("plan", "--at", "2026-03-01 09:00"), code: 0)
  }

  /// On a file system of 2 MB, where the machine lets us make one.
  @Test func aFullDiskLosesNothing() throws {
    let program = try program()
    defer { program.remove() }
    let disk = program.folder.appending(path: "disk")
    try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
    let mounted = try program.shell("mount -t tmpfs -o size=2m tmpfs disk")
    guard mounted.code == 0 else { return }
    defer { _ = try? program.shell("umount -l disk") }
    try program.write("email,name,persona\nann@acme.example,Ann,cfo\n", to: "contacts.csv")
    expect(try program.run("import", "contacts", "contacts.csv", "--db", "disk/a.sqlite"), code: 0)
    let many = (0..<60_000).map { "person\($0)@acme.example,Name \($0),other" }.joined(separator: "\n")
    try program.write("email,name,persona\n\(many)\n", to: "many.csv")
    expect(
      try program.run("import", "contacts", "many.csv", "--db", "disk/a.sqlite"), code: 3, says: "full", "make room")
    let plan = try program.run("plan", "--db", "disk/a.sqlite", "--format", "json")
    #expect(plan.output.contains("\"contacts\": 1,"), "\(plan.text)")
    // Without room for anything, not even for the log that reading makes.
    _ = try program.shell("dd if=/dev/zero of=disk/rest bs=1k")
    expect(try program.run("run", "--db", "disk/a.sqlite"), code: 3, says: "full", "make room")
    try FileManager.default.removeItem(at: disk.appending(path: "rest"))
    let again = try program.run("plan", "--db", "disk/a.sqlite", "--format", "json")
    #expect(again.output.contains("\"contacts\": 1,"), "\(again.text)")
  }

  // MARK: - Imports

  @Test func aMissingFileOrKeyColumnIsNamed() throws {
    let program = try program()
    defer { program.remove() }
    expect(try program.run("import", "contacts", "nowhere.csv"), code: 3, says: "nowhere.csv")
    try program.write("mail,name\na@acme.example,A\n", to: "a.csv")
    expect(try program.run("import", "contacts", "a.csv"), code: 3, says: "email", "--map", "mail")
    expect(try program.run("import", "contacts", "a.csv", "--map", "email=mial"), code: 3, says: "mial", "mail")
    expect(try program.run("import", "contacts", "a.csv", "--map", "email=mail"), code: 0, says: "1 row")
    expect(try program.run("import", "events", "page_veiw", "a.csv"), code: 3, says: "page_view")
  }

  @Test func badRowsAreKeptApartWithTheirLineAndReason() throws {
    let program = try program()
    defer { program.remove() }
    var data = Data("\u{FEFF}email,name,persona\r\nann@acme.example,Ann,cfo\r\n".utf8)
    data += Data([0x78, 0xFF, 0xFE]) + Data(",Bo,cfo\r\n".utf8)
    data += Data("nul\0@acme.example,Cy,cfo\r\n".utf8)
    data += Data(",Nobody,cfo\r\n".utf8)
    data += Data("ann@acme.example,Anna,other\r\n".utf8)
    data += Data("dee@acme.example,\"De \"\"e\"\"\nsecond line\",boss\r\n".utf8)
    data += Data("big@acme.example,\(String(repeating: "x", count: 1 << 20)),cfo\r\n".utf8)
    try program.write(data, to: "contacts.csv")
    let outcome = try program.run("import", "contacts", "contacts.csv")
    expect(outcome, code: 0, says: "3 rejected", "contacts.csv.rejects.csv", "boss")
    let rejects = try program.read("contacts.csv.rejects.csv")
    for line in ["3,", "4,", "5,"] { #expect(rejects.contains("\n\(line)"), "\(rejects)") }
    expect(
      try program.run("import", "contacts", "contacts.csv", "--strict", "--db", "strict.sqlite"), code: 1,
      says: "nothing was kept")
  }

  @Test func aTruncatedArchiveImportsNothing() throws {
    let program = try workspace()
    defer { program.remove() }
    let rows = (0..<20_000).map { "p\($0)@acme.example,N\($0 &* 7919 % 1000),cfo" }.joined(separator: "\n")
    try program.write("email,name,persona\n\(rows)\n", to: "many.csv")
    expect(try program.shell("gzip -c many.csv | head -c 20000 > cut.csv.gz"), code: 0)
    expect(try program.run("import", "contacts", "cut.csv.gz"), code: 3, says: "nothing was imported")
    #expect(try program.run("plan", "--format", "json").output.contains("\"contacts\": 1,"))
  }

  @Test func importingAgainChangesNothing() throws {
    let program = try workspace()
    defer { program.remove() }
    expect(try program.run("import", "contacts", "contacts.csv"), code: 0, says: "1 unchanged")
    try program.write("contact,at,path\nann@acme.example,2026-03-01T09:00:00Z,/a\n", to: "views.csv")
    expect(try program.run("import", "events", "page_view", "views.csv"), code: 0, says: "1 new")
    expect(try program.run("import", "events", "page_view", "views.csv"), code: 0, says: "1 unchanged")
  }

  // MARK: - Runs

  @Test func whatIsWrittenOnceIsNotWrittenAgain() throws {
    let program = try workspace()
    defer { program.remove() }
    expect(try program.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-02 09:00"), code: 0)
    let lines = try program.read("out.jsonl")
    #expect(lines.split(separator: "\n").count == 1)
    expect(try program.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-02 09:00"), code: 0)
    #expect(try program.read("out.jsonl") == lines)
  }

  /// A daemon, another `run`, or `restore` has the lock of the database.
  @Test func onlyOneProgramCarriesOutAtATime() throws {
    let program = try workspace()
    defer { program.remove() }
    expect(
      try program.shell("flock abm.sqlite.lock abm-rules run --executor file:out.jsonl --at '2026-03-02 09:00'"),
      code: 3, says: "another abm-rules is at work on")
    expect(
      try program.shell("HUBSPOT_TOKEN=x flock abm.sqlite.lock abm-rules run --executor hubspot"), code: 3,
      says: "another abm-rules is at work on")
    // What is decided beside it waits in the outbox.
    expect(try program.shell("flock abm.sqlite.lock abm-rules run --at '2026-03-02 09:00'"), code: 0)
    expect(try program.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-02 09:00"), code: 0)
    #expect(try program.read("out.jsonl").split(separator: "\n").count == 1)
  }

  @Test func anExecutorThatCannotWriteKeepsTheActions() throws {
    let program = try workspace()
    defer { program.remove() }
    expect(
      try program.run("run", "--executor", "file:nowhere/out.jsonl", "--at", "2026-03-02 09:00"), code: 3,
      says: "nowhere")
    expect(try program.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-02 09:01"), code: 0)
    #expect(try program.read("out.jsonl").contains("ann@acme.example"))
  }

  @Test func initRefusesToWriteOverFiles() throws {
    let program = try Program()
    defer { program.remove() }
    expect(try program.run("init", "shop"), code: 0)
    expect(try program.run("init", "shop"), code: 3, says: "already holds")
  }

  private func python(_ statement: String) -> String {
    "python3 -c \"import sqlite3; db = sqlite3.connect('abm.sqlite'); \(statement); db.commit()\""
  }
}
