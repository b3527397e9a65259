import GRDB
import RuleEngine
import RuleSemantics

/// Reads what journeys and segments were after the last run. A definition that no run has worked out has no past; one
/// with a former name has that of the former name.
struct PreviousLoader {
  let database: Database
  let program: CheckedProgram
  let contacts: RowIndex
  let accounts: RowIndex
  let scope: LoadScope?

  func load(_ definitions: Set<DefinitionID>) throws -> PreviousState {
    var previous = PreviousState.empty
    for id in definitions.sorted(by: { $0.index < $1.index }) {
      let definition = program[id]
      guard let name = try knownName(of: definition) else { continue }
      let rows = definition.subject == .contact ? contacts : accounts
      var changedAt = [Int64](repeating: Column.missingTime, count: rows.count)
      switch definition.body {
      case .journey(let journey):
        let positions = Dictionary(
          journey.stages.enumerated().map { ($0.element.name, Int32($0.offset)) },
          uniquingKeysWith: { first, _ in first })
        var stages = [Int32](repeating: -1, count: rows.count)
        try each("SELECT record, since, stage FROM stage", name, definition.subject) { statement in
          let row = Int(rows[statement.integer(0)])
          guard row >= 0 else { return }
          stages[row] = positions[statement.text(2)] ?? -1
          changedAt[row] = statement.integer(1)
        }
        previous.stages[id] = stages
      case .segment:
        var members = [UInt8](repeating: 0, count: rows.count)
        try each("SELECT record, since, member FROM membership", name, definition.subject) { statement in
          let row = Int(rows[statement.integer(0)])
          guard row >= 0 else { return }
          members[row] = statement.integer(2) == 1 ? 1 : 0
          changedAt[row] = statement.integer(1)
        }
        previous.members[id] = members
      case .define, .factorScore, .pointsScore, .malformed: continue
      }
      previous.changedAt[id] = changedAt
    }
    return previous
  }

  private func knownName(of definition: Definition) throws -> String? {
    for name in [definition.name, definition.formerName].compactMap({ $0 }) {
      let isKnown = try Bool.fetchOne(
        database.cachedStatement(
          sql: "SELECT EXISTS (SELECT 1 FROM definition_seen WHERE subject = ? AND definition = ?)"),
        arguments: [definition.subject.code, name])
      if isKnown == true { return name }
    }
    return nil
  }

  private func each(_ select: String, _ name: String, _ subject: Subject, _ body: (RawStatement) -> Void) throws {
    let statement = try RawStatement(
      database,
      "\(select) WHERE definition = (SELECT id FROM name WHERE text = ?) AND subject = ?"
        + (scope?.restriction("record", of: subject) ?? ""))
    statement.bind(1, name)
    statement.bind(2, subject.code)
    while try statement.step() { body(statement) }
  }
}

extension Subject {
  /// As the tables keep it.
  var code: Int64 {
    switch self {
    case .contact: 0
    case .account: 1
    }
  }

  init(code: Int64) {
    self = code == 0 ? .contact : .account
  }
}
