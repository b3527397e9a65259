import GRDB

extension SystemSchema {
  /// What rules remember of one record is found without reading what they remember of all.
  static func registerRecordIndexes(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("record indexes") { database in
      try database.execute(
        sql: """
          CREATE INDEX firing_by_record ON firing (subject, record);
          CREATE INDEX occurrence_handled_by_record ON occurrence_handled (subject, record);
          CREATE INDEX hold_by_record ON hold (subject, record);
          """)
    }
  }

  /// What rules are done with is kept for more than a year, and read of the last days.
  static func registerHandledIndex(in migrator: inout DatabaseMigrator) {
    migrator.registerMigration("handled by due") { database in
      try database.execute(sql: "CREATE INDEX occurrence_handled_by_due ON occurrence_handled (due)")
    }
  }
}
