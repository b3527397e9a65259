import BusinessTime
import Decisioning
import GRDB
import RuleSemantics

extension StateLoader {
  /// What is kept of the program's experiments, also under their former names.
  func experiments() throws -> [String: ExperimentState] {
    var experiments: [String: ExperimentState] = [:]
    let salts = try RawStatement(database, "SELECT salt FROM experiment WHERE name = ?")
    let assignments = try RawStatement(
      database, "SELECT subject, record, arm, at FROM experiment_assignment WHERE experiment = ?\(ofFew())")
    let shares = try RawStatement(
      database, "SELECT at, arm, share FROM experiment_share WHERE experiment = ? ORDER BY at, arm")
    for name in program.experiments.flatMap({ [$0.name, $0.formerName].compactMap(\.self) }) {
      salts.bind(1, name)
      guard try salts.step() else { continue }
      var state = ExperimentState(salt: salts.text(0))
      salts.reset()
      assignments.bind(1, name)
      while try assignments.step() {
        let row = row(Subject(code: assignments.integer(0)), assignments.integer(1))
        if row < 0 { continue }
        state.assignments[row] = .init(
          arm: assignments.text(2), at: Instant(milliseconds: assignments.integer(3)))
      }
      shares.bind(1, name)
      while try shares.step() {
        let at = Instant(milliseconds: shares.integer(0))
        if state.shares.last?.at != at { state.shares.append(.init(at: at, shares: [:])) }
        state.shares[state.shares.count - 1].shares[shares.text(1)] = shares.real(2)
      }
      shares.reset()
      experiments[name] = state
    }
    return experiments
  }
}

extension StateWriter {
  func write(_ changes: ExperimentChanges) throws {
    for beginning in changes.begun {
      if let former = beginning.formerName {
        try database.executeKept(
          sql: "UPDATE experiment SET name = ? WHERE name = ?", arguments: [beginning.experiment, former])
      }
      try database.executeKept(
        sql: "INSERT OR IGNORE INTO experiment (name, salt, first_at) VALUES (?, ?, ?)",
        arguments: [beginning.experiment, beginning.salt, now])
    }
    for change in changes.shares {
      for (arm, share) in change.shares.shares.sorted(by: { $0.key < $1.key }) {
        try database.execute(
          sql: "INSERT OR REPLACE INTO experiment_share (experiment, at, arm, share) VALUES (?, ?, ?, ?)",
          arguments: [change.experiment, change.shares.at.milliseconds, arm, share])
      }
    }
    let insert = try RawStatement(
      database,
      """
      INSERT OR REPLACE INTO experiment_assignment (experiment, subject, record, arm, at, run) VALUES (?, ?, ?, ?, ?, ?)
      """)
    for assignment in changes.assignments {
      insert.bind(1, assignment.experiment)
      insert.bind(2, assignment.subject.code)
      insert.bind(3, record(assignment.subject, assignment.row))
      insert.bind(4, assignment.arm)
      insert.bind(5, assignment.at.milliseconds)
      insert.bind(6, run)
      try insert.run()
    }
  }
}
