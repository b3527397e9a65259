import RuleDiagnostics
import RuleSemantics

/// A field that a rule writes, and what it writes into it.
private struct Write {
  var rule: CheckedRule
  var field: FieldIndex
  /// `nil` for `clear`.
  var value: CheckedExpression?
  var range: SourceRange
}

extension LintContext {
  /// What rules keep in order: written whenever it would change something.
  private var writes: [Write] {
    program.rules.flatMap { rule -> [Write] in
      guard rule.trigger == nil, rule.frequency.repetition == .upkeep, !rule.frequency.isPaused else { return [] }
      return rule.actions.compactMap { action in
        guard case .field(let field) = action.arguments[.field] else { return nil }
        switch action.id {
        case .set:
          guard case .expression(let value) = action.arguments[.value] else { return nil }
          return Write(rule: rule, field: field, value: value, range: action.range)
        case .clear: return Write(rule: rule, field: field, value: nil, range: action.range)
        // Never lowers, so it comes to rest.
        default: return nil
        }
      }
    }
  }

  private func fieldName(_ write: Write) -> String {
    program.record(of: write.rule.subject)[write.field].name
  }

  /// Two rules of equal priority that set one field differently for the same people.
  fileprivate func contestedFields() -> [Diagnostic] {
    let writes = self.writes
    var reports: [Diagnostic] = []
    for (index, later) in writes.enumerated() {
      for earlier in writes[..<index] {
        guard later.field == earlier.field, later.rule.subject == earlier.rule.subject,
          later.rule.name != earlier.rule.name, later.rule.priority == earlier.rule.priority,
          later.value?.fingerprint != earlier.value?.fingerprint,
          !areDisjoint(later.rule.condition, earlier.rule.condition)
        else { continue }
        reports.append(
          .contestedField(
            fieldName(later), rule: name(of: later.rule), at: later.range, other: name(of: earlier.rule),
            otherRange: earlier.range))
        break
      }
    }
    return reports
  }

  /// Rules that feed each other: each writes a field in such a way that the next one acts.
  fileprivate func ruleLoops() -> [Diagnostic] {
    let writes = self.writes
    let readers = Dictionary(grouping: writes.indices) { writes[$0].rule.name }
    var next: [[Int]] = Array(repeating: [], count: writes.count)
    for (index, write) in writes.enumerated() {
      for (_, others) in readers {
        guard let reader = others.first.map({ writes[$0].rule }), reader.name != write.rule.name,
          reader.subject == write.rule.subject, mayTrigger(write, reader)
        else { continue }
        next[index] += others
      }
      next[index].sort()
    }
    var reported: Set<String> = []
    return writes.indices.compactMap { start in
      guard let loop = shortestLoop(from: start, next) else { return nil }
      // Values that agree come to rest: a loop needs two that differ, or two fields.
      let kinds = Set(loop.map { "\(writes[$0].field.index) \(writes[$0].value?.fingerprint ?? "")" })
      guard kinds.count > 1, loop.allSatisfy({ !reported.contains(writes[$0].rule.name) }) else { return nil }
      reported.formUnion(loop.map { writes[$0].rule.name })
      return .ruleLoop(
        loop.map { (name(of: writes[$0].rule), fieldName(writes[$0]), writes[$0].range) })
    }
  }

  /// Whether what a rule writes may make another one act.
  private func mayTrigger(_ write: Write, _ reader: CheckedRule) -> Bool {
    guard let condition = reader.condition else { return false }
    let attribute = Reference(.subject, .field(write.field))
    var reads = false
    for part in condition.conjuncts where reachable(part).contains(attribute) {
      reads = true
      // A condition that the written value cannot meet is not triggered by it.
      if let atom = atom(part), case .read(attribute) = atom.operand.kind {
        guard let value = write.value else {
          if !atom.set.includesMissing { return false }
          continue
        }
        if let written = atomOfValue(value, like: atom), atom.set.intersection(written)?.isEmpty == true {
          return false
        }
      }
    }
    return reads
  }

  private func atomOfValue(_ value: CheckedExpression, like atom: Atom) -> ValueSet? {
    guard value.constantValue != nil else { return nil }
    let equality = CheckedExpression(
      .compare(atom.operand, .equal, value), .flag, mayBeMissing: true, at: value.range)
    return self.atom(equality)?.set
  }

  /// What a condition reads of its subject, definitions seen through.
  private func reachable(_ expression: CheckedExpression) -> Set<Reference> {
    var found: Set<Reference> = []
    var pending = [expression]
    var seen: Set<DefinitionID> = []
    while let next = pending.popLast() {
      for reference in next.references where reference.variable == .subject && !reference.viaAccount {
        found.insert(reference)
        if case .definition(let id) = reference.attribute, seen.insert(id).inserted {
          pending += program[id].body.expressions
        }
      }
    }
    return found
  }

  private func shortestLoop(from start: Int, _ next: [[Int]]) -> [Int]? {
    var cameFrom: [Int: Int] = [:]
    var queue = [start]
    var head = 0
    while head < queue.count {
      let current = queue[head]
      head += 1
      for following in next[current] {
        if following == start {
          var path = [current]
          while let last = path.last, last != start, let before = cameFrom[last] { path.append(before) }
          return path.reversed()
        }
        if cameFrom[following] == nil {
          cameFrom[following] = current
          queue.append(following)
        }
      }
    }
    return nil
  }

  /// A value that is another one at every look.
  fileprivate func restlessUpkeep() -> [Diagnostic] {
    writes.compactMap { write in
      guard let value = write.value else { return nil }
      if let moving = movingPart(of: value) {
        return .restlessUpkeep(fieldName(write), value: text(moving.range), at: value.range, isOwnValue: false)
      }
      let own = Reference(.subject, .field(write.field))
      if value.type == .number, case .arithmetic = value.kind, value.references.contains(own) {
        return .restlessUpkeep(fieldName(write), value: fieldName(write), at: value.range, isOwnValue: true)
      }
      return nil
    }
  }

  /// The part of a value that moves on with the clock; conditions inside come to rest by themselves.
  private func movingPart(of value: CheckedExpression) -> CheckedExpression? {
    switch value.kind {
    case .now, .today, .ago: return value
    case .conditional(_, let then, let otherwise): return movingPart(of: then) ?? movingPart(of: otherwise)
    case .otherwise, .arithmetic, .shift, .negate, .interpolation:
      return value.children.lazy.compactMap { movingPart(of: $0) }.first
    default: return nil
    }
  }
}

func findContestedFields(_ context: LintContext) -> [Diagnostic] { context.contestedFields() }

func findRuleLoops(_ context: LintContext) -> [Diagnostic] { context.ruleLoops() }

func findRestlessUpkeep(_ context: LintContext) -> [Diagnostic] { context.restlessUpkeep() }
