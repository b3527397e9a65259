import GRDB
package import RuleSemantics

/// A row of the decision log, in words.
package struct LoggedDecision: Hashable, Sendable {
  /// Among the actions of its run, from 0.
  package var position: Int
  package var text: String

  package static func text(
    rule: String, key: String, action: String, arguments: String, outcome: String, reason: String?
  ) -> String {
    "\(rule), \(key): \(action) \(arguments): \(outcome)" + (reason.map { " (\($0))" } ?? "")
  }
}

extension Store {
  /// What a run logged, in its order.
  package func decisions(of run: Int64, program: CheckedProgram) throws(StoreError) -> [LoggedDecision] {
    let keys = [TableLayout(.contact, program: program), TableLayout(.account, program: program)].map { layout in
      "(SELECT \(quoted(layout.keyColumn)) FROM \(quoted(layout.name)) WHERE _id = d.record)"
    }
    return try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT d.position, rule.text AS rule, action.text AS action, arguments.text AS arguments,
            outcome.text AS outcome, reason.text AS reason,
            CASE d.subject WHEN 0 THEN \(keys[0]) ELSE \(keys[1]) END AS key
          FROM decision AS d JOIN name AS rule ON rule.id = d.rule JOIN name AS action ON action.id = d.action
          JOIN name AS arguments ON arguments.id = d.arguments JOIN name AS outcome ON outcome.id = d.outcome
          LEFT JOIN name AS reason ON reason.id = d.reason WHERE d.run = ? ORDER BY d.position
          """, arguments: [run]
      ).map { row in
        LoggedDecision(
          position: row["position"],
          text: LoggedDecision.text(
            rule: row["rule"], key: (row["key"] as String?) ?? "somebody who is no longer there", action: row["action"],
            arguments: row["arguments"], outcome: row["outcome"], reason: row["reason"]))
      }
    }
  }
}
