import GRDB

extension SystemSchema {
  /// The shares of an experiment's arms from a run on, so that it is known of each assignment by which it was drawn.
  static func addShares(_ database: Database) throws {
    try database.execute(
      sql: """
        CREATE TABLE experiment_share (
          experiment TEXT NOT NULL REFERENCES experiment (name) ON UPDATE CASCADE,
          at INTEGER NOT NULL,
          arm TEXT NOT NULL,
          share REAL NOT NULL,
          PRIMARY KEY (experiment, at, arm)
        ) STRICT, WITHOUT ROWID;
        """)
    try StateHistory.track(database)
  }
}
