import GRDB

/// Finds contacts or accounts by their keys, and makes those that are missing where that is wanted.
final class OwnerLookup {
  private let database: Database
  private let select: RawStatement
  private let insert: RawStatement
  private let cache = ByteMap()
  private let importID: Int64
  private let now: Int64
  private(set) var created = 0

  /// Enough for the owners of most files; beyond it the cache starts anew, so that memory has a limit.
  private static let cacheLimit = 400_000

  init(_ database: Database, layout: TableLayout, importID: Int64, now: Int64) throws {
    let (table, key) = (quoted(layout.name), quoted(layout.keyColumn))
    select = try RawStatement(database, "SELECT _id FROM \(table) WHERE \(key) = ? COLLATE NOCASE")
    insert = try RawStatement(
      database,
      "INSERT INTO \(table) (\(key), _created_at, _updated_at, _created_by, _updated_by) VALUES (?, ?, ?, ?, ?)")
    self.database = database
    self.importID = importID
    self.now = now
  }

  /// `nil` when there is none and none is made.
  func id(of key: Bytes, creating: Bool) throws -> Int64? {
    if let known = cache[key] { return known }
    select.bind(1, key)
    var id: Int64?
    if try select.step() {
      id = select.integer(0)
      select.reset()
    } else if creating {
      id = try create(key)
    }
    if let id {
      if cache.count >= OwnerLookup.cacheLimit { cache.removeAll() }
      cache.insert(key, id)
    }
    return id
  }

  private func create(_ key: Bytes) throws -> Int64 {
    insert.bind(1, key)
    insert.bind(2, now)
    insert.bind(3, now)
    insert.bind(4, importID)
    insert.bind(5, importID)
    try insert.run()
    created += 1
    return database.lastInsertedRowID
  }
}
