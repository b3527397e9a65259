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

  // MARK: - What happens

  /// People as they are at first, and companies.
  func begin(at now: Instant, _ numbers: inout SeededGenerator) throws {
    try importRows("accounts", .accounts, "domain,big", ["one.example,yes", "two.example,no"], at: now)
    let rows = people.enumerated().map { index, person in
      "\(person),\(flag(&numbers)),\(size(&numbers)),\(numbers.pick(["cfo", "it", "other", ""])),"
        + "\(index % 3 == 0 ? "one.example" : "two.example"),\(index % 4 == 3 ? "no" : "yes"),"
        + numbers.pick(["", "Europe/London", "America/New_York", "Australia/Lord_Howe"])
    }
    try importRows("people", .contacts, "email,hot,size,persona,account,consent:marketing,timezone", rows, at: now)
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
    let downloads = (0..<Int.random(in: 0...3, using: &numbers)).map { _ in
      "\(numbers.pick(people)),\(past(now, &numbers)),\(numbers.pick(["guide", "offer", "paper"]))"
    }
    if !downloads.isEmpty { try importEvents("content_download", "contact,at,asset", downloads, at: now) }
    if Int.random(in: 0..<3, using: &numbers) == 0 {
      try importEvents("meeting", "contact,at", ["\(numbers.pick(people)),\(past(now, &numbers))"], at: now)
    }
    try answer(at: now, &numbers)
  }

  /// Some of what waits for a person is answered, by another program as ever: a daemon notices no other answers. What is
  /// said does not depend on what else was asked, or in which order.
  private func answer(at now: Instant, _ numbers: inout SeededGenerator) throws {
    let base = numbers.next()
    let records = try store.approvals(now: now)
    if records.isEmpty { return }
    let other = try Store.open(store.path)
    defer { try? other.close() }
    for record in records {
      let about = "\(record.rule) \(record.item.map { "\($0.key) \($0.action)" } ?? "")"
      var own = SeededGenerator(seed: about.utf8.reduce(base) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 })
      guard Int.random(in: 0..<3, using: &own) > 0 else { continue }
      let isApproval = Int.random(in: 0..<3, using: &own) > 0
      _ = try other.answer([record.id], isApproval: isApproval, by: "ana@example.com", note: nil, now: now)
    }
  }

  /// Events of a span of time, all of which the database knows from its start.
  func foretell(from start: Instant, days: Int, _ numbers: inout SeededGenerator) throws {
    func time() -> String {
      start.adding(milliseconds: Int64.random(in: 0..<Int64(days) * 86_400_000, using: &numbers)).description
    }
    let views = (0..<days * 4).map { _ in "\(numbers.pick(people)),\(time()),\(numbers.pick(["/x", "/y"]))" }
    try importEvents("page_view", "contact,at,path", views, at: start)
    try importEvents("reply", "contact,at", (0..<days / 2).map { _ in "\(numbers.pick(people)),\(time())" }, at: start)
    let downloads = (0..<days).map { _ in
      "\(numbers.pick(people)),\(time()),\(numbers.pick(["guide", "offer", "paper"]))"
    }
    try importEvents("content_download", "contact,at,asset", downloads, at: start)
    let meetings = (0..<days / 3).map { _ in "\(numbers.pick(people)),\(time())" }
    try importEvents("meeting", "contact,at", meetings, at: start)
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
