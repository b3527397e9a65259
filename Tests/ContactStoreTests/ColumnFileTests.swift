import ContactStore
import Decisioning
import Foundation
import GRDB
import RuleEngine
import RuleSemantics
import Testing

/// Whatever happens to the database or to the file beside it, a load gives what is in the database.
@Suite("Kept columns")
struct ColumnFileTests {
  private let folder: Folder
  private var store: Store

  private static let book = LoadTests.book
  private static let everything = SampleBook.readsEverything(book.program)

  init() throws {
    folder = try Folder()
    store = try folder.store(Self.book)
    try add(.accounts, "domain,size\nzeta.example,10\nacme.example,20\n")
    try add(
      .contacts,
      """
      email,account,owner,tier,age,opted_out,born,seen,language,topics,likes,read,suppressed
      zoe@example.com,acme.example,ana@example.com,gold,41,yes,1985-02-03,2026-01-01T00:00:01Z,de,roi;costs,gold,guide,
      Amy@example.com,acme.example,,,,,,,,,,,yes
      bob@example.com,,,silver,3.5,no,,,É,,,,

      """)
    let many = (0..<1500).map { "c\($0)@example.com,,,silver,\($0 % 90),no,,,en,,,,\n" }.joined()
    try add(
      .contacts,
      "email,account,owner,tier,age,opted_out,born,seen,language,topics,likes,read,suppressed\n" + many)
    try add(.events(EventID(1)), "contact,at,path,seconds\nzoe@example.com,2026-01-02,/b,2\n")
    try reopen()
  }

  private var file: String { folder.database + ".columns" }

  private func add(_ kind: ImportKind, _ text: String) throws {
    let path = try folder.file("data.csv", text)
    #expect(try store.importFile(path, kind, program: Self.book.program, now: noon).rejected == 0)
  }

  /// As the next start of the program would: the log is folded into the database.
  private mutating func reopen() throws {
    try store.close()
    store = try Store.open(folder.database)
    store.columnFile = ColumnFile.Policy(leastRows: 1)
  }

  /// Every value that a load gives.
  private func load(_ reads: ReadSet = everything, keeps: Bool = true) throws -> [String] {
    var store = store
    if !keeps { store.columnFile = nil }
    let loaded = try store.load(Self.book.program, reading: reads, now: noon)
    let snapshot = loaded.snapshot
    func text(_ code: Int32) -> String { code < 0 ? "-" : snapshot.texts.text(code) }
    func values(_ columns: [RuleEngine.Column], _ schema: RecordSchema, _ row: Int) -> String {
      zip(columns, schema.fields).map { column, field in
        column.count == 0 ? "absent" : "\(column.value(at: row, field.type, snapshot.texts))"
      }.joined(separator: " ")
    }
    var lines = ["\(loaded.rows)", "\(loaded.state.suppressed)", "\(snapshot.accountOfContact)"]
    for (table, schema) in [
      (snapshot.contacts, Self.book.program.contact), (snapshot.accounts, Self.book.program.account),
      (snapshot.deals, Self.book.program.deal),
    ] {
      for row in 0..<table.count {
        let changes = table.changedAt.sorted { $0.key.index < $1.key.index }.map { $0.value[row] }
        lines.append(
          "\(text(table.keys[row])) \(text(table.owners[row])) \(values(table.columns, schema, row)) \(changes)")
      }
    }
    for (table, event) in zip(snapshot.events, Self.book.program.events) {
      for row in 0..<table.count {
        lines.append(
          "\(table.owners[row]) \(table.times[row]) \(table.ids[row]) \(values(table.columns, event.record, row))")
      }
    }
    for code in 0..<Int32(min(snapshot.texts.count, 50)) {
      lines.append("\(snapshot.texts.existingCode(for: text(code)) == code) \(text(snapshot.texts.folded(code)))")
    }
    return lines
  }

  private func identity() throws -> Int {
    try #require(try FileManager.default.attributesOfItem(atPath: file)[.systemFileNumber] as? Int)
  }

  @Test func theNextLoadReadsTheFileAndGivesTheSame() throws {
    let fresh = try load(keeps: false)
    #expect(!FileManager.default.fileExists(atPath: file))
    #expect(try load() == fresh)
    let made = try identity()
    #expect(try load() == fresh)
    // It would have been replaced by another one.
    #expect(try identity() == made)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.contains(".columns") }
    #expect(left == ["abm.sqlite.columns"])
  }

  @Test mutating func aChangeOfTheDatabaseIsSeen() throws {
    let before = try load()
    let made = try identity()
    // As somebody does it by hand.
    try change("UPDATE contact SET age = 42 WHERE email = 'zoe@example.com'")
    let changed = try load()
    #expect(changed != before)
    #expect(changed == (try load(keeps: false)))
    try reopen()
    #expect(try load() == changed)
    #expect(try identity() != made)
  }

  /// A change that stands in the log only, while somebody has the database open.
  @Test func aChangeInTheLogIsSeen() throws {
    let before = try load()
    let other = try DatabasePool(path: folder.database)
    try other.write { try $0.execute(sql: "DELETE FROM contact WHERE email = 'bob@example.com'") }
    let changed = try load()
    #expect(changed != before)
    #expect(changed == (try load(keeps: false)))
    try other.close()
  }

  /// A backup that is put in place of the database: of the state that was kept, and of an earlier one.
  @Test mutating func aBackupInItsPlaceIsSeen() throws {
    let copies = ["a.sqlite", "b.sqlite"].map { "\(folder.path)/\($0)" }
    let before = try load()
    let made = try identity()
    try store.close()
    try copy(folder.database, to: copies[0])
    store = try Store.open(folder.database)
    try change("UPDATE contact SET age = 42 WHERE email = 'zoe@example.com'")
    try reopen()
    let changed = try load()
    try store.close()
    try copy(folder.database, to: copies[1])
    for (copy, expected) in [(copies[0], before), (copies[1], changed), (copies[0], before)] {
      try self.copy(copy, to: folder.database)
      store = try Store.open(folder.database)
      store.columnFile = ColumnFile.Policy(leastRows: 1)
      let found = try load()
      #expect(found.count == expected.count)
      let difference = zip(found, expected).first { $0 != $1 }
      #expect(difference == nil)
      try store.close()
    }
    #expect(changed != before)
    #expect(try identity() != made)
    store = try Store.open(folder.database)
  }

  /// A database with its log, in place of what is there.
  private func copy(_ path: String, to other: String) throws {
    for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: other + suffix) {
      try FileManager.default.removeItem(atPath: other + suffix)
    }
    for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
      try FileManager.default.copyItem(atPath: path + suffix, toPath: other + suffix)
    }
  }

  /// Whoever takes the watch away, or changes the structure of tables, is not trusted.
  @Test(arguments: [
    "DROP TRIGGER kept_columns_update_contact; UPDATE contact SET age = 42 WHERE email = 'zoe@example.com'",
    "DROP VIEW view_contact; DROP TRIGGER past_gone_contact; ALTER TABLE contact DROP COLUMN age; "
      + "ALTER TABLE contact ADD COLUMN age REAL",
    "DELETE FROM contact WHERE email = 'c3@example.com'", "DELETE FROM event_visit",
    "REPLACE INTO account (_id, domain, size, _created_at, _updated_at) VALUES (1, 'zeta.example', 7, 1, 1)",
  ])
  func aChangeInDisguiseIsSeen(sql: String) throws {
    let before = try load()
    try change(sql)
    let changed = try load()
    #expect(changed != before)
    #expect(changed == (try load(keeps: false)))
    #expect(try load() == changed)
  }

  private func change(_ sql: String) throws {
    let other = try DatabaseQueue(path: folder.database)
    try other.write { try $0.execute(sql: sql) }
    try other.close()
  }

  /// What a run writes concerns no column, and nothing is read anew.
  @Test func otherTablesAreNotWatched() throws {
    _ = try load()
    let made = try identity()
    try change("INSERT INTO name (text) VALUES ('somebody')")
    _ = try load()
    #expect(try identity() == made)
  }

  @Test func anotherReadSetIsAnotherFile() throws {
    _ = try load()
    let made = try identity()
    var reads = Self.everything
    reads.contactFields = [FieldIndex(2)]
    #expect(try load(reads) == load(reads, keeps: false))
    #expect(try identity() != made)
  }

  @Test func fewRowsAreNotKept() throws {
    var store = store
    store.columnFile = ColumnFile.Policy(leastRows: 2000)
    _ = try store.load(Self.book.program, reading: Self.everything, now: noon)
    #expect(!FileManager.default.fileExists(atPath: file))
  }

  /// Bits that flip, a file that ends early or goes on, and what is no such file at all.
  @Test func aDamagedFileIsReplaced() throws {
    let expected = try load()
    let whole = try Data(contentsOf: URL(filePath: file))
    var damaged: [Data] = [Data(), Data("columns".utf8), whole.dropLast(1), whole.prefix(whole.count / 2)]
    for round in 0..<40 {
      var data = whole
      let place = (round * 7919 * round + 8 * round) % data.count
      data[place] ^= 1 << UInt8(round % 8)
      damaged.append(data)
      damaged.append(whole.prefix(place))
    }
    // A length that is out of all proportion.
    var data = whole
    data.replaceSubrange(8..<16, with: [UInt8](repeating: 0x7f, count: 8))
    damaged.append(data)
    for data in damaged {
      try data.write(to: URL(filePath: file))
      let made = try identity()
      #expect(try load() == expected)
      #expect(try identity() != made)
    }
    try FileManager.default.removeItem(atPath: file)
    try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
    #expect(try load() == expected)
  }
}
