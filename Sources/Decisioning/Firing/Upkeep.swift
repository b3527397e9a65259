import RuleEngine
import RuleSemantics

/// A `when` rule that does nothing but keep up fields, for whoever has them right already: the usual case, of which
/// nothing comes but that lower rules must not change them.
///
/// A class, since it is asked for each of many people and never changes.
final class Upkeep {
  final class Part {
    let isAdvance: Bool
    let field: FieldIndex
    let type: ValueType
    /// What the snapshot has.
    let stored: Column
    /// The value of all; `nil` where it differs with `node`.
    let value: Value?
    let node: NodeID?
    /// Whether anything that comes after the rule might set the field too.
    let isContested: Bool

    init(
      isAdvance: Bool, field: FieldIndex, type: ValueType, stored: Column, value: Value?, node: NodeID?,
      isContested: Bool
    ) {
      self.isAdvance = isAdvance
      self.field = field
      self.type = type
      self.stored = stored
      self.value = value
      self.node = node
      self.isContested = isContested
    }
  }

  let subject: Subject
  let rule: String
  let parts: [Part]

  init(subject: Subject, rule: String, parts: [Part]) {
    self.subject = subject
    self.rule = rule
    self.parts = parts
  }
}

extension Decider {
  /// `nil` where anything else has a say: other actions, holds, questions, limits, experiments.
  func upkeep(of plan: RulePlan, _ history: History, _ draft: RuleDraft) -> Upkeep? {
    let rule = plan.rule
    guard rule.frequency.repetition == .upkeep, rule.trigger == nil, rule.frequency.perAccount == nil,
      plan.experiment == nil, draft.approval.rule == nil, !history.hasHolds
    else { return nil }
    var parts: [Upkeep.Part] = []
    for (index, action) in rule.actions.enumerated() {
      guard [.set, .clear, .advance].contains(action.id), case .field(let field) = action.arguments[.field] else {
        return nil
      }
      let schema = program.record(of: rule.subject)[field]
      let columns = table(of: rule.subject).columns
      var node = action.id == .clear ? nil : plan.arguments[index][.value]
      // Emptying a field whose missing value means something leaves it at that.
      var value: Value? = action.id == .clear ? schema.missingMeans ?? .missing : node == nil ? .missing : nil
      if let same = node.flatMap(evaluation.valueOfAll) { (node, value) = (nil, same) }
      // Nothing is set to nothing.
      if action.id != .clear, value == .missing { return nil }
      parts.append(
        Upkeep.Part(
          isAdvance: action.id == .advance, field: field, type: schema.type,
          stored: columns.indices.contains(field.index) ? columns[field.index] : .absent, value: value, node: node,
          isContested: plan.contestedFields.contains(field)))
    }
    return Upkeep(subject: rule.subject, rule: rule.name, parts: parts)
  }

  /// Whether all is as it should be; it is claimed then, and nothing else is to be done.
  func isSettled(_ upkeep: Upkeep, _ row: Int32) -> Bool {
    var decided: [(target: Claims.Target, value: Value)] = []
    for part in upkeep.parts {
      let target = Claims.Target.field(upkeep.subject, row, part.field)
      guard claims[target] == nil else { return false }
      let current = part.stored.value(at: Int(row), part.type, snapshot.texts)
      let new = part.value ?? part.node.map { evaluation.value($0, row: Int(row)) } ?? .missing
      if current == new {
        if part.node != nil, new == .missing { return false }
        if part.isContested { decided.append((target, new)) }
      } else {
        // Where `advance` finds the field further on it decides nothing.
        guard part.isAdvance, new != .missing, !isAdvance(from: current, to: new) else { return false }
      }
    }
    for (target, value) in decided { claims.claim(target, value, for: upkeep.rule) }
    return true
  }
}
