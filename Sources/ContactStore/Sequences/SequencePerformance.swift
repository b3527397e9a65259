import GRDB

/// How people fared in a sequence, in numbers of enrolments; all of it from the beginning.
package struct SequencePerformance: Hashable, Sendable {
  /// Those of one version, of one part of it: the ones for whom it acts, or the ones held out.
  package struct Group: Hashable, Sendable {
    package var version: String
    package var isHeldOut: Bool
    package var entered = 0
    package var reachedGoal = 0
    package var exited = 0
    package var finished = 0
    package var removed = 0

    /// Still in it.
    package var active: Int { entered - reachedGoal - exited - finished - removed }
  }

  package struct Step: Hashable, Sendable {
    package var version: String
    package var step: String
    /// Who came to the step, without those held out.
    package var entered = 0
    /// For whom an action of the step was done.
    package var acted = 0
    /// Who is there now.
    package var waiting = 0
    /// Who left the sequence while at the step.
    package var reachedGoal = 0
    package var exited = 0
    package var removed = 0
  }

  package struct Arm: Hashable, Sendable {
    package var version: String
    package var step: String
    package var position: String
    package var arm: String
    package var entered: Int
    package var reachedGoal: Int
  }

  /// Those who entered from one account, or somebody without one.
  package struct Cluster: Hashable, Sendable {
    package var isHeldOut: Bool
    package var entered: Int
    package var reachedGoal: Int
  }

  /// By account, as people belong to them now; in no order that means anything.
  package var clusters: [Cluster] = []
  /// The oldest version first.
  package var groups: [Group] = []
  package var steps: [Step] = []
  /// Without those held out.
  package var arms: [Arm] = []
}

extension Store {
  /// - Parameter sequence: its name, as last deployed.
  package func performance(of sequence: String) throws(StoreError) -> SequencePerformance {
    try read { database in
      guard let id = try Int64.fetchOne(database, sql: "SELECT id FROM sequence WHERE name = ?", arguments: [sequence])
      else { return SequencePerformance() }
      var performance = SequencePerformance()
      performance.groups = try Store.groups(id, database)
      performance.clusters = try Store.clusters(id, database)
      performance.steps = try Store.steps(id, database)
      performance.arms = try Store.arms(id, database)
      return performance
    }
  }

  private static func groups(_ sequence: Int64, _ database: Database) throws -> [SequencePerformance.Group] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT version, held_out, count(*) AS entered, sum(ending IS 'goal') AS goal, sum(ending IS 'exited') AS exited,
          sum(ending IS 'finished') AS finished, sum(ending IS 'removed') AS removed
        FROM enrolment WHERE sequence = ? GROUP BY version, held_out ORDER BY min(entered_at), version, held_out
        """, arguments: [sequence]
    ).map { row in
      SequencePerformance.Group(
        version: row["version"], isHeldOut: row["held_out"], entered: row["entered"], reachedGoal: row["goal"],
        exited: row["exited"], finished: row["finished"], removed: row["removed"])
    }
  }

  private static func clusters(_ sequence: Int64, _ database: Database) throws -> [SequencePerformance.Cluster] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT held_out, count(*) AS entered, sum(ending IS 'goal') AS goal
        FROM enrolment AS e LEFT JOIN contact AS c ON c._id = e.contact
        WHERE e.sequence = ? GROUP BY held_out, coalesce(c._account, -e.contact)
        ORDER BY held_out, coalesce(c._account, -e.contact)
        """, arguments: [sequence]
    ).map { row in
      SequencePerformance.Cluster(isHeldOut: row["held_out"], entered: row["entered"], reachedGoal: row["goal"])
    }
  }

  private static func steps(_ sequence: Int64, _ database: Database) throws -> [SequencePerformance.Step] {
    struct Key: Hashable {
      var version: String
      var step: String
    }
    var steps: [Key: SequencePerformance.Step] = [:]
    var order: [Key] = []
    func change(_ row: Row, _ body: (inout SequencePerformance.Step) -> Void) {
      let key = Key(version: row["version"], step: row["step"])
      if key.step.isEmpty { return }
      if steps[key] == nil { order.append(key) }
      var step = steps[key] ?? SequencePerformance.Step(version: key.version, step: key.step)
      body(&step)
      steps[key] = step
    }
    let visits = try Row.fetchAll(
      database,
      sql: """
        SELECT e.version, s.step, count(*) AS entered, count(s.acted_at) AS acted
        FROM enrolment AS e JOIN enrolment_step AS s ON s.enrolment = e.id
        WHERE e.sequence = ? AND NOT e.held_out GROUP BY e.version, s.step ORDER BY e.version, min(s.number), s.step
        """, arguments: [sequence])
    for row in visits {
      change(row) {
        $0.entered = row["entered"]
        $0.acted = row["acted"]
      }
    }
    let places = try Row.fetchAll(
      database,
      sql: """
        SELECT version, step, sum(ended_at IS NULL) AS waiting, sum(ending IS 'goal') AS goal,
          sum(ending IS 'exited') AS exited, sum(ending IS 'removed') AS removed
        FROM enrolment WHERE sequence = ? AND NOT held_out GROUP BY version, step ORDER BY version, step
        """, arguments: [sequence])
    for row in places {
      change(row) {
        $0.waiting = row["waiting"]
        $0.reachedGoal = row["goal"]
        $0.exited = row["exited"]
        $0.removed = row["removed"]
      }
    }
    return order.compactMap { steps[$0] }
  }

  private static func arms(_ sequence: Int64, _ database: Database) throws -> [SequencePerformance.Arm] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT e.version, a.step, a.position, a.arm, count(*) AS entered, sum(e.ending IS 'goal') AS goal
        FROM enrolment AS e JOIN enrolment_arm AS a ON a.enrolment = e.id
        WHERE e.sequence = ? AND NOT e.held_out
        GROUP BY e.version, a.step, a.position, a.arm ORDER BY e.version, a.step, a.position, a.arm
        """, arguments: [sequence]
    ).map { row in
      SequencePerformance.Arm(
        version: row["version"], step: row["step"], position: row["position"], arm: row["arm"],
        entered: row["entered"], reachedGoal: row["goal"])
    }
  }
}
