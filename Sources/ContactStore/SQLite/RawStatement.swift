import GRDB
import GRDBSQLite
import Synchronization

/// A prepared statement, bound and read column by column without an object for a row: imports and loading go through
/// millions of them. Parameters count from 1, columns from 0.
struct RawStatement {
  private let statement: Statement
  private let handle: OpaquePointer
  /// Of a statement that the connection keeps.
  private let lease: Lease?

  /// A statement whose text is one of few: the connection keeps it prepared for the next time.
  init(_ database: Database, _ sql: String) throws {
    let kept = try database.cachedStatement(sql: sql)
    lease = Lease(kept)
    // Where it is in use already, another takes its place.
    statement = lease == nil ? try database.makeStatement(sql: sql) : kept
    handle = statement.sqliteStatement
  }

  /// A statement whose text does not come again.
  init(once database: Database, _ sql: String) throws {
    statement = try database.makeStatement(sql: sql)
    handle = statement.sqliteStatement
    lease = nil
  }

  init(_ statement: Statement) {
    self.statement = statement
    handle = statement.sqliteStatement
    lease = nil
  }

  /// The use of a kept statement, which is left as it was found.
  private final class Lease: Sendable {
    private static let taken = Mutex<Set<UInt>>([])
    // It is that of one connection, and used where that is.
    private nonisolated(unsafe) let statement: Statement

    /// `nil` where it is in use.
    init?(_ statement: Statement) {
      let place = UInt(bitPattern: statement.sqliteStatement)
      guard Lease.taken.withLock({ $0.insert(place).inserted }) else { return nil }
      self.statement = statement
    }

    deinit {
      sqlite3_reset(statement.sqliteStatement)
      sqlite3_clear_bindings(statement.sqliteStatement)
      _ = Lease.taken.withLock { $0.remove(UInt(bitPattern: statement.sqliteStatement)) }
    }
  }

  // MARK: - Parameters

  func bind(_ parameter: Int, _ value: Int64) {
    sqlite3_bind_int64(handle, Int32(parameter), value)
  }

  func bind(_ parameter: Int, ifPresent value: Int64?) {
    if let value { bind(parameter, value) } else { bindNull(parameter) }
  }

  func bind(_ parameter: Int, _ value: Double) {
    sqlite3_bind_double(handle, Int32(parameter), value)
  }

  /// The bytes must stay until the statement is run.
  func bind(_ parameter: Int, _ value: Bytes) {
    // A null pointer would bind NULL, not the empty text.
    guard let start = value.baseAddress, !value.isEmpty else {
      sqlite3_bind_text(handle, Int32(parameter), "", 0, nil)
      return
    }
    start.withMemoryRebound(to: CChar.self, capacity: value.count) { characters in
      // No destructor means that SQLite neither copies nor frees.
      _ = sqlite3_bind_text(handle, Int32(parameter), characters, Int32(value.count), nil)
    }
  }

  /// The text is copied.
  func bind(_ parameter: Int, _ value: String) {
    let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    sqlite3_bind_text(handle, Int32(parameter), value, Int32(value.utf8.count), transient)
  }

  func bind(_ parameter: Int, ifPresent value: String?) {
    if let value { bind(parameter, value) } else { bindNull(parameter) }
  }

  func bindNull(_ parameter: Int) {
    sqlite3_bind_null(handle, Int32(parameter))
  }

  func bind(_ parameter: Int, _ value: StoredValue) {
    switch value {
    case .null: bindNull(parameter)
    case .integer(let value): bind(parameter, value)
    case .real(let value): bind(parameter, value)
    case .text(let value): bind(parameter, value)
    }
  }

  // MARK: - Running

  /// Moves to the next row; `false` when there is none, and the statement is ready for the next run.
  func step() throws -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE:
      sqlite3_reset(handle)
      return false
    default:
      let connection = sqlite3_db_handle(handle)
      let error = DatabaseError(
        resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)),
        message: String(cString: sqlite3_errmsg(connection)))
      sqlite3_reset(handle)
      throw error
    }
  }

  /// Runs a statement that gives no rows; how many rows it changed.
  @discardableResult
  func run() throws -> Int {
    while try step() {}
    return Int(sqlite3_changes(sqlite3_db_handle(handle)))
  }

  func reset() {
    sqlite3_reset(handle)
  }

  // MARK: - The current row

  func isNull(_ column: Int) -> Bool {
    sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL
  }

  func isText(_ column: Int) -> Bool {
    sqlite3_column_type(handle, Int32(column)) == SQLITE_TEXT
  }

  func integer(_ column: Int) -> Int64 {
    sqlite3_column_int64(handle, Int32(column))
  }

  func integerIfPresent(_ column: Int) -> Int64? {
    isNull(column) ? nil : integer(column)
  }

  func real(_ column: Int) -> Double {
    sqlite3_column_double(handle, Int32(column))
  }

  /// The bytes hold until the statement moves on; NULL is empty.
  func bytes(_ column: Int) -> Bytes {
    let start = sqlite3_column_text(handle, Int32(column))
    return Bytes(start: start, count: Int(sqlite3_column_bytes(handle, Int32(column))))
  }

  func text(_ column: Int) -> String {
    bytes(column).text
  }

  func textIfPresent(_ column: Int) -> String? {
    isNull(column) ? nil : text(column)
  }

  /// A text holds until the statement moves on.
  func value(_ column: Int) -> StoredValue {
    // The column is found once. A connection is used by one thread at a time, so that its values need no protection.
    let value = sqlite3_column_value(handle, Int32(column))
    switch sqlite3_value_type(value) {
    case SQLITE_INTEGER: return .integer(sqlite3_value_int64(value))
    case SQLITE_FLOAT: return .real(sqlite3_value_double(value))
    case SQLITE_NULL: return .null
    default:
      let start = sqlite3_value_text(value)
      return .text(Bytes(start: start, count: Int(sqlite3_value_bytes(value))))
    }
  }
}

/// A value as a column keeps it. A text lies in memory of whoever made the value.
enum StoredValue {
  case null
  case integer(Int64)
  case real(Double)
  case text(Bytes)

  func equals(_ other: StoredValue) -> Bool {
    switch (self, other) {
    case (.null, .null): true
    case (.integer(let left), .integer(let right)): left == right
    case (.real(let left), .real(let right)): left == right
    // A whole number in a REAL column may come back as either.
    case (.integer(let left), .real(let right)): Double(left) == right
    case (.real(let left), .integer(let right)): left == Double(right)
    case (.text(let left), .text(let right)): left.count == right.count && left.elementsEqual(right)
    default: false
    }
  }
}

extension Database {
  /// Executes one statement whose text is one of few; the connection keeps it prepared for the next time.
  func executeKept(sql: String, arguments: StatementArguments = []) throws {
    try cachedStatement(sql: sql).execute(arguments: arguments)
  }
}
