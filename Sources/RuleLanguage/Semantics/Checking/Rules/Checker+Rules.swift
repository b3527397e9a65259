import RuleDiagnostics
import RuleSyntax

extension Checker {
  /// Names stay those of the first rule of a name; the others are checked all the same.
  mutating func checkRules() {
    var declared = DeclaredNames()
    var unnamed: [String: SourceRange] = [:]
    for tree in trees {
      for case .rule(let rule) in tree.declarations {
        let name = rule.head?.name.text ?? "unnamed:\(fingerprint(of: rule, in: tree))"
        if let head = rule.head {
          if let first = declared.add(head.name) {
            report(.duplicateDeclaration("rule", head.name.text, at: head.name.range, first: first))
          }
        } else if let first = unnamed[name] {
          report(.repeatedRule(at: rule.range, first: first))
        } else {
          unnamed[name] = rule.range
        }
        program.rules.append(check(rule, named: name))
      }
    }
    checkFormerNamesOfRules()
  }

  private mutating func checkFormerNamesOfRules() {
    for case .rule(let rule) in declarations {
      guard let former = rule.head?.formerName, names.named[.rule]?[former.text] != nil else { continue }
      report(.formerNameInUse(former.text, DeclaredKind.rule.rawValue, at: former.range))
    }
  }

  private mutating func check(_ rule: RuleDeclaration, named name: String) -> CheckedRule {
    let subject: Subject = rule.head?.isForAccount == true ? .account : .contact
    var scope = Scope(subject: subject)
    let trigger = rule.trigger.flatMap { checkTrigger($0, in: scope) }
    scope.trigger = trigger?.occurrence
    // What an `on` that was reported would give is not known; the rest of the rule is not judged by it.
    let isJudged = rule.trigger == nil || trigger != nil
    let condition = isJudged ? rule.condition.map { checkCondition($0, in: scope) } : nil
    let (actions, skips) = isJudged ? checkActions(rule.actions, in: scope) : ([], false)
    let isUpkeep = !actions.isEmpty && actions.allSatisfy { $0.id.descriptor.isUpkeep }
    let standard: CheckedRule.Frequency.Repetition =
      isUpkeep ? .upkeep : rule.trigger == nil ? .once : .everyTime
    return CheckedRule(
      name: name, isNamed: rule.head != nil, formerName: rule.head?.formerName?.text,
      title: rule.head?.title?.text, subject: subject, trigger: trigger, condition: condition, actions: actions,
      skipsLowerRules: skips, frequency: checkFrequency(rule.frequency, in: scope, standard: standard),
      priority: rule.priority?.value ?? 0, range: rule.range)
  }

  /// The actions, and whether the last is `skip lower rules`.
  private mutating func checkActions(
    _ actions: [ActionSyntax], in scope: Scope
  ) -> (actions: [CheckedAction], skips: Bool) {
    var checked: [CheckedAction] = []
    var skips = false
    for (index, action) in actions.enumerated() {
      if case .skipLowerRules = action.kind {
        if index < actions.count - 1 { report(.skipNotLast(at: action.range)) }
        skips = true
      } else if let action = checkAction(action, in: scope) {
        checked.append(action)
      }
    }
    return (checked, skips)
  }

  // MARK: - What sets a rule off

  /// `nil` when it was reported.
  mutating func checkTrigger(_ trigger: Trigger, in scope: Scope) -> CheckedRule.Trigger? {
    guard let occurrence = checkOccurrence(trigger.occurrence, in: scope) else { return nil }
    var inner = scope
    inner.trigger = occurrence
    var filterScope = inner
    filterScope.names = .trigger
    filterScope.allowsEvents = false
    filterScope.allowsPeople = false
    let filter = trigger.filter.map { checkCondition($0, in: filterScope) }
    var wait: CheckedRule.Wait?
    switch trigger.wait {
    case nil: break
    case .duration(let duration): wait = checkSpan(duration).map { .duration($0) }
    case .until(let moment):
      let checked = checkExpression(moment, in: inner, expecting: .time)
      if checked.type != .error { wait = .until(checked) }
    }
    return CheckedRule.Trigger(occurrence: occurrence, filter: filter, wait: wait, range: trigger.range)
  }

  private mutating func checkOccurrence(
    _ occurrence: Trigger.Occurrence, in scope: Scope
  ) -> CheckedRule.Occurrence? {
    switch occurrence {
    case .event(let name): return resolveEvent(name).map { .event($0) }
    case .changed(let path, let literal):
      let checked = checkOperand(path, in: scope, context: nil)
      guard checked.type != .error else { return nil }
      guard case .read(let reference) = checked.kind, keepsHistory(reference) else {
        report(.notTracked(text(path.range), at: path.range))
        return nil
      }
      var value: Value?
      if let literal {
        value = checkLiteral(literal, as: checked.type, of: text(path.range))
        if value == nil { return nil }
      }
      return .changed(reference, to: value)
    }
  }

  // MARK: - How often

  /// How often; `standard` is what holds where the clauses do not say.
  mutating func checkFrequency(
    _ clauses: [FrequencyClause], in scope: Scope, standard: CheckedRule.Frequency.Repetition
  ) -> CheckedRule.Frequency {
    var frequency = CheckedRule.Frequency(repetition: standard)
    var seen = SeenClauses()
    for clause in clauses {
      guard isFirst(clause.words, clause.range, &seen) else { continue }
      switch clause.kind {
      case .once: frequency.repetition = .once
      case .onceEvery(let duration):
        if let span = checkSpan(duration) { frequency.repetition = .onceEvery(span) }
      case .everyTime: frequency.repetition = .everyTime
      case .fromNowOn: frequency.isFromNowOn = true
      case .existingToo: frequency.includesExisting = true
      case .paused: frequency.isPaused = true
      case .perAccount(let limit): frequency.perAccount = checkPerAccount(limit, clause.range, in: scope)
      }
    }
    if let existing = seen.first["existing too"], let later = seen.first["from now on"] {
      report(.existingAndFromNowOn(at: max(existing, later), first: min(existing, later)))
    }
    return frequency
  }

  private func max(_ left: SourceRange, _ right: SourceRange) -> SourceRange {
    left.start < right.start ? right : left
  }

  private func min(_ left: SourceRange, _ right: SourceRange) -> SourceRange {
    left.start < right.start ? left : right
  }

  private mutating func checkPerAccount(
    _ limit: FrequencyClause.PerAccount, _ range: SourceRange, in scope: Scope
  ) -> CheckedRule.PerAccount? {
    guard scope.subject == .contact else {
      report(.contactsPerAccountOfAccount(at: range))
      return nil
    }
    let count = checkWholeNumber(limit.limit, atLeast: 1, of: "at most")
    let per = checkSpan(limit.per)
    let rank = checkOperand(limit.rank, in: scope, context: .number)
    let reports = diagnostics.count
    checkOrder(of: rank, limit.rank.range, limit.highestFirst ? "highest" : "lowest")
    guard let count, let per, rank.type != .error, diagnostics.count == reports else { return nil }
    return CheckedRule.PerAccount(limit: count, per: per, highestFirst: limit.highestFirst, rank: rank)
  }
}

extension FrequencyClause {
  /// What may stand once.
  fileprivate var words: String {
    switch kind {
    case .once, .onceEvery, .everyTime: "once"
    case .fromNowOn: "from now on"
    case .existingToo: "existing too"
    case .paused: "paused"
    case .perAccount: "at most"
    }
  }
}
