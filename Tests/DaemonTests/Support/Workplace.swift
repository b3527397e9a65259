import BusinessTime
import ContactStore
import Daemon
import Foundation
import Logging
import Service

/// A workspace in a folder of its own, and a clock that stands still unless it is moved.
final class Workplace: Sendable {
  let folder: URL
  let store: Store
  let inbox: Inbox
  let book: RuleBook
  let clock = TestClock()

  static let rules = """
    contact { email text key  score number }
    event page_view { path text  seconds number }
    rule look "Who looks at prices is called" {
      on page_view where path contains "/pricing"
      then create task "Call {email}" for "desk@example.com"
      once every 1 day
    }
    test "somebody looks" {
      at 2026-03-02 09:00
      given contact { email "ann@example.com" }
      given page_view { path "/pricing" }
      expect create task "Call ann@example.com" for "desk@example.com"
    }
    policy { approve rules that act on more than 100% of contacts  halt when a run acts on more than 100% of contacts }
    """

  init(rules: String = rules) throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "abm-daemon-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder.appending(path: "rules"), withIntermediateDirectories: true)
    try Data(rules.utf8).write(to: folder.appending(path: "rules/book.abm"))
    book = try RuleBook.load([folder.appending(path: "rules").path])
    store = try Store.open(folder.appending(path: "abm.sqlite").path, create: true)
    try store.migrate(to: book.program)
    inbox = try Inbox.open(folder.appending(path: "abm.sqlite-inbox").path)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  var configuration: Configuration {
    var configuration = Configuration()
    configuration.rules = folder.appending(path: "rules").path
    configuration.database = store.path
    configuration.daemon.port = 0
    return configuration
  }

  var context: LoopContext {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return LoopContext(
      state: DaemonState(book: book, startedAt: clock.now), now: { [clock] in clock.now }, logger: logger)
  }

  /// Contacts by their email addresses.
  func add(_ emails: [String]) throws {
    let file = folder.appending(path: "contacts.csv")
    try Data("email,score\n\(emails.map { "\($0),1" }.joined(separator: "\n"))\n".utf8).write(to: file)
    _ = try store.importFile(
      file.path, .contacts, program: book.program, options: ImportOptions(), now: clock.now, progress: { _ in })
  }

  func write(_ rules: String) throws {
    try Data(rules.utf8).write(to: folder.appending(path: "rules/book.abm"))
  }
}
