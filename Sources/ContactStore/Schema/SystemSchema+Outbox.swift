import GRDB

extension SystemSchema {
  /// `unknowns` is how many attempts came to nothing that is known.
  static func registerUnknowns(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("unknown outcomes") { database in
      try database.execute(sql: "ALTER TABLE outbox ADD COLUMN unknowns INTEGER NOT NULL DEFAULT 0")
    }
  }
}
