import GRDB

// About sequences, who is in them, and what is done in turn.
extension SystemSchema {
  static func addSequences(_ database: Database) throws {
    try database.execute(sql: sequenceTables)
    try database.execute(sql: sequenceViews)
  }

  /// How often somebody was moved to another version, and which assets have their new names everywhere.
  static func addMoves(_ database: Database) throws {
    try database.execute(
      sql: """
        ALTER TABLE enrolment ADD COLUMN moves INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE asset_renamed (former TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (former, name)) STRICT, WITHOUT ROWID;
        """)
    try StateHistory.track(database)
  }

  private static let sequenceTables = """
    CREATE TABLE sequence (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      first_at INTEGER NOT NULL,
      version TEXT NOT NULL,
      salt TEXT NOT NULL,
      paused_at INTEGER
    ) STRICT;
    CREATE TABLE sequence_version (
      sequence INTEGER NOT NULL REFERENCES sequence (id),
      version TEXT NOT NULL,
      at INTEGER NOT NULL,
      text TEXT NOT NULL,
      PRIMARY KEY (sequence, version)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE sequence_entry (
      sequence INTEGER NOT NULL REFERENCES sequence (id),
      contact INTEGER NOT NULL,
      last INTEGER,
      armed INTEGER NOT NULL,
      excluded INTEGER NOT NULL,
      PRIMARY KEY (sequence, contact)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE enrolment (
      id INTEGER PRIMARY KEY,
      sequence INTEGER NOT NULL REFERENCES sequence (id),
      contact INTEGER NOT NULL,
      version TEXT NOT NULL,
      entered_at INTEGER NOT NULL,
      source TEXT NOT NULL,
      held_out INTEGER NOT NULL,
      paused INTEGER NOT NULL,
      step TEXT NOT NULL,
      position TEXT NOT NULL,
      clock INTEGER NOT NULL,
      rest TEXT NOT NULL CHECK (rest IN ('ready', 'waiting', 'held', 'closed')),
      rest_until INTEGER,
      held_since INTEGER,
      ended_at INTEGER,
      ending TEXT CHECK (ending IN ('goal', 'exited', 'finished', 'removed')),
      reason TEXT
    ) STRICT;
    CREATE UNIQUE INDEX enrolment_live ON enrolment (sequence, contact) WHERE ended_at IS NULL;
    CREATE INDEX enrolment_by_contact ON enrolment (contact, sequence, entered_at);
    CREATE INDEX enrolment_by_sequence ON enrolment (sequence, version);
    CREATE TABLE enrolment_step (
      enrolment INTEGER NOT NULL REFERENCES enrolment (id),
      number INTEGER NOT NULL,
      step TEXT NOT NULL,
      began_at INTEGER NOT NULL,
      acted_at INTEGER,
      PRIMARY KEY (enrolment, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE enrolment_arm (
      enrolment INTEGER NOT NULL REFERENCES enrolment (id),
      step TEXT NOT NULL,
      position TEXT NOT NULL,
      arm TEXT NOT NULL,
      PRIMARY KEY (enrolment, step, position)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE sequence_command (
      id INTEGER PRIMARY KEY,
      at INTEGER NOT NULL,
      sequence TEXT NOT NULL,
      command TEXT NOT NULL,
      contact TEXT
    ) STRICT;
    CREATE TABLE team_turn (
      team TEXT PRIMARY KEY,
      member TEXT NOT NULL,
      at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    """

  private static let sequenceViews = """
    CREATE VIEW view_enrolment AS
      SELECT enrolment.id, sequence.name AS sequence, contact, enrolment.version,
        strftime('%Y-%m-%dT%H:%M:%SZ', entered_at / 1000, 'unixepoch') AS entered_at, source, held_out, paused, step,
        position, rest, strftime('%Y-%m-%dT%H:%M:%SZ', rest_until / 1000, 'unixepoch') AS rest_until,
        strftime('%Y-%m-%dT%H:%M:%SZ', ended_at / 1000, 'unixepoch') AS ended_at, ending, reason
      FROM enrolment JOIN sequence ON sequence.id = enrolment.sequence;
    """
}
