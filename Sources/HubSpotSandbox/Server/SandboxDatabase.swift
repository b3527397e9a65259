import Foundation
import GRDB

/// The file that the sandbox keeps everything in, or memory.
struct SandboxDatabase: Sendable {
  let queue: DatabaseQueue

  init(_ path: String?, configuration: SandboxConfiguration) throws(SandboxError) {
    do {
      var options = Configuration()
      options.label = "hubspot-sandbox"
      options.busyMode = .timeout(5)
      options.prepareDatabase { database in
        try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
      }
      queue = try path.map { try DatabaseQueue(path: $0, configuration: options) } ?? DatabaseQueue()
      try queue.write { database in
        try SandboxSchema.create(database)
        try BuiltInProperties.create(database)
        for email in configuration.owners { try Self.addOwner(email, database) }
      }
    } catch {
      throw .database(path ?? "in memory", reason: "\(error)")
    }
  }

  static func addOwner(_ email: String, _ database: Database) throws {
    let isKnown = try Bool.fetchOne(
      database, sql: "SELECT EXISTS (SELECT 1 FROM owner WHERE email = ?)", arguments: [email])
    guard isKnown != true else { return }
    let number = try database.next("owner", from: 1)
    let name = email.prefix { $0 != "@" }.capitalized
    // An owner's id and the id of the user are different numbers, so that mixing them up shows.
    try database.execute(
      "INSERT INTO owner (id, email, first_name, last_name, user_id, created_at) VALUES (?, ?, ?, '', ?, ?)",
      [7_000 + number, email, name, 90_000 + number, Timestamp.now])
  }
}
