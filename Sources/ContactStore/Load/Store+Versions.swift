package import BusinessTime
import GRDB

/// A rule book that runs have followed.
package struct DeployedVersion: Hashable, Sendable {
  package var hash: String
  /// When the first run followed it.
  package var deployedAt: Instant
  package var runs: Int
  package var lastRunAt: Instant?
}

extension Store {
  /// Latest first.
  package func versions() throws(StoreError) -> [DeployedVersion] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT hash, deployed_at, count(run.id) AS runs, max(run.at) AS last FROM rulebook
          LEFT JOIN run ON run.rulebook = rulebook.hash GROUP BY hash ORDER BY max(run.id) DESC, deployed_at DESC, hash
          """
      ).map { row in
        DeployedVersion(
          hash: row["hash"], deployedAt: Instant(milliseconds: row["deployed_at"]), runs: row["runs"],
          lastRunAt: (row["last"] as Int64?).map(Instant.init(milliseconds:)))
      }
    }
  }

  /// The texts of versions whose hash begins so; several where the beginning is not unique.
  package func versions(startingWith prefix: String) throws(StoreError) -> [RulebookVersion] {
    try read { database in
      let hashes = try String.fetchAll(
        database, sql: "SELECT hash FROM rulebook WHERE substr(hash, 1, ?) = ? ORDER BY hash",
        arguments: [prefix.count, prefix.lowercased()])
      return try hashes.map { hash in
        let rows = try Row.fetchAll(
          database, sql: "SELECT path, content FROM rulebook_file WHERE hash = ? ORDER BY position", arguments: [hash])
        return RulebookVersion(hash: hash, files: rows.map { .init(path: $0["path"], text: $0["content"]) })
      }
    }
  }
}
