import BusinessTime
import ContactStore
import Foundation
import GRDB
import RuleEngine
import RuleSemantics
import Testing

@Suite("What can go wrong with a database")
struct StoreErrorTests {
  static let book = SampleBook(contact: [field("email", .text, isKey: true), field("note", .text)])

  @Test func aMissingFileIsMadeOnlyWhenAskedFor() throws {
    let folder = try Folder()
    let error = #expect(throws: StoreError.missingDatabase(path: folder.database)) { try Store.open(folder.database) }
    #expect(error?.description.contains("abm-rules migrate") == true)
    #expect(!FileManager.default.fileExists(atPath: folder.database))
    _ = try Store.open(folder.database, create: true)
    _ = try Store.open(folder.database)
  }

  @Test func whatIsNoDatabaseStaysAsItIs() throws {
    let folder = try Folder()
    let text = String(repeating: "not a database, but long enough to be taken for one\n", count: 100)
    let path = try folder.file("notes.txt", text)
    #expect(throws: StoreError.notADatabase(path: path)) { try Store.open(path, create: true) }
    #expect(try folder.text("notes.txt") == text)
    #expect(throws: StoreError.unreadableDatabase(path: folder.path, reason: "it is not a file")) {
      try Store.open(folder.path)
    }
  }

  @Test func aDatabaseOfAnotherProgramStaysAsItIs() throws {
    let folder = try Folder()
    let path = folder.path + "/other.sqlite"
    try run(["sqlite3", path, "CREATE TABLE t (a); INSERT INTO t VALUES (1)"])
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(throws: StoreError.foreignDatabase(path: path)) { try Store.open(path, create: true) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
  }

  @Test func aDatabaseThatMayNotBeReadOrWrittenSaysSo() throws {
    // Root may do everything, whatever the permissions say.
    guard getuid() != 0 else { return print("skipped: permissions do not bind root") }
    let folder = try Folder()
    _ = try folder.store(Self.book)
    try FileManager.default.setAttributes([.posixPermissions: 0o000], ofItemAtPath: folder.database)
    #expect(throws: StoreError.unreadableDatabase(path: folder.database, reason: "Permission denied")) {
      try Store.open(folder.database)
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: folder.database)
    #expect(throws: StoreError.unwritableDatabase(path: folder.database)) { try Store.open(folder.database) }
  }

  @Test func aDatabaseOfANewerVersionIsNotTouched() throws {
    let folder = try Folder()
    try folder.store(Self.book).close()
    try run(["sqlite3", folder.database, "PRAGMA user_version = 7"])
    let error = #expect(throws: StoreError.newerVersion(path: folder.database, found: 7, supported: 1)) {
      try Store.open(folder.database)
    }
    #expect(error?.description.contains("install a newer abm-rules") == true)
  }

  @Test func aWriterThatWaitsForAnotherSaysSoAndReadersDoNotWait() throws {
    let folder = try Folder()
    try folder.store(Self.book).close()
    let store = try Store.open(folder.database, timeoutSeconds: 0.2)
    let path = try folder.file("c.csv", "email\na@example.com\n")
    let other = try DatabaseQueue(path: folder.database)
    try other.inDatabase { database in
      try database.execute(sql: "BEGIN IMMEDIATE")
      let error = #expect(throws: StoreError.locked(path: folder.database, timeoutSeconds: 0.2)) {
        try store.importFile(path, .contacts, program: Self.book.program, now: noon)
      }
      #expect(error?.description.contains("another program has been writing") == true)
      #expect(try store.load(Self.book.program, reading: .init(), now: noon).snapshot.contacts.count == 0)
      try database.execute(sql: "COMMIT")
    }
    #expect(try store.importFile(path, .contacts, program: Self.book.program, now: noon).inserted == 1)
  }

  @Test func aFullDiskLeavesNothingHalf() throws {
    let folder = try Folder()
    // A small file system where it can be had, which only root can.
    let mount = folder.path + "/small"
    try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: true)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", mount]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return print("skipped: a small file system needs root") }
    defer { try? run(["umount", "-l", mount]) }
    let store = try Store.open(mount + "/abm.sqlite", create: true)
    try store.migrate(to: Self.book.program)
    let few = try folder.file("few.csv", "email\na@example.com\n")
    try store.importFile(few, .contacts, program: Self.book.program, now: noon)
    let note = String(repeating: "x", count: 1000)
    let many = try folder.file(
      "many.csv", "email,note\n" + (0..<10_000).map { "c\($0)@example.com,\(note)\n" }.joined())
    #expect(throws: StoreError.diskFull(path: mount + "/abm.sqlite")) {
      try store.importFile(many, .contacts, program: Self.book.program, now: noon)
    }
    #expect(try store.load(Self.book.program, reading: .init(), now: noon).snapshot.contacts.count == 1)
    #expect(try store.importFile(few, .contacts, program: Self.book.program, now: noon).unchanged == 1)
  }

  @Test func aDamagedDatabaseSaysSo() throws {
    let folder = try Folder()
    let store = try folder.store(Self.book)
    let path = try folder.file(
      "c.csv", "email,note\n" + (0..<2000).map { "c\($0)@example.com,\(String(repeating: "n", count: 100))\n" }.joined()
    )
    try store.importFile(path, .contacts, program: Self.book.program, now: noon)
    try store.close()
    let file = try #require(FileHandle(forUpdatingAtPath: folder.database))
    let size = try file.seekToEnd()
    for page in stride(from: 40, to: Int(size) / 4096, by: 1) {
      try file.seek(toOffset: UInt64(page * 4096))
      file.write(Data(repeating: 0x5A, count: 4096))
    }
    try file.close()
    var reads = SampleBook.readsEverything(Self.book.program)
    reads.readsDeals = false
    let error = #expect(throws: StoreError.self) {
      try Store.open(folder.database).load(Self.book.program, reading: reads, now: noon)
    }
    guard case .corrupt = error else {
      Issue.record("got \(String(describing: error))")
      return
    }
    #expect(error?.description.contains("abm-rules restore") == true)
  }

  @Test func aRuleBookThatTheDatabaseHasNoRoomForAsksForMigrate() throws {
    let folder = try Folder()
    let store = try folder.store(Self.book)
    var wider = Self.book
    wider.program.contact.fields.append(field("phone", .text))
    let error = #expect(throws: StoreError.self) {
      try store.load(wider.program, reading: .init(), now: noon)
    }
    #expect(
      error == .schemaDiffers(path: folder.database, changes: ["new field contact.phone, text"]))
    #expect(error?.description.contains("run `abm-rules migrate`") == true)
  }
}
