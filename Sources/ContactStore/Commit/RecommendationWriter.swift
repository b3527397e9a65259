import BusinessTime
import Decisioning
import GRDB
import RuleDiagnostics
import RuleSemantics

/// Keeps what recommendations found, with the values of their factors, inside the transaction of a run.
struct RecommendationWriter {
  let database: Database
  let program: CheckedProgram
  let rows: RowIdentities
  let run: Int64
  let names: Names

  func write(_ found: [StateChanges.RecommendedAsset]) throws {
    guard !found.isEmpty else { return }
    let insert = try RawStatement(
      database,
      """
      INSERT OR REPLACE INTO recommendation
        (contact, at, rule, recommendation, rank, asset, score, factors, use, run)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """)
    for entry in found {
      insert.bind(1, rows.contacts[Int(entry.contact)])
      insert.bind(2, entry.at.milliseconds)
      insert.bind(3, try names.id(entry.rule))
      insert.bind(4, try names.id(entry.recommendation))
      insert.bind(5, Int64(entry.rank))
      insert.bind(6, program[entry.asset].name)
      insert.bind(7, entry.score)
      insert.bind(8, factors(of: entry))
      insert.bind(9, entry.use.rawValue)
      insert.bind(10, run)
      try insert.run()
    }
  }

  /// One object, the value of each factor under its name; missing ones are `null`.
  private func factors(of entry: StateChanges.RecommendedAsset) -> String {
    let factors = program.recommendations.first { $0.name == entry.recommendation }?.factors ?? []
    return JSONValue.record(
      zip(factors, entry.factors).map { JSONValue.Member($0.name, $1.map(JSONValue.number) ?? .null) }
    ).text
  }
}
