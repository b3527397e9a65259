import GRDB
import RuleSemantics

/// The records that a load about some is about: those asked for, the accounts of these, and all people and deals of the
/// accounts.
///
/// Their numbers stand in temporary tables of the connection that reads. Statements name the tables, so that their text
/// stays the same and a connection that keeps them prepares none twice; of one connection only the latest scope holds.
struct LoadScope {
  private let database: Database

  /// `nil` when there is no such contact.
  init?(_ database: Database, contact key: String, program: CheckedProgram) throws {
    let layout = TableLayout(.contact, program: program)
    let contact = try Int64.fetchOne(
      database, sql: "SELECT _id FROM contact WHERE \(quoted(layout.keyColumn)) = ? COLLATE NOCASE", arguments: [key])
    guard let contact else { return nil }
    try self.init(database, contacts: [contact], accounts: [])
  }

  /// `nil` when there is no such account.
  init?(_ database: Database, account key: String, program: CheckedProgram) throws {
    let layout = TableLayout(.account, program: program)
    let account = try Int64.fetchOne(
      database, sql: "SELECT _id FROM account WHERE \(quoted(layout.keyColumn)) = ? COLLATE NOCASE", arguments: [key])
    guard let account else { return nil }
    try self.init(database, contacts: [], accounts: [account])
  }

  init(_ database: Database, contacts: [Int64], accounts: [Int64]) throws {
    self.database = database
    try LoadScope.makeTables(database)
    for (table, ids) in [("scope_contact", contacts), ("scope_account", accounts)] {
      let insert = try RawStatement(database, "INSERT OR IGNORE INTO temp.\(table) VALUES (?)")
      for id in ids {
        insert.bind(1, id)
        try insert.run()
      }
    }
    for statement in LoadScope.completion { try RawStatement(database, statement).run() }
  }

  private static func makeTables(_ database: Database) throws {
    let isThere = try RawStatement(database, "SELECT 1 FROM temp.sqlite_schema WHERE name = 'scope_record'").step()
    if isThere {
      for table in ["contact", "account", "deal", "record"] {
        try RawStatement(database, "DELETE FROM temp.scope_\(table)").run()
      }
    } else {
      for table in ["contact", "account", "deal"] {
        try database.execute(sql: "CREATE TEMP TABLE scope_\(table) (id INTEGER PRIMARY KEY)")
      }
      try database.execute(
        sql: """
          CREATE TEMP TABLE scope_record (
            subject INTEGER NOT NULL, record INTEGER NOT NULL, PRIMARY KEY (subject, record)) WITHOUT ROWID
          """)
    }
  }

  private static let completion = [
    """
    INSERT OR IGNORE INTO temp.scope_account SELECT _account FROM contact
    WHERE _id IN (SELECT id FROM temp.scope_contact) AND _account IS NOT NULL
    """,
    """
    INSERT OR IGNORE INTO temp.scope_contact SELECT _id FROM contact
    WHERE _account IN (SELECT id FROM temp.scope_account)
    """,
    "INSERT INTO temp.scope_deal SELECT _id FROM deal WHERE _account IN (SELECT id FROM temp.scope_account)",
    "INSERT INTO temp.scope_record SELECT 0, id FROM temp.scope_contact UNION ALL SELECT 1, id FROM temp.scope_account",
  ]

  /// ` AND column IN …`, for a column that names records of a table.
  func restriction(_ column: String, to table: TableLayout.Kind) -> String {
    " AND \(column) IN (SELECT id FROM temp.scope_\(table.text))"
  }

  func restriction(_ column: String, of subject: Subject) -> String {
    restriction(column, to: subject == .contact ? .contact : .account)
  }

  /// The same for the columns `subject` and `record`: as a pair, so that an index on both is used whatever else a
  /// statement asks for.
  var pairs: String { " AND (subject, record) IN (SELECT subject, record FROM temp.scope_record)" }
}
