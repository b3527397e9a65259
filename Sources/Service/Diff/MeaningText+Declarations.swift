import BusinessTime
import RuleDiagnostics
import RuleSemantics

extension MeaningText {
  func definition(_ definition: Definition) -> String {
    var parts = ["\(definition.subject.rawValue)"]
    switch definition.body {
    case .define(let value): parts.append("define \(expression(value))")
    case .factorScore(let factors): parts += factors.map(factor)
    case .pointsScore(let score):
      parts += score.lines.map(line)
      if let limit = score.limit { parts.append("limit \(limit)") }
    case .journey(let journey):
      parts += journey.stages.map { "stage \($0.name) \(optional($0.condition))" }
      parts.append("back \(optional(journey.movesBack))")
    case .segment(let segment): parts.append("when \(expression(segment.condition)) until \(optional(segment.until))")
    case .malformed: break
    }
    if case .choice(let set) = definition.type { parts.append(choices(set)) }
    if let sync = definition.sync { parts.append("sync \(sync.target) \(sync.name)") }
    return parts.joined(separator: "; ")
  }

  private func factor(_ factor: Factor) -> String {
    "factor \(factor.name) \(factor.weight) \(expression(factor.value))"
  }

  private func line(_ line: PointsScore.Line) -> String {
    switch line.basis {
    case .when(let condition): "\(line.points) when \(expression(condition))"
    case .per(let count, let upTo): "\(line.points) per \(expression(count)) up to \(upTo.map { "\($0)" } ?? "")"
    }
  }

  private func choices(_ set: ChoiceSetID) -> String {
    let set = program[set]
    return "one of \(set.values.joined(separator: set.isOrdered ? " < " : ", "))"
  }

  func rule(_ rule: CheckedRule) -> String {
    let inner = triggered(by: rule.trigger?.occurrence)
    var parts = [rule.subject.rawValue]
    if let trigger = rule.trigger {
      parts.append("on \(occurrence(trigger.occurrence)) where \(inner.optional(trigger.filter))")
      switch trigger.wait {
      case .duration(let span): parts.append("wait \(self.span(span))")
      case .until(let time): parts.append("wait until \(inner.expression(time))")
      case nil: break
      }
    }
    parts.append("when \(inner.optional(rule.condition))")
    parts += rule.actions.map(inner.action)
    if rule.skipsLowerRules { parts.append("skip lower rules") }
    parts += [frequency(rule.frequency), "priority \(rule.priority)"]
    return parts.joined(separator: "; ")
  }

  private func occurrence(_ occurrence: CheckedRule.Occurrence) -> String {
    switch occurrence {
    case .event(.type(let event)): program[event].name
    case .event(.interactions): "interaction"
    case .changed(let reference, let value):
      "\(name(reference)) changed to \(value.map { self.value($0) } ?? "")"
    }
  }

  func frequency(_ frequency: CheckedRule.Frequency) -> String {
    var parts: [String] = []
    switch frequency.repetition {
    case .once: parts.append("once")
    case .onceEvery(let span): parts.append("once every \(self.span(span))")
    case .everyTime: parts.append("every time")
    case .upkeep: parts.append("upkeep")
    }
    if frequency.isFromNowOn { parts.append("from now on") }
    if frequency.includesExisting { parts.append("existing too") }
    if frequency.isPaused { parts.append("paused") }
    if let limit = frequency.perAccount {
      parts.append("\(limit.limit) per account per \(span(limit.per)) \(limit.highestFirst) \(expression(limit.rank))")
    }
    return parts.joined(separator: ", ")
  }

  func action(_ action: CheckedAction) -> String {
    let arguments = ParameterID.allCases.compactMap { parameter -> String? in
      if case .name(let name) = action.arguments[parameter] { reads.keys.insert("\(parameter.rawValue) \(name)") }
      if case .asset(.declared(let asset)) = action.arguments[parameter] {
        reads.keys.insert("asset \(program[asset].name)")
      }
      return action.arguments[parameter].map { "\(parameter.rawValue) \(argument($0))" }
    }
    return ([action.id.rawValue] + arguments).joined(separator: " ")
  }

  private func argument(_ argument: CheckedAction.Argument) -> String {
    switch argument {
    case .expression(let expression): self.expression(expression)
    case .field(let field): program.record(of: subject)[field].name
    case .asset(.declared(let asset)): program[asset].name
    case .asset(.outside(let name)), .name(let name): quoted(name)
    case .recipient(.owner(let fallback)): "owner \(fallback ?? "")"
    case .recipient(.address(let address)): address
    case .span(let span): self.span(span)
    case .flag(let flag): "\(flag)"
    }
  }

  func recommendation(_ recommendation: CheckedRecommendation) -> String {
    let head =
      "from \(optional(recommendation.gate)); never repeat \(recommendation.neverRepeat.map(span) ?? ""); "
      + "best \(recommendation.pick) at \(recommendation.threshold)"
    return ([head] + recommendation.factors.map(factor)).joined(separator: "; ")
  }

  func sequence(_ sequence: CheckedSequence) -> String {
    var parts = [
      "enroll \(optional(sequence.enroll))", frequency(sequence.frequency), "goal \(optional(sequence.goal))",
    ]
    parts += sequence.exits.map { "exit \(expression($0))" }.sorted()
    if let holdout = sequence.holdout { parts.append("holdout \(holdout.share) \(holdout.byAccount)") }
    if let window = sequence.window {
      parts.append("window \(days(window.days)) \(window.from) \(window.to) \(window.inContactTime)")
    }
    parts.append("priority \(sequence.priority)")
    parts += sequence.steps.map { "step \($0.name) { \(statements($0.statements)) }" }
    return parts.joined(separator: "; ")
  }

  func experiment(_ experiment: CheckedExperiment) -> String {
    let arms = experiment.arms.map { "arm \($0.name) \($0.share) { \(statements($0.statements)) }" }
    return
      (["on \(experiment.rule)"] + arms
      + experiment.measures.map {
        "measure \(expression($0.condition)) \($0.isAfterwards) \($0.window.map(span) ?? "")"
      }).joined(separator: "; ")
  }

  private func statements(_ statements: [CheckedSequence.Statement]) -> String {
    statements.map { statement in
      switch statement {
      case .action(let action): self.action(action)
      case .wait(let span, _): "wait \(self.span(span))"
      case .waitUntil(let span, let condition, _): "wait up to \(self.span(span)) until \(expression(condition))"
      case .conditional(let condition, let then, let otherwise, _):
        "if \(expression(condition)) { \(self.statements(then)) } else { \(self.statements(otherwise)) }"
      case .split(let byAccount, let arms, _):
        "split \(byAccount) "
          + arms.map { "arm \($0.name) \($0.share) { \(self.statements($0.statements)) }" }.joined(separator: " ")
      }
    }.joined(separator: "; ")
  }

  // MARK: - Data and policy

  func record(_ schema: RecordSchema) -> [(name: String, meaning: String)] {
    schema.fields.map { field in
      let parts = [
        type(field.type), field.isKey ? "key" : "", field.missingMeans.map { "means \(value($0))" } ?? "",
        field.hubspotProperty ?? "", field.column ?? "", field.missingSpellings.joined(separator: ","),
      ]
      return (field.name, parts.joined(separator: "; "))
    }
  }

  private func type(_ type: ValueType) -> String {
    switch type {
    case .text, .number, .flag, .date, .time, .asset, .error: "\(type)"
    case .choice(let set): choices(set) + program[set].spellings.map { $0 ?? "" }.joined(separator: ",")
    case .list(let member): "list of \(self.type(member))"
    }
  }

  func event(_ event: EventSchema) -> String {
    let fields = record(event.record).map { "\($0.name) \($0.meaning)" }.sorted()
    return (["\(event.isForAccount) \(event.worth.map { "\($0)" } ?? "")"] + fields).joined(separator: "; ")
  }

  func asset(_ asset: CheckedAsset) -> String {
    zip(program.asset.fields, asset.values).map { "\($0.name) \(value($1))" }.sorted().joined(separator: "; ")
  }

  func team(_ team: CheckedTeam) -> String { team.members.joined(separator: ",") + " otherwise \(team.fallback ?? "")" }

  private func days(_ days: Set<Weekday>) -> String { days.map { "\($0)" }.sorted().joined(separator: ",") }

  func policy(_ policy: CheckedPolicy) -> String {
    var parts = [
      policy.zone, "\(policy.businessFrom) \(policy.businessTo)",
      days(policy.workdays), "repeat \(span(policy.neverRepeatAsset))",
      "approvals \(span(policy.approvalsExpireAfter))", "consent \(policy.consents.sorted().joined(separator: ","))",
      "approve \(policy.approveOver)",
      "halt \(policy.haltOver)", "every \(policy.evaluateEvery.map(span) ?? "")",
    ]
    parts += policy.holidays.map { "holidays \($0.path) \(optional($0.condition))" }.sorted()
    parts += policy.caps.map { "cap \($0.limit) \($0.isPerAccount) \(span($0.per)) \($0.rest)" }.sorted()
    parts += policy.quiet.map { "quiet \($0.from) \($0.to) \($0.inContactTime) \($0.release.map(span) ?? "")" }.sorted()
    parts += policy.weekends.map { "weekend \(days($0.days)) \(expression($0.condition))" }.sorted()
    parts += policy.sendWindows.map { window in
      "send \(days(window.days)) \(window.hours) \(window.inContactTime) \(window.release.map(span) ?? "")"
    }.sorted()
    parts += policy.neverMessage.map { "never \(expression($0))" }.sorted()
    return parts.joined(separator: "; ")
  }
}
