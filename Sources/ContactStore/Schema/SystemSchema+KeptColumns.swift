import GRDB

extension SystemSchema {
  /// One row: under which token the columns of the tables were kept last; NULL since a row changed.
  static func registerKeptColumns(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("kept columns") { database in
      try database.execute(
        sql: """
          CREATE TABLE kept_columns (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            token BLOB
          ) STRICT;
          INSERT INTO kept_columns VALUES (1, NULL);
          """)
    }
  }
}
