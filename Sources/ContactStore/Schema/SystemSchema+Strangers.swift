import GRDB

extension SystemSchema {
  /// Events of people and accounts that are not known yet. `owner` is HubSpot's id of them where `hubspot` is 1, their key
  /// otherwise; `name` names the event, alone where `named` is 1, and with its time otherwise.
  static func registerStrangers(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("strangers") { database in
      try database.execute(
        sql: """
          CREATE TABLE stranger_event (
            id INTEGER PRIMARY KEY,
            event TEXT NOT NULL,
            hubspot INTEGER NOT NULL,
            owner TEXT NOT NULL,
            at INTEGER NOT NULL,
            name TEXT NOT NULL,
            named INTEGER NOT NULL,
            fields TEXT NOT NULL,
            received_at INTEGER NOT NULL,
            UNIQUE (event, hubspot, owner, name, at)
          ) STRICT;
          """)
    }
  }
}
