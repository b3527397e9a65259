import BusinessTime
import ContactStore
import Foundation
import RuleSemantics
import Service
import TestSupport

/// A database with people to whom things happen, and rule books made up for them; in a folder that goes with it.
final class RandomWorkspace {
  let folder: String
  let store: Store
  private var files = 0
  private let people = (0..<8).map { "p\($0)@acme.example" }

  static let data = """
    contact { email text key  hot flag  size number  tier text  persona one of (cfo, it, other)  stagnant text }
    account { domain text key  big flag missing means no  level text }
    event page_view { path text } worth 0.2
    event reply
    asset { type text }
    asset guide { type "guide" }
    asset offer { type "offer" }
    policy {
      timezone "Europe/London"
      at most 2 messages per contact per 7 days, hold the rest up to 3 days
      at most 4 messages per account per 7 days, drop the rest
      quiet between 20:00 and 08:00
      halt when a run acts on more than 90% of contacts
    }
    score warmth { add 10 per page_view half life 1 day, up to 40  add 5 when hot }
    define busy = count(page_view within 3 days) >= 2
    journey stage { stage early  stage middle when warmth >= 10  stage late when warmth >= 25  moves back when warmth < 3 }
    segment warm when warmth >= 15 until warmth < 5 sync to hubspot list "Warm"

    """

  init() throws {
    folder = NSTemporaryDirectory() + "abm-service-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    store = try Store.open(folder + "/abm.sqlite", create: true)
    try store.migrate(to: RandomWorkspace.book("").program)
  }

  deinit {
    try? store.close()
    try? FileManager.default.removeItem(atPath: folder)
  }

  static func book(_ rules: String) -> RuleBook {
    RuleBook.read([("book.abm", Array((data + rules).utf8))], folder: ".")
  }

  // MARK: - Rules

  /// Any number of rules; each checks.
  static func rules(_ numbers: inout SeededGenerator) -> String {
    (0..<Int.random(in: 2...7, using: &numbers)).map { rule("r\($0)", &numbers) }.joined(separator: "\n")
  }

  private static func rule(_ name: String, _ numbers: inout SeededGenerator) -> String {
    if Int.random(in: 0..<7, using: &numbers) == 0 {
      let when = numbers.pick([
        "big", "any(contacts where warm)", "count(contacts where hot) >= 2", "level == \"gold\"",
      ])
      let then = numbers.pick(["create note \"{domain}\"", "set level to \"gold\"", "notify \"sales\" \"{domain}\""])
      return "rule \(name) for account { when \(when) then \(then) \(frequency(&numbers)) }"
    }
    var text = "rule \(name) { "
    let isTriggered = Int.random(in: 0..<3, using: &numbers) == 0
    if isTriggered {
      text += numbers.pick([
        "on page_view where path == \"/x\" wait 1 hour ", "on page_view ", "on reply wait 1 business day ",
        "on tier changed ", "on stage changed to middle ", "on warm changed to no ", "on hot changed wait 2 days ",
      ])
    }
    if !isTriggered || Bool.random(using: &numbers) { text += "when \(condition(&numbers)) " }
    text += "then \(action(&numbers)) "
    if Int.random(in: 0..<4, using: &numbers) == 0 { text += "and \(action(&numbers)) " }
    text += frequency(&numbers)
    return text + " priority \(Int.random(in: 0...9, using: &numbers)) }"
  }

  private static func condition(_ numbers: inout SeededGenerator) -> String {
    let atoms = [
      "hot", "not hot", "size > 3", "size between 1 and 5", "persona in (cfo, it)", "warm", "busy", "warmth > 12",
      "stage >= middle", "did page_view where path == \"/x\" within 2 days", "no reply within 4 days",
      "tier == \"big\"",
      "account.big", "did not message within 2 days", "tier unchanged for 2 days", "any(colleagues where hot)",
    ]
    let first = numbers.pick(atoms)
    return switch Int.random(in: 0..<4, using: &numbers) {
    case 0: "\(first) and \(numbers.pick(atoms))"
    case 1: "\(first) or \(numbers.pick(atoms))"
    default: first
    }
  }

  private static func action(_ numbers: inout SeededGenerator) -> String {
    numbers.pick([
      "send asset guide", "send asset offer", "send email \"hello\"", "send asset offer as transactional",
      "set tier to \"big\"", "set tier to \"small\"", "clear tier", "add to list \"A\"", "remove from list \"A\"",
      "create task \"Call {email}\" for owner otherwise \"desk@example.com\" due in 2 business days",
      "create note \"{tier otherwise \"none\"}\"", "notify \"sales\" \"{email}\"", "call webhook \"hook\"",
    ])
  }

  private static func frequency(_ numbers: inout SeededGenerator) -> String {
    numbers.pick(["", "once", "every time", "once every 2 days", "once every 36 hours", "once every 1 business day"])
  }

  // MARK: - What happens

  /// People as they are at first, and companies.
  func begin(at now: Instant, _ numbers: inout SeededGenerator) throws {
    try importRows("accounts", .accounts, "domain,big", ["one.example,yes", "two.example,no"], at: now)
    let rows = people.enumerated().map { index, person in
      "\(person),\(flag(&numbers)),\(size(&numbers)),\(numbers.pick(["cfo", "it", "other", ""])),"
        + "\(index % 3 == 0 ? "one.example" : "two.example"),\(index % 4 == 3 ? "no" : "yes")"
    }
    try importRows("people", .contacts, "email,hot,size,persona,account,consent:marketing", rows, at: now)
  }

  /// A file of people that says something else of some, and files of events.
  func disturb(at now: Instant, _ numbers: inout SeededGenerator) throws {
    if Bool.random(using: &numbers) {
      let rows = (0..<3).map { _ in "\(numbers.pick(people)),\(flag(&numbers)),\(size(&numbers))" }
      try importRows("people", .contacts, "email,hot,size", rows, at: now)
    }
    let views = (0..<Int.random(in: 0...5, using: &numbers)).map { _ in
      "\(numbers.pick(people)),\(past(now, &numbers)),\(numbers.pick(["/x", "/y"]))"
    }
    if !views.isEmpty { try importEvents("page_view", "contact,at,path", views, at: now) }
    let replies = (0..<Int.random(in: 0...1, using: &numbers)).map { _ in
      "\(numbers.pick(people)),\(past(now, &numbers))"
    }
    if !replies.isEmpty { try importEvents("reply", "contact,at", replies, at: now) }
  }

  /// Events of a span of time, all of which the database knows from its start.
  func foretell(from start: Instant, days: Int, _ numbers: inout SeededGenerator) throws {
    func time() -> String {
      start.adding(milliseconds: Int64.random(in: 0..<Int64(days) * 86_400_000, using: &numbers)).description
    }
    let views = (0..<days * 4).map { _ in "\(numbers.pick(people)),\(time()),\(numbers.pick(["/x", "/y"]))" }
    try importEvents("page_view", "contact,at,path", views, at: start)
    try importEvents("reply", "contact,at", (0..<days / 2).map { _ in "\(numbers.pick(people)),\(time())" }, at: start)
  }

  private func flag(_ numbers: inout SeededGenerator) -> String { numbers.pick(["yes", "no", ""]) }
  private func size(_ numbers: inout SeededGenerator) -> String { numbers.pick(["", "1", "4", "7"]) }

  private func past(_ now: Instant, _ numbers: inout SeededGenerator) -> String {
    now.adding(milliseconds: -Int64.random(in: 0..<30 * 3_600_000, using: &numbers)).description
  }

  private func importEvents(_ event: String, _ header: String, _ rows: [String], at now: Instant) throws {
    let program = RandomWorkspace.book("").program
    guard let index = program.events.firstIndex(where: { $0.name == event }) else { return }
    try importRows(event, .events(EventID(index)), header, rows, at: now)
  }

  private func importRows(
    _ name: String, _ kind: ImportKind, _ header: String, _ rows: [String], at now: Instant
  ) throws {
    files += 1
    let path = "\(folder)/\(name)-\(files).csv"
    try (([header] + rows).joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
    try store.importFile(path, kind, program: RandomWorkspace.book("").program, now: now)
  }
}
