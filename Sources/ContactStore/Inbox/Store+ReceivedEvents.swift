package import BusinessTime
import GRDB
package import RuleSemantics

/// An event of the rule book that another program told of.
package struct ReceivedEvent: Hashable, Sendable {
  /// Whose it is.
  package enum Owner: Hashable, Sendable {
    /// A contact's key, or an account's where the event is one for accounts.
    case key(String)
    /// What HubSpot calls the contact.
    case hubspot(String)
  }

  package var type: EventID
  package var owner: Owner
  package var at: Instant
  /// Names it among the events of its type.
  package var id: String
  /// Whether its source gave it that name: then the same name is the same event, whatever time it is told with.
  package var isNamed: Bool
  /// The text of each field that it has, by the field's name.
  package var fields: [String: String]

  package init(
    type: EventID, owner: Owner, at: Instant, id: String, isNamed: Bool, fields: [String: String]
  ) {
    self.type = type
    self.owner = owner
    self.at = at
    self.id = id
    self.isNamed = isNamed
    self.fields = fields
  }
}

/// What became of events that were received.
package struct ReceivedEventCounts: Hashable, Sendable {
  package var inserted = 0
  /// Known already.
  package var known = 0
  /// Who it was is not known yet; they are kept until it is.
  package var strangers = 0
  /// Values that are none of their field's, and count as missing.
  package var malformed = 0

  package init() {}
}

extension Store {
  /// Takes events in, in one transaction. An event that is known changes nothing.
  package func record(
    _ events: [ReceivedEvent], program: CheckedProgram, now: Instant
  ) throws(StoreError) -> ReceivedEventCounts {
    try write { database in
      try Strangers.adopt(program: program, database, now: now)
      var counts = ReceivedEventCounts()
      var writers: [EventID: ReceivedEventWriter] = [:]
      for event in events {
        let writer = try writers[event.type] ?? ReceivedEventWriter(database, event.type, program: program, now: now)
        writers[event.type] = writer
        try writer.add(event, &counts)
      }
      return counts
    }
  }
}

/// Takes events of one type into their table, inside a transaction.
final class ReceivedEventWriter {
  private let database: Database
  private let program: CheckedProgram
  private let layout: TableLayout
  private let ownerLayout: TableLayout
  private let parsers: [ValueParser]
  private let now: Instant
  private let hasHubSpot: Bool

  init(_ database: Database, _ type: EventID, program: CheckedProgram, now: Instant) throws {
    self.database = database
    self.program = program
    self.now = now
    let layout = TableLayout(.event(type), program: program)
    self.layout = layout
    ownerLayout = TableLayout(layout.isForAccount ? .account : .contact, program: program)
    let style = ValueParser.Style(
      dates: .iso, zone: Zone(identifier: program.policy.zone) ?? .utc, decimalComma: false)
    parsers = program[type].record.fields.map { field in
      ValueParser(field.type, missingSpellings: field.missingSpellings, program: program, style: style)
    }
    hasHubSpot = try database.tableExists("hubspot_record")
  }

  func add(_ event: ReceivedEvent, _ counts: inout ReceivedEventCounts) throws {
    guard let owner = try owner(of: event) else {
      counts.strangers += 1
      try Strangers.keep(event, program: program, database, now: now)
      return
    }
    var id = event.id
    let hash = id.withUTF8 { hashed($0) }
    let isKnown = try Bool.fetchOne(
      database.cachedStatement(
        sql: """
          SELECT EXISTS (SELECT 1 FROM \(quoted(layout.name))
            WHERE \(layout.ownerColumn) = ? AND _id = ? AND (_at = ? OR ?))
          """),
      arguments: [owner, Int64(bitPattern: hash), event.at.milliseconds, event.isNamed])
    guard isKnown != true else {
      counts.known += 1
      return
    }
    let values = layout.fields.indices.map { value(of: event, field: $0, &counts) }
    let names = layout.fields.map { ", \(quoted($0.name))" }.joined()
    let marks = (0..<(values.count + 4)).map { _ in "?" }.joined(separator: ", ")
    try database.cachedStatement(
      sql: """
        INSERT INTO \(quoted(layout.name)) (\(layout.ownerColumn), _at, _id, _recorded_at\(names)) VALUES (\(marks))
        """
    ).execute(
      arguments: StatementArguments(
        [
          owner.databaseValue, event.at.milliseconds.databaseValue, Int64(bitPattern: hash).databaseValue,
          now.milliseconds.databaseValue,
        ] + values))
    counts.inserted += 1
  }

  private func owner(of event: ReceivedEvent) throws -> Int64? {
    switch event.owner {
    case .key(let key):
      return try Int64.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT _id FROM \(quoted(ownerLayout.name)) WHERE \(quoted(ownerLayout.keyColumn)) = ? COLLATE NOCASE
            """), arguments: [key])
    case .hubspot(let id):
      guard hasHubSpot else { return nil }
      return try Int64.fetchOne(
        database.cachedStatement(sql: "SELECT record FROM hubspot_record WHERE object = ? AND hubspot_id = ?"),
        arguments: [layout.isForAccount ? "companies" : "contacts", id])
    }
  }

  private func value(of event: ReceivedEvent, field: Int, _ counts: inout ReceivedEventCounts) -> DatabaseValue {
    guard var text = event.fields[layout.fields[field].name] else { return .null }
    return text.withUTF8 { bytes in
      switch parsers[field].parse(bytes) {
      case .integer(let value): return value.databaseValue
      case .real(let value): return value.databaseValue
      case .text(let value), .unresolved(let value): return String(decoding: value, as: UTF8.self).databaseValue
      case .missing: return .null
      case .outside, .malformed:
        counts.malformed += 1
        return .null
      }
    }
  }
}
