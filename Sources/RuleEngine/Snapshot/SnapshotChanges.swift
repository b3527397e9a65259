package import RuleSemantics

/// What is no longer the same in a snapshot as in the one before. Rows stay what they are: records neither come nor go.
package struct SnapshotChanges: Hashable, Sendable {
  /// Of contacts, accounts and deals.
  package var fields: [Table: Set<FieldIndex>] = [:]
  /// Types of events of which there are more, or fewer.
  package var events: Set<EventID> = []

  package init() {}

  package var isEmpty: Bool { fields.isEmpty && events.isEmpty }

  package mutating func add(_ field: FieldIndex, of table: Table) { fields[table, default: []].insert(field) }
}

extension PlanGraph {
  /// For each frame whether its rows are others after the changes.
  func framesChanged(by changes: SnapshotChanges, _ program: CheckedProgram) -> [Bool] {
    var isChanged: [Bool] = []
    for frame in frames {
      switch frame {
      case .scalar, .occurrences, .table(.contacts), .table(.accounts), .table(.deals), .table(.assets):
        isChanged.append(false)
      case .table(.events(let source)): isChanged.append(changes.concern(source, program))
      case .pairs(let grouping):
        var isConcerned = isChanged[grouping.outer.index]
        if case .events(of: _, let source) = grouping.link {
          isConcerned = isConcerned || changes.concern(source, program)
        }
        isChanged.append(isConcerned)
      }
    }
    return isChanged
  }

  /// For each node whether its values may be others after the changes, time aside.
  func nodesChanged(by changes: SnapshotChanges, _ program: CheckedProgram) -> [Bool] {
    if changes.isEmpty { return [Bool](repeating: false, count: nodes.count) }
    let isFrameChanged = framesChanged(by: changes, program)
    var isChanged: [Bool] = []
    isChanged.reserveCapacity(nodes.count)
    for (index, node) in nodes.enumerated() {
      var isConcerned = isFrameChanged[node.frame.index]
      switch node.kind {
      case .field(let field), .fieldIsUnchanged(let field, _, _):
        if case .table(let table) = frames[node.frame.index] {
          isConcerned = isConcerned || changes.fields[table]?.contains(field) == true
        }
      case .reduce(let reduction):
        if case .events(of: _, let source) = reduction.grouping.link {
          isConcerned = isConcerned || changes.concern(source, program)
        }
      default: break
      }
      isChanged.append(isConcerned || children(of: NodeID(index: index)).contains { isChanged[$0.index] })
    }
    return isChanged
  }
}

extension SnapshotChanges {
  func concern(_ source: EventSource, _ program: CheckedProgram) -> Bool {
    switch source {
    case .type(let event), .everybody(let event): events.contains(event)
    case .interactions(of: let subject): program.interactions(of: subject).contains { events.contains($0) }
    }
  }
}
