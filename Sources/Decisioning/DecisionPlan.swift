import RuleDiagnostics
package import RuleEngine
package import RuleSemantics

/// What deciding needs to know of a rule book, worked out once.
package struct DecisionPlan: Sendable {
  package private(set) var evaluation: EvaluationPlan
  package var program: CheckedProgram { evaluation.program }
  /// What deciding reads beyond what is evaluated; the store loads both.
  package let readSet: ReadSet
  /// In the order in which rules go: higher priority first, then by name.
  let rules: [RulePlan]
  /// In the same order.
  let sequences: [SequencePlan]
  /// One for each of `CheckedPolicy.neverMessage`.
  let neverMessage: [NodeID?]
  /// One for each of `CheckedPolicy.holidays`; `nil` where they hold for everybody.
  let holidayConditions: [NodeID?]
  /// One for each of `CheckedPolicy.weekends`.
  let weekendConditions: [NodeID?]
  /// The names that rules have, and those that they had.
  let ruleNames: Set<String>
  /// The field of contacts that names their time zone, for `in contact time`.
  let zoneField: FieldIndex?
  /// That of accounts, for contacts that name none.
  let accountZoneField: FieldIndex?

  package init(_ evaluation: EvaluationPlan) {
    self.evaluation = evaluation
    let program = evaluation.program
    let experiments = Dictionary(program.experiments.map { ($0.rule, $0) }, uniquingKeysWith: { first, _ in first })
    var rules = program.rules
      .map { RulePlan($0, experiment: experiments[$0.name], in: evaluation) }
      .sorted { ($1.rule.priority, $0.rule.name) < ($0.rule.priority, $1.rule.name) }
    sequences = program.sequences.map { SequencePlan($0, in: evaluation) }
      .sorted { ($1.sequence.priority, $0.sequence.name) < ($0.sequence.priority, $1.sequence.name) }
    // Sequences may come before a rule or after it.
    var fields: [Subject: Set<FieldIndex>] = [
      .contact: Set(sequences.flatMap(\.versions.values).flatMap(\.program.actions).compactMap(\.fieldIndex))
    ]
    for index in rules.indices.reversed() {
      let rule = rules[index]
      rules[index].contestedFields = fields[rule.rule.subject, default: []]
      let actions = rule.rule.actions + (rule.experiment?.arms.flatMap(\.rule.actions) ?? [])
      fields[rule.rule.subject, default: []].formUnion(actions.compactMap(\.fieldIndex))
    }
    self.rules = rules
    neverMessage = program.policy.neverMessage.map { evaluation.node(for: $0, of: .contact) }
    holidayConditions = program.policy.holidays.map { holidays in
      holidays.condition.flatMap { evaluation.node(for: $0, of: .contact) }
    }
    weekendConditions = program.policy.weekends.map { evaluation.node(for: $0.condition, of: .contact) }
    ruleNames = Set(program.rules.map(\.name) + program.rules.compactMap(\.formerName))
    func zone(of record: RecordSchema) -> FieldIndex? {
      record.index(of: "timezone").flatMap { record[$0].type == .text ? $0 : nil }
    }
    zoneField = zone(of: program.contact)
    accountZoneField = zone(of: program.account)
    readSet = DecisionPlan.readSet(of: program, zoneField, accountZoneField)
  }

  /// The node of an expression about a subject; it is added where the rule book has no such expression.
  mutating func addNode(for expression: CheckedExpression, of subject: Subject) -> NodeID {
    evaluation.addNode(for: expression, of: subject)
  }

  private static func readSet(
    of program: CheckedProgram, _ zoneField: FieldIndex?, _ accountZoneField: FieldIndex?
  ) -> ReadSet {
    var reads = ReadSet()
    let message = EventID(0)
    reads.addEvent(message)
    for name in EventSchema.messageFields {
      if let field = program[message].record.index(of: name) { reads.eventFields[message]?.insert(field) }
    }
    if let zoneField { reads.add(zoneField, of: .contact) }
    if let accountZoneField { reads.add(accountZoneField, of: .account) }
    for definition in program.definitions {
      switch definition.body {
      case .journey, .segment: reads.previous.insert(definition.id)
      case .define, .factorScore, .pointsScore, .malformed: break
      }
    }
    return reads
  }
}

/// What deciding needs to know of a rule, worked out once.
struct RulePlan: Sendable {
  let rule: CheckedRule
  let fingerprint: String
  let sendsMessages: Bool
  let condition: NodeID?
  let filter: NodeID?
  let until: NodeID?
  let rank: NodeID?
  /// For each action, its arguments that are expressions.
  let arguments: [[ParameterID: NodeID]]
  let experiment: ExperimentPlan?
  /// Fields of its subject that something may set which comes after the rule.
  fileprivate(set) var contestedFields: Set<FieldIndex> = []

  init(_ rule: CheckedRule, experiment: CheckedExperiment?, in plan: EvaluationPlan) {
    self.rule = rule
    let experiment = experiment.flatMap { ExperimentPlan($0, on: rule, in: plan) }
    self.experiment = experiment
    fingerprint = RulePlan.fingerprint(of: plan.program.book.text(rule.range))
    // An arm's actions stand in the place of the rule's own.
    let actions = experiment?.arms.flatMap(\.rule.actions) ?? rule.actions
    sendsMessages = actions.contains { $0.id.descriptor.isMessage }
    let occurrence = rule.trigger?.occurrence
    func node(_ expression: CheckedExpression) -> NodeID? {
      plan.node(for: expression, of: rule.subject, occurrence: occurrence)
    }
    condition = rule.condition.flatMap(node)
    filter = rule.trigger?.filter.flatMap(node)
    let untilTime: CheckedExpression? = if case .until(let time) = rule.trigger?.wait { time } else { nil }
    until = untilTime.flatMap(node)
    rank = rule.frequency.perAccount.flatMap { plan.node(for: $0.rank, of: rule.subject) }
    arguments = rule.actions.map { action in
      action.arguments.compactMapValues { argument in
        if case .expression(let expression) = argument { node(expression) } else { nil }
      }
    }
  }

  /// 64 bits of FNV-1a, in hexadecimal, over the text without its white space: layout is not part of a rule.
  static func fingerprint(of text: String) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 where byte > UInt8(ascii: " ") {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    return String(hash, radix: 16)
  }
}
