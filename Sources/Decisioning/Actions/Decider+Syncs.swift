import BusinessTime
import RuleDiagnostics
import RuleEngine
import RuleSemantics

// `sync to hubspot …` of definitions: upkeep of a property or list, after all rules.
extension Decider {
  func syncDefinitions() {
    for definition in program.definitions {
      guard let sync = definition.sync else { continue }
      switch sync.target {
      case .property:
        if options.syncsProperties { syncProperty(definition, PropertyName(definition.subject, sync.name)) }
      case .list: syncList(definition, ListName(definition.subject, sync.name))
      }
    }
  }

  private func syncProperty(_ definition: Definition, _ property: PropertyName) {
    let column = evaluation.column(of: definition.id)
    let synced = state.synced[property] ?? .absent
    let texts = evaluation.texts
    for row in 0..<table(of: definition.subject).count {
      let new = definition.published(column.value(at: row, definition.type, texts))
      let old = synced.value(at: row, definition.type, snapshot.texts)
      guard new != old else { continue }
      let isCleared = new == .missing
      var action = ResolvedAction(id: isCleared ? .clear : .set, index: 0)
      action.arguments.append(.init(.field, .text(property.name)))
      if !isCleared { action.arguments.append(.init(.value, json(new))) }
      action.request = updateRequest(definition.subject, Int32(row), property.name, json(new))
      recordSync(action, definition, Int32(row))
      decisions.changes.synced.append(
        .init(property: property, definition: definition.id, row: Int32(row), value: new))
    }
  }

  private func syncList(_ definition: Definition, _ list: ListName) {
    guard case .flags(let members) = evaluation.column(of: definition.id) else { return }
    let current = state.lists[list] ?? []
    for row in members.indices {
      let isMember = members[row] == 1
      guard isMember != (row < current.count && current[row] == 1) else { continue }
      var action = listAction(list, row: Int32(row), isMember: isMember, index: 0)
      let claim = claims[.list(list, Int32(row))]
      if let claim, claim.value != .flag(isMember) {
        action.outcome = .overridden(by: claim.rule)
      } else if claim != nil {
        continue
      } else {
        decisions.changes.lists.append(.init(list: list, row: Int32(row), isMember: isMember))
      }
      recordSync(action, definition, Int32(row))
    }
  }

  private func recordSync(_ action: ResolvedAction, _ definition: Definition, _ row: Int32) {
    decisions.actions.append(
      DecidedAction(
        rule: definition.name, isSync: true, subject: definition.subject, row: row,
        key: key(of: definition.subject, row: row), action: action.id, arguments: action.arguments,
        outcome: action.outcome, request: action.request, occurrence: .state(at: now), index: 0))
  }
}

extension Definition {
  /// What is written to a property: scores to a tenth and other numbers to a ten-thousandth, so that a score that decays
  /// all the time is not written all the time.
  func published(_ value: Value) -> Value {
    guard case .number(let number) = value else { return value }
    let steps: Double =
      switch body {
      case .factorScore, .pointsScore: 10
      case .define, .journey, .segment, .malformed: 10_000
      }
    let rounded = (number * steps).rounded() / steps
    return .number(rounded.isFinite ? rounded : number)
  }
}
