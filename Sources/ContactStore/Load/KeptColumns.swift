import Foundation
import GRDB
import RuleSemantics

/// Says whether the tables of the data are as they were when their columns were kept: a random token, which triggers
/// take away at the first change of any row, whoever makes it. A state of the tables that has a token is the one that was
/// kept under it, also in a copy of the database from another day.
struct KeptColumns {
  let database: Database
  /// The tables that are read.
  private let tables: [String]

  init(_ database: Database, _ program: CheckedProgram) {
    self.database = database
    let kinds: [TableLayout.Kind] =
      [.contact, .account, .deal] + program.events.indices.map { .event(EventID($0)) }
    tables = kinds.map { TableLayout($0, program: program).name }
  }

  /// `nil` when something changed since, or nothing watched.
  func token() throws -> [UInt8]? {
    guard let token = try Data.fetchOne(database, sql: "SELECT token FROM kept_columns"), try isWatched() else {
      return nil
    }
    return Array(token) + Array(try structure().utf8)
  }

  /// The tables as they were made: columns that are taken away and added change no row.
  private func structure() throws -> String {
    try tables.map { table in
      try String.fetchOne(
        database, sql: "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", arguments: [table]) ?? ""
    }.joined(separator: "\n")
  }

  private func isWatched() throws -> Bool {
    let known = try String.fetchSet(
      database, sql: "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'kept_columns_%'")
    return tables.allSatisfy { table in
      KeptColumns.events.allSatisfy { known.contains(trigger($0, table)) }
    }
  }

  /// From here on the tables are watched, under a new token.
  func renew() throws {
    for table in tables {
      for event in KeptColumns.events {
        try database.execute(sql: "DROP TRIGGER IF EXISTS \(name(event, table))")
        try database.execute(sql: trigger(event, table))
      }
    }
    try database.execute(sql: "UPDATE kept_columns SET token = randomblob(16)")
  }

  private static let events = ["INSERT", "UPDATE", "DELETE"]

  private func name(_ event: String, _ table: String) -> String {
    quoted("kept_columns_\(event.lowercased())_\(table)")
  }

  private func trigger(_ event: String, _ table: String) -> String {
    """
    CREATE TRIGGER \(name(event, table)) AFTER \(event) ON \(quoted(table)) \
    WHEN (SELECT token FROM kept_columns) IS NOT NULL \
    BEGIN UPDATE kept_columns SET token = NULL; END
    """
  }
}
