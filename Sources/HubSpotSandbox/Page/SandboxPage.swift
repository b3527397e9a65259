import GRDB

/// What the sandbox holds, for people who look.
struct SandboxPage {
  private static let limit = 100

  /// - Parameter type: of the records to list; `nil` for counts alone.
  static func html(_ database: Database, type: ObjectType?) throws -> String {
    var rows: [(String, String, Int)] = []
    for type in ObjectType.all {
      let count =
        try Int.fetchOne(
          database, sql: "SELECT count(*) FROM object WHERE type = ? AND archived_at IS NULL AND merged_into IS NULL",
          arguments: [type.name]) ?? 0
      rows.append((type.name, "/?type=\(type.name)", count))
    }
    for (table, link) in [
      ("send", "sends"), ("enrollment", "enrollments"), ("custom_event", "events"), ("webhook", "webhooks"),
    ] {
      let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0
      rows.append((link, "/sandbox/\(link)", count))
    }
    let counts = rows.map { name, link, count in
      "<tr><td><a href=\"\(link)\">\(name)</a></td><td class=\"number\">\(count)</td></tr>"
    }.joined(separator: "\n")
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <title>HubSpot sandbox</title>
      <style>
        body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #222 }
        table { border-collapse: collapse } td, th { padding: .25rem .75rem; border-bottom: 1px solid #ddd;
          text-align: left; vertical-align: top } .number { text-align: right } p { max-width: 40rem }
      </style></head><body>
      <h1>HubSpot sandbox</h1>
      <p>A local stand-in for the part of HubSpot that abm-rules uses. Nothing here leaves this machine.</p>
      <table>\(counts)</table>
      \(try type.map { try list($0, database) } ?? "")
      </body></html>
      """
  }

  private static func list(_ type: ObjectType, _ database: Database) throws -> String {
    let records = try Row.fetchAll(
      database,
      sql: """
        SELECT * FROM object WHERE type = ? AND archived_at IS NULL AND merged_into IS NULL ORDER BY id DESC LIMIT ?
        """, arguments: [type.name, limit]
    ).map { try ObjectRecord(type: type, row: $0) }
    let names = type.defaults + Set(records.flatMap(\.properties.keys)).subtracting(type.defaults).sorted()
    let head = (["id"] + names + ["changed"]).map { "<th>\(escaped($0))</th>" }.joined()
    let rows = records.map { record in
      let values = [String(record.id)] + names.map { record.properties[$0] ?? "" } + [Timestamp.text(record.updatedAt)]
      return "<tr>\(values.map { "<td>\(escaped($0))</td>" }.joined())</tr>"
    }.joined(separator: "\n")
    return "<h2>\(type.name)</h2><p>The latest \(limit) at most.</p><table><tr>\(head)</tr>\n\(rows)</table>"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
