import BusinessTime
import ContactStore
import Foundation
import RuleSemantics
import Testing

@Suite("Durability")
struct DurabilityTests {
  private let folder: URL
  private let store: Store

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "abm-durability-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    store = try Store.open(folder.appending(path: "abm.sqlite").path, create: true)
  }

  /// Gives the database room for so many fields.
  private func write(_ fields: Int) throws { try store.migrate(to: book(fields).program) }

  private func book(_ fields: Int) -> SampleBook {
    SampleBook(contact: [field("email", .text, isKey: true)] + (0..<fields).map { field("f\($0)", .text) })
  }

  /// Whether that is in the file, which is looked at without its log.
  private func fileHolds(_ fields: Int) throws -> Bool {
    let copy = folder.appending(path: "copy-\(UUID().uuidString).sqlite").path
    try FileManager.default.copyItem(atPath: store.path, toPath: copy)
    let alone = try Store.open(copy)
    defer { try? alone.close() }
    return try alone.migrationPlan(for: book(fields).program).isEmpty
  }

  /// Commits leave the log alone, and a step brings it into the file; where nothing was written, it does nothing.
  @Test func theLogIsMovedBesideTheCommits() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let checkpoints = try LogCheckpoints(store)
    try checkpoints.step()
    for fields in 1...3 {
      try write(fields)
      #expect(try !fileHolds(fields))
      try checkpoints.step()
      #expect(try fileHolds(fields))
      try checkpoints.step()
    }
  }

  /// What this program moves is no change that another made.
  @Test func movingTheLogIsNobodysWrite() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let checkpoints = try LogCheckpoints(store)
    let version = try store.foreignVersion()
    for fields in 1...10 {
      try write(fields)
      try checkpoints.step()
    }
    #expect(try store.foreignVersion() == version)
  }

  @Test func waitingForTheDiskNeedsNoLog() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    try store.makeDurable()
    try store.keepHubSpotAccount("7")
    try store.makeDurable()
    try store.close()
    // The log goes with the last connection.
    #expect(!FileManager.default.fileExists(atPath: store.path + "-wal"))
    try store.makeDurable()
  }

  /// A delivery is on the disk before it is answered: the inbox waits inside its commits, and is read beside them.
  @Test func theInboxIsReadWhileItIsWritten() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let inbox = try Inbox.open(folder.appending(path: "abm.sqlite-inbox").path)
    for number in 0..<5 {
      try inbox.add([Inbox.Delivery(.events, detail: "\(number)", body: [])], at: Instant(milliseconds: 0))
      #expect(try inbox.next(.events, limit: 10).map(\.detail) == (0...number).map { "\($0)" })
      #expect(try inbox.backlog().count == number + 1)
    }
    try inbox.remove(.events, through: try #require(try inbox.next(.events, limit: 3).last).id)
    #expect(try inbox.next(.events, limit: 10).map(\.detail) == ["3", "4"])
  }
}
