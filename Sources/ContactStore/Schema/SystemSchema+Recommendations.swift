import GRDB

extension SystemSchema {
  /// What recommendations found, and why.
  static func addRecommendations(_ database: Database) throws {
    try database.execute(
      sql: """
        CREATE TABLE recommendation (
          contact INTEGER NOT NULL,
          at INTEGER NOT NULL,
          rule INTEGER NOT NULL,
          recommendation INTEGER NOT NULL,
          rank INTEGER NOT NULL,
          asset TEXT NOT NULL,
          score REAL NOT NULL,
          factors TEXT NOT NULL,
          use TEXT NOT NULL CHECK (use IN ('sent', 'recommended', 'for approval')),
          run INTEGER NOT NULL,
          PRIMARY KEY (contact, at, rule, recommendation, rank)
        ) STRICT, WITHOUT ROWID;

        CREATE VIEW view_recommendation AS
          SELECT contact, strftime('%Y-%m-%dT%H:%M:%SZ', at / 1000, 'unixepoch') AS at, rule.text AS rule,
            recommendation.text AS recommendation, rank, asset, score, factors, use, run
          FROM recommendation AS r
          JOIN name AS rule ON rule.id = r.rule
          JOIN name AS recommendation ON recommendation.id = r.recommendation;
        """)
  }
}
