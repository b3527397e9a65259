import BusinessTime
import ContactStore
import Foundation
import GRDB
import HubSpot
import Logging
import Service

/// A rule book, a database in a folder of its own, and a HubSpot in memory.
struct TestWorkspace {
  let hubspot = FakeHubSpot()
  let time = VirtualTime()
  let book: RuleBook
  let store: Store
  private let folder: URL
  var settings = HubSpotSettings()

  init(_ rules: String) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "abm-rules-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    book = RuleBook.read([("book.abm", Array(rules.utf8))], folder: folder.path)
    precondition(!book.hasErrors, "\(book.diagnostics)")
    store = try Store.open(folder.appending(path: "abm.sqlite").path, create: true)
    try store.migrate(to: book.program)
  }

  func remove() {
    try? store.close()
    try? FileManager.default.removeItem(at: folder)
  }

  func importContacts(_ csv: String) throws {
    let path = folder.appending(path: "contacts.csv").path
    try Data(csv.utf8).write(to: URL(filePath: path))
    _ = try store.importFile(path, .contacts, program: book.program, now: time.now)
  }

  /// Another process would have another client.
  func client(limits: RateLimiter.Limits = RateLimiter.Limits(burst: 100_000, search: 100_000)) -> HubSpotClient {
    HubSpotClient(
      settings: ClientSettings(limits: limits), credentials: .token("secret"), transport: hubspot, time: time,
      chance: { 0.5 }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      metrics: ClientMetrics(MetricsRegistry()))
  }

  func dispatcher(_ executor: ExecutorSettings = ExecutorSettings(assetEmail: "78")) -> Dispatcher {
    Dispatcher(
      book: book, store: store,
      executor: ActionExecutor(client: client(), settings: executor, transport: hubspot, now: { [time] in time.now }),
      settings: settings, now: { [time] in time.now })
  }

  func sync() -> HubSpotSync {
    HubSpotSync(book: book, store: store, client: client(), settings: settings, now: { [time] in time.now })
  }

  @discardableResult
  func run() throws -> RunResult {
    try RunService.run(book, store, at: time.now)
  }

  /// As another program would, or a disk.
  func execute(_ sql: String) throws {
    let queue = try DatabaseQueue(path: store.path)
    defer { try? queue.close() }
    try queue.write { try $0.execute(sql: sql) }
  }

  /// The rows of a query, each a text for each column; empty for NULL.
  func rows(_ sql: String) throws -> [[String]] {
    var configuration = GRDB.Configuration()
    configuration.readonly = true
    let queue = try DatabaseQueue(path: store.path, configuration: configuration)
    defer { try? queue.close() }
    return try queue.read { database in
      try Row.fetchAll(database, sql: sql).map { row in
        row.databaseValues.map { value in
          switch value.storage {
          case .null, .blob: ""
          case .int64(let number): "\(number)"
          case .double(let number): number == number.rounded() ? "\(Int64(number))" : "\(number)"
          case .string(let text): text
          }
        }
      }
    }
  }
}
