import RuleSemantics

// Everything in the rule book that is evaluated, so that one graph holds it and one read set says what to load.
extension Planner {
  mutating func planProgram() {
    for definition in program.definitions { definitionNodes.append(planDefinition(definition)) }
    for rule in program.rules { planRule(rule) }
    planPolicy(program.policy)
    planRecommendations()
    for sequence in program.sequences + program.earlierSequences { planSequence(sequence) }
    for experiment in program.experiments { planExperiment(experiment) }
    for test in program.tests { planTest(test) }
  }

  private mutating func planDefinition(_ definition: Definition) -> NodeID {
    let scope = scope(of: definition.subject)
    let frame = scope.frame(of: LevelSet(level: 0))
    let body: NodeID
    switch definition.body {
    case .define(let expression): body = plan(expression, in: scope).node
    case .factorScore(let factors):
      let terms = factors.map { Node.FactorTerm(weight: $0.weight, value: plan($0.value, in: scope).node) }
      body = node(.factorScore(terms), .number, frame)
    case .pointsScore(let score):
      let terms = score.lines.map { line in
        switch line.basis {
        case .when(let condition):
          Node.PointsTerm(points: line.points, basis: plan(condition, in: scope).node, counts: false, upTo: nil)
        case .per(let count, upTo: let upTo):
          Node.PointsTerm(points: line.points, basis: plan(count, in: scope).node, counts: true, upTo: upTo)
        }
      }
      body = node(.pointsScore(terms, limit: score.limit), .number, frame)
    case .journey(let journey):
      readSet.previous.insert(definition.id)
      let stages = journey.stages.map { stage in stage.condition.map { plan($0, in: scope).node } }
      let movesBack = journey.movesBack.map { plan($0, in: scope).node }
      body = node(.journey(definition.id, stages: stages, movesBack: movesBack), definition.type, frame)
    case .segment(let segment):
      readSet.previous.insert(definition.id)
      let until = segment.until.map { plan($0, in: scope).node }
      body = node(.segment(definition.id, plan(segment.condition, in: scope).node, until: until), .flag, frame)
    case .malformed: body = constant(.missing, definition.type).node
    }
    return node(.definition(definition.id, body), definition.type, frame)
  }

  private mutating func planRule(_ rule: CheckedRule) {
    let scope = scope(of: rule.subject, trigger: rule.trigger.map { TriggerKind($0.occurrence) })
    if let trigger = rule.trigger {
      switch trigger.occurrence {
      case .event(.type(let event)): readSet.addEvent(event)
      case .event(.interactions):
        for event in program.interactions(of: rule.subject) { readSet.addEvent(event) }
      case .changed(let reference, to: _): readChange(reference, of: rule.subject)
      }
      if let filter = trigger.filter { _ = plan(filter, in: scope) }
      if case .until(let instant) = trigger.wait { _ = plan(instant, in: scope) }
    }
    if let condition = rule.condition { _ = plan(condition, in: scope) }
    for action in rule.actions { planAction(action, in: scope) }
    if let perAccount = rule.frequency.perAccount { _ = plan(perAccount.rank, in: self.scope(of: rule.subject)) }
  }

  private mutating func readChange(_ reference: Reference, of subject: Subject) {
    let owner: Subject = reference.viaAccount ? .account : subject
    switch reference.attribute {
    case .field(let field):
      readSet.add(field, of: owner)
      readSet.addChange(of: field, of: owner)
    case .definition(let id): readSet.previous.insert(id)
    case .eventTime, .eventWorth, .oldValue, .newValue: break
    }
  }

  private mutating func planAction(_ action: CheckedAction, in scope: PlanScope) {
    for argument in action.arguments.sorted(by: { $0.key.rawValue < $1.key.rawValue }).map(\.value) {
      switch argument {
      case .expression(let expression): _ = plan(expression, in: scope)
      case .field(let field): readSet.add(field, of: scope.subject)
      case .asset, .name, .recipient, .span, .flag: break
      }
    }
  }

  private mutating func planPolicy(_ policy: CheckedPolicy) {
    let contact = scope(of: .contact)
    for condition in policy.neverMessage { _ = plan(condition, in: contact) }
    for holidays in policy.holidays {
      if let condition = holidays.condition { _ = plan(condition, in: contact) }
    }
    for weekend in policy.weekends { _ = plan(weekend.condition, in: contact) }
  }

  private mutating func planSequence(_ sequence: CheckedSequence) {
    let contact = scope(of: .contact)
    if let enroll = sequence.enroll { _ = plan(enroll, in: contact) }
    if let perAccount = sequence.frequency.perAccount { _ = plan(perAccount.rank, in: contact) }
    let enrolment = scope(of: .contact, trigger: .enrolment)
    for condition in [sequence.goal].compactMap(\.self) + sequence.exits { _ = plan(condition, in: enrolment) }
    for step in sequence.steps { planStatements(step.statements, in: enrolment) }
  }

  /// Its arms stand in the place of the rule's own actions.
  private mutating func planExperiment(_ experiment: CheckedExperiment) {
    let rule = program.rules.first { $0.name == experiment.rule }
    let subject = rule?.subject ?? .contact
    let place = scope(of: subject, trigger: rule?.trigger.map { TriggerKind($0.occurrence) })
    for arm in experiment.arms { planStatements(arm.statements, in: place) }
    for measure in experiment.measures {
      let trigger = measure.isAfterwards ? TriggerKind(CheckedExperiment.Measure.trigger) : nil
      _ = plan(measure.condition, in: scope(of: subject, trigger: trigger))
    }
  }

  private mutating func planStatements(_ statements: [CheckedSequence.Statement], in scope: PlanScope) {
    for statement in statements {
      switch statement {
      case .action(let action): planAction(action, in: scope)
      case .wait: break
      case .waitUntil(upTo: _, let condition, _): _ = plan(condition, in: scope)
      case .conditional(let condition, then: let then, otherwise: let otherwise, _):
        _ = plan(condition, in: scope)
        planStatements(then, in: scope)
        planStatements(otherwise, in: scope)
      case .split(byAccount: _, let arms, _):
        for arm in arms { planStatements(arm.statements, in: scope) }
      }
    }
  }

  private mutating func planTest(_ test: CheckedTest) {
    for step in test.steps {
      switch step.kind {
      case .expectCondition(let condition, let subject): _ = plan(condition, in: scope(of: subject))
      case .expectAction(let action, isNegated: _, to: _): planAction(action, in: scope(of: .contact))
      case .at, .wait, .givenConsent, .givenArm, .givenSplit, .givenRecord, .givenDeal, .givenEvent, .expectNothing,
        .expectEnrolled:
        break
      }
    }
  }
}
