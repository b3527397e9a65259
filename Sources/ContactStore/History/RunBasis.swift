import GRDB

/// How far each log had come when a run loaded its data: what is beyond, it could not know.
package struct RunBasis: Hashable, Sendable {
  /// Of `state_revision`.
  package var revision: Int64
  /// The last id of each.
  package var fieldHistory: Int64
  package var importID: Int64
  package var contact: Int64
  package var account: Int64
  package var deal: Int64

  static func current(_ database: Database) throws -> RunBasis {
    func last(_ table: String, _ column: String) throws -> Int64 {
      guard try database.tableExists(table) else { return 0 }
      return try Int64.fetchOne(
        database.cachedStatement(sql: "SELECT coalesce(max(\(column)), 0) FROM \(quoted(table))")) ?? 0
    }
    return RunBasis(
      revision: try last("state_revision", "value"), fieldHistory: try last("field_history", "id"),
      importID: try last("import", "id"), contact: try last("contact", "_id"), account: try last("account", "_id"),
      deal: try last("deal", "_id"))
  }
}

/// What is kept of a run, so that it can be decided again and compared.
package struct RunProtocol: Hashable, Sendable {
  /// What the caller said, as JSON.
  package var options: String
  /// A hash of the decisions, byte for byte.
  package var digest: String

  package init(options: String, digest: String) {
    self.options = options
    self.digest = digest
  }
}
