import RuleDiagnostics

extension Parser {
  // MARK: - Rules

  /// `rule NAME { … }`
  mutating func parseRule() -> Declaration {
    let start = index
    _ = accept(.rule)
    let head = parseHead()
    var rule = RuleDeclaration(
      head: head, trigger: nil, condition: nil, actions: [], frequency: [], priority: nil, range: range(from: start))
    var firsts: [String: Int] = [:]
    let hasBlock = parseBlock(.rule) { $0.parseRuleClause(&rule, &firsts) }
    rule.range = range(from: start)
    let place = head?.name.range ?? range(of: start)
    if hasBlock, !hasErrorInDeclaration {
      if rule.actions.isEmpty, firsts["then"] == nil {
        report(.ruleWithoutActions(at: place))
      } else if rule.trigger == nil, rule.condition == nil, firsts["on"] == nil, firsts["when"] == nil {
        report(.ruleWithoutTrigger(at: place))
      }
    }
    guard let head else { return malformed(.rule, from: start) }
    if !hasBlock, hasErrorInDeclaration { return malformed(.rule, head.name, from: start) }
    return .rule(rule)
  }

  private mutating func parseRuleClause(_ rule: inout RuleDeclaration, _ firsts: inout [String: Int]) -> Bool {
    let start = index
    guard isItemStart(of: .rule, at: start), let word = lexeme else {
      return parseClauseWithoutWord(&rule, &firsts)
    }
    switch word {
    case .on:
      checkOnce("on", start, &firsts)
      let trigger = parseTrigger()
      rule.trigger = rule.trigger ?? trigger
    case .when:
      checkOnce("when", start, &firsts)
      _ = accept(.when)
      let condition = parseExpression()
      if rule.condition == nil || rule.condition?.kind == .missing { rule.condition = condition }
    case .then:
      checkOnce("then", start, &firsts)
      _ = accept(.then)
      let actions = parseActions()
      if rule.actions.isEmpty || rule.actions.allSatisfy(\.isMalformed) { rule.actions = actions }
    case .priority:
      checkOnce("priority", start, &firsts)
      _ = accept(.priority)
      rule.priority = expectNumber()
    default:
      if let frequency = parseFrequency() { rule.frequency.append(frequency) }
    }
    return true
  }

  /// An action without its `then`, or a condition without its `when`.
  private mutating func parseClauseWithoutWord(
    _ rule: inout RuleDeclaration, _ firsts: inout [String: Int]
  ) -> Bool {
    if isActionStart(at: index), !isMuted {
      if firsts["then"] != nil {
        let edit = TextEdit(startOf(range(of: index)), "and ")
        report(.missingWord("and", before: written(index), at: range(of: index), insertion: edit))
        rule.actions += parseActions()
      } else {
        firsts["then"] = index
        reportMissingThen()
        rule.actions = parseActions()
      }
      return true
    }
    guard firsts["when"] == nil, rule.condition == nil, !isMuted, isConditionStart,
      isFirstOnLine(index) || kind(at: index - 1) == .leftBrace, misspelledWord(among: itemWords(of: .rule)) == nil
    else { return false }
    report(.missingWhen(at: range(of: index), insertion: TextEdit(startOf(range(of: index)), "when ")))
    rule.condition = parseExpression()
    return true
  }

  private mutating func reportMissingThen() {
    report(
      .missingThen(
        before: written(index), at: range(of: index), insertion: TextEdit(startOf(range(of: index)), "then ")))
  }

  /// `on … [when …] then … [how often] [priority N]`, or the same without `on`.
  mutating func parseOneLineRule(from start: Int, hasWhen: Bool) -> RuleDeclaration {
    var rule = RuleDeclaration(
      head: nil, trigger: nil, condition: nil, actions: [], frequency: [], priority: nil, range: range(of: start))
    var firsts: [String: Int] = [:]
    if at(.on) {
      firsts["on"] = index
      rule.trigger = parseTrigger()
    }
    if !hasWhen || at(.when) || (isMisspelled(as: .when) && rule.trigger != nil) {
      if hasWhen { expect(.when) }
      firsts["when"] = index
      rule.condition = parseExpression()
    }
    if !isActionStart(at: index) { skipOnLine(to: [.then]) }
    if isActionStart(at: index) {
      reportMissingThen()
    } else if at(.then) || isMisspelled(as: .then) || isPrimaryStart {
      expect(.then)
    } else {
      report(.ruleWithoutActions(at: gap.place.range))
      rule.range = range(from: start)
      return rule
    }
    rule.actions = parseActions()
    parseRuleEnd(&rule, &firsts)
    rule.range = range(from: start)
    return rule
  }

  /// The frequency and priority behind the actions of a one-line rule.
  private mutating func parseRuleEnd(_ rule: inout RuleDeclaration, _ firsts: inout [String: Int]) {
    while kind == .name, let word = lexeme, !(isInColumnOne(index) && isDeclaration(at: index)) {
      if word == .priority, kind(at: index + 1) == .number {
        checkOnce("priority", index, &firsts)
        _ = accept(.priority)
        rule.priority = expectNumber()
      } else if isFrequencyStart(at: index, as: word) {
        if let frequency = parseFrequency() { rule.frequency.append(frequency) }
      } else {
        return
      }
    }
  }

  // MARK: - Triggers

  /// `on E [where …] [wait …]`, `on F changed [to v] …`
  private mutating func parseTrigger() -> Trigger? {
    let start = index
    _ = accept(.on)
    guard isName(at: index), !isClauseOnNewLine else {
      let (place, found) = gap
      report(.missingName(.eventName, before: found, at: place.range))
      return nil
    }
    let path = parsePath()
    let occurrence: Trigger.Occurrence
    if at(.changed) || (isMisspelled(as: .changed) && !isFirstOnLine(index)) {
      expect(.changed)
      var value: Literal?
      if accept(.to) { value = parseLiteral() }
      occurrence = .changed(path, to: value)
    } else if case .path(let names) = path.kind, names.count == 1 {
      occurrence = .event(names[0])
    } else {
      expect(.changed)
      occurrence = .changed(path, to: nil)
    }
    var filter: Expression?
    if at(.where) || (isConditionStart && !isFirstOnLine(index) && !isMisspelled(as: .wait)) {
      expect(.where)
      filter = parseEventFilter { $0.parseExpression() }
    }
    var wait: Trigger.Wait?
    if at(.wait) || (isMisspelled(as: .wait) && !isFirstOnLine(index)) {
      expect(.wait)
      wait = accept(.until) ? .until(parseSum()) : .duration(parseDuration())
    }
    return Trigger(occurrence: occurrence, filter: filter, wait: wait, range: range(from: start))
  }

  // MARK: - How often

  mutating func parseFrequency() -> FrequencyClause? {
    let start = index
    let kind: FrequencyClause.Kind
    switch lexeme {
    case .once:
      _ = accept(.once)
      kind = accept(.every) ? .onceEvery(parseDuration()) : .once
    case .every:
      _ = accept(.every)
      expect(.time)
      kind = .everyTime
    case .from:
      _ = accept(.from)
      expect(.now)
      expect(.on)
      kind = .fromNowOn
    case .existing:
      _ = accept(.existing)
      expect(.too)
      kind = .existingToo
    case .paused:
      _ = accept(.paused)
      kind = .paused
    case .at:
      kind = .perAccount(parsePerAccount())
    default: return nil
    }
    return FrequencyClause(kind: kind, range: range(from: start))
  }

  /// `at most 1 contact per account per 30 days, highest engagement first`
  private mutating func parsePerAccount() -> FrequencyClause.PerAccount {
    _ = accept(.at, .most)
    let limit = expectNumber()
    if !accept(.contact) { expect(.contacts) }
    expect(.per)
    expect(.account)
    expect(.per)
    let per = parseDuration()
    if !accept(.comma) {
      report(.missingComma(at: gap.place.range, insertion: TextEdit(range(of: index - 1).after, ",")))
    }
    let isHighest = !at(.lowest)
    if !accept(.lowest) { expect(.highest) }
    let rank = parseSum()
    expect(.first)
    return FrequencyClause.PerAccount(limit: limit, per: per, highestFirst: isHighest, rank: rank)
  }
}
