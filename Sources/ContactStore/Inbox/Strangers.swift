import BusinessTime
import Foundation
import GRDB
import RuleSemantics

/// Events of people and accounts that are not known yet: what tells of an event may come before what tells of its person.
/// They are kept until then, for a month at most.
enum Strangers {
  private static let memoryMilliseconds: Int64 = 30 * 86_400_000

  static func keep(_ event: ReceivedEvent, program: CheckedProgram, _ database: Database, now: Instant) throws {
    let (isHubSpot, owner) =
      switch event.owner {
      case .key(let key): (false, key)
      case .hubspot(let id): (true, id)
      }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try database.execute(
      sql: """
        INSERT OR IGNORE INTO stranger_event (event, hubspot, owner, at, name, named, fields, received_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        program[event.type].name, isHubSpot, owner, event.at.milliseconds, event.id, event.isNamed,
        String(decoding: try encoder.encode(event.fields), as: UTF8.self), now.milliseconds,
      ])
  }

  /// Takes in the events of those who are known by now, and forgets the oldest.
  static func adopt(program: CheckedProgram, _ database: Database, now: Instant) throws {
    guard try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM stranger_event)") == true else { return }
    var counts = ReceivedEventCounts()
    for (index, event) in program.events.enumerated() {
      let owners = TableLayout(event.isForAccount ? .account : .contact, program: program)
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT * FROM stranger_event AS s WHERE event = ? AND CASE hubspot
            WHEN 0 THEN EXISTS (SELECT 1 FROM \(owners.name) WHERE \(quoted(owners.keyColumn)) = s.owner COLLATE NOCASE)
            ELSE EXISTS (SELECT 1 FROM hubspot_record WHERE object = ? AND hubspot_id = s.owner) END
          ORDER BY at, id
          """, arguments: [event.name, event.isForAccount ? "companies" : "contacts"])
      if rows.isEmpty { continue }
      let writer = try ReceivedEventWriter(database, EventID(index), program: program, now: now)
      for row in rows {
        try database.execute(sql: "DELETE FROM stranger_event WHERE id = ?", arguments: [row["id"] as Int64])
        let owner: String = row["owner"]
        let fields = try JSONDecoder().decode([String: String].self, from: Data((row["fields"] as String).utf8))
        try writer.add(
          ReceivedEvent(
            type: EventID(index), owner: row["hubspot"] ? .hubspot(owner) : .key(owner),
            at: Instant(milliseconds: row["at"]), id: row["name"], isNamed: row["named"], fields: fields), &counts)
      }
    }
    try database.execute(
      sql: "DELETE FROM stranger_event WHERE received_at < ?",
      arguments: [now.adding(milliseconds: -memoryMilliseconds).milliseconds])
  }

  /// Of somebody who is erased.
  static func forget(hubSpot id: String?, key: String?, _ database: Database) throws {
    try database.execute(
      sql: """
        DELETE FROM stranger_event WHERE hubspot = 1 AND owner = ? OR hubspot = 0 AND owner = ? COLLATE NOCASE
        """, arguments: [id, key])
  }
}
