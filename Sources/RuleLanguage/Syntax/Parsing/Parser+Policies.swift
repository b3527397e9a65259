import RuleDiagnostics

// policy, experiment, test
extension Parser {
  mutating func parsePolicy() -> Declaration {
    let start = index
    _ = accept(.policy)
    var items: [PolicyDeclaration.Item] = []
    parseBlock(.policy) { parser in
      let first = parser.index
      guard parser.isItemStart(of: .policy, at: first) else { return false }
      if let kind = parser.parsePolicyItem() {
        items.append(PolicyDeclaration.Item(kind, parser.range(from: first)))
      }
      return true
    }
    return .policy(PolicyDeclaration(items: items, range: range(from: start)))
  }

  private mutating func parsePolicyItem() -> PolicyDeclaration.Item.Kind? {
    switch lexeme {
    case .timezone:
      _ = accept(.timezone)
      return .timezone(expectText())
    case .business: return parseBusinessHours()
    case .holidays:
      _ = accept(.holidays)
      expect(.from)
      let path = expectText(.fileText)
      return .holidays(path, when: accept(.when) ? parseExpression() : nil)
    case .at: return .cap(parseCap())
    case .quiet:
      _ = accept(.quiet)
      expect(.between)
      let from = expectClockTime()
      expect(.and)
      let to = expectClockTime()
      let isInContactTime = parseInContactTime()
      let release = parseRelease()
      guard let from, let to else { return nil }
      return .quiet(from: from, to: to, inContactTime: isInContactTime, release: release)
    case .send:
      let start = index
      _ = accept(.send)
      let window = parseWindow(from: start)
      let release = parseRelease()
      return window.map { .sendWindow($0, release: release) }
    case .weekend:
      _ = accept(.weekend)
      expect(.on)
      let days = parseDays()
      expect(.when)
      return .weekend(days: days, when: parseExpression())
    case .never: return parseNever()
    case .require:
      _ = accept(.require)
      expect(.consent)
      return parseConsent().map { .requireConsent($0) }
    case .approve:
      _ = accept(.approve)
      for word in [Lexeme.rules, .that, .act, .on, .more, .than] { expect(word) }
      return .approve(parseAmount())
    case .approvals:
      _ = accept(.approvals)
      expect(.expire)
      expect(.after)
      return .approvalsExpire(parseDuration())
    case .halt:
      _ = accept(.halt)
      for word in [Lexeme.when, .a, .run, .acts, .on, .more, .than] { expect(word) }
      return .halt(parseAmount())
    default:
      _ = accept(.evaluate)
      expect(.every)
      return .evaluate(parseDuration())
    }
  }

  /// `, release over 30 minutes`
  private mutating func parseRelease() -> Expression.Duration? {
    let hasComma = at(kind: .comma) && lexeme(at: index + 1) == .release
    guard hasComma || at(.release) else { return nil }
    if !hasComma {
      report(.missingComma(at: gap.place.range, insertion: TextEdit(range(of: index - 1).after, ",")))
    }
    _ = accept(.comma)
    expect(.release)
    expect(.over)
    return parseDuration()
  }

  /// The type of a consent: `marketing` is built in, every other one is named by the CRM.
  mutating func parseConsent() -> OutsideName? {
    let isBuiltIn = kind == .name && written(index) == "marketing"
    return expectOutsideName(isQuoted: !isBuiltIn)
  }

  private mutating func parseBusinessHours() -> PolicyDeclaration.Item.Kind? {
    _ = accept(.business)
    expect(.hours)
    let from = expectClockTime()
    expect(.to)
    let to = expectClockTime()
    expect(.on)
    let days = parseDays()
    guard let from, let to else { return nil }
    return .businessHours(from: from, to: to, days: days)
  }

  /// `never message when …`, `never repeat an asset within D`
  private mutating func parseNever() -> PolicyDeclaration.Item.Kind {
    _ = accept(.never)
    if at(.repeat) || isMisspelled(as: .repeat) {
      expect(.repeat)
      expect(.an)
      expect(.asset)
      expect(.within)
      return .neverRepeatAsset(parseDuration())
    }
    expect(.message)
    expect(.when)
    return .neverMessage(parseExpression())
  }

  /// `at most 2 messages per contact per 7 days, hold the rest up to 3 days`
  private mutating func parseCap() -> PolicyDeclaration.Cap {
    _ = accept(.at)
    expect(.most)
    let limit = expectNumber()
    if at(.message) {
      advance()
      if limit.value != 1 {
        understand(from: index - 1, as: "messages") { .foreignWording($0, canonical: $1, edit: $2) }
      } else {
        edits.append(TextEdit(range(of: index - 1), "messages"))
      }
    } else {
      expect(.messages)
    }
    expect(.per)
    let isPerAccount = at(.account)
    if !accept(.account) { expect(.contact) }
    expect(.per)
    let per = parseDuration()
    if !accept(.comma) {
      report(.missingComma(at: gap.place.range, insertion: TextEdit(range(of: index - 1).after, ",")))
    }
    var rest = PolicyDeclaration.Cap.Rest.drop
    if at(.drop) || isMisspelled(as: .drop) {
      expect(.drop)
      expect(.the)
      expect(.rest)
    } else {
      expect(.hold)
      expect(.the)
      expect(.rest)
      var limit: Expression.Duration?
      if at(.up) || (isMisspelled(as: .up) && lexeme(at: index + 1) == .to) {
        expect(.up)
        expect(.to)
        limit = parseDuration()
      }
      rest = .hold(upTo: limit)
    }
    return PolicyDeclaration.Cap(limit: limit, isPerAccount: isPerAccount, per: per, rest: rest)
  }

  /// `500 contacts`, `10% of contacts`
  private mutating func parseAmount() -> PolicyDeclaration.Amount {
    if at(kind: .percent) || (at(kind: .number) && lexeme(at: index + 1) == .percentSign) {
      let share = expectShare()
      expect(.of)
      expect(.contacts)
      return .shareOfContacts(share)
    }
    let count = expectNumber()
    expect(.contacts)
    return .contacts(count)
  }

  // MARK: - Experiments

  mutating func parseExperiment() -> Declaration {
    let start = index
    _ = accept(.experiment)
    let name = expectName()
    let formerName = accept(.was) ? expectName() : nil
    expect(.on)
    let rule = expectName()
    let title = acceptText()
    var arms: [Arm] = []
    var measures: [ExperimentDeclaration.Measure] = []
    parseBlock(.experiment) { parser in
      let first = parser.index
      guard parser.isItemStart(of: .experiment, at: first) else { return false }
      if parser.at(.arm) {
        if let arm = parser.parseArm() { arms.append(arm) }
      } else {
        _ = parser.accept(.measure)
        let value = parser.parseExpression()
        let isAfterwards = parser.acceptAfterwards()
        measures.append(
          ExperimentDeclaration.Measure(value: value, isAfterwards: isAfterwards, range: parser.range(from: first)))
      }
      return true
    }
    guard let name, let rule else { return malformed(.experiment, name, from: start) }
    return .experiment(
      ExperimentDeclaration(
        name: name, formerName: formerName, rule: rule, title: title, arms: arms, measures: measures,
        range: range(from: start)))
  }

  private mutating func acceptAfterwards() -> Bool {
    guard at(.afterwards) || (isMisspelled(as: .afterwards) && !isFirstOnLine(index)) else { return false }
    expect(.afterwards)
    return true
  }

  // MARK: - Tests

  mutating func parseTest() -> Declaration {
    let start = index
    _ = accept(.test)
    let title = expectText()
    var statements: [TestDeclaration.Statement] = []
    parseBlock(.test) { parser in
      let first = parser.index
      guard parser.isItemStart(of: .test, at: first) else { return false }
      if let kind = parser.parseTestStatement() {
        statements.append(TestDeclaration.Statement(kind, parser.range(from: first)))
      }
      return true
    }
    return .test(TestDeclaration(title: title, statements: statements, range: range(from: start)))
  }

  private mutating func parseTestStatement() -> TestDeclaration.Statement.Kind? {
    switch lexeme {
    case .at:
      _ = accept(.at)
      guard at(kind: .date), kind(at: index + 1) == .clockTime else {
        if at(kind: .date) { advance() }
        missing(.date)
        if at(kind: .clockTime) { advance() }
        return .at(Expression(.missing, range(of: index - 1)))
      }
      return .at(parseDate())
    case .with:
      _ = accept(.with)
      expect(.policy)
      return .withPolicy
    case .given: return parseGiven()
    case .wait:
      _ = accept(.wait)
      return .wait(parseDuration())
    default:
      _ = accept(.expect)
      return parseExpectation()
    }
  }

  private mutating func parseGiven() -> TestDeclaration.Statement.Kind? {
    _ = accept(.given)
    if at(.consent), kind(at: index + 1) == .name || kind(at: index + 1) == .textStart {
      _ = accept(.consent)
      return parseConsent().map { .givenConsent($0) }
    }
    if at(.arm), isName(at: index + 1), !isItemStart(of: .test, at: index + 1) { return parseGivenArm() }
    let name = expectName()
    var values: [RecordValue] = []
    if at(kind: .leftBrace)
      || isRecordWithoutBrace
    {
      values = parseValues()
    }
    var ago: Expression.Duration?
    if at(kind: .number) {
      ago = parseDuration()
      expect(.ago)
    }
    return name.map { .given($0, values: values, ago: ago) }
  }

  private mutating func parseGivenArm() -> TestDeclaration.Statement.Kind? {
    _ = accept(.arm)
    let arm = takeName()
    expect(.of)
    guard let owner = expectName() else { return nil }
    return .givenArm(arm, of: owner, atStep: parseAtStep())
  }

  /// `at step S`; `nil` where something else follows.
  private mutating func parseAtStep() -> Name? {
    guard at(.at), lexeme(at: index + 1) == .step || kind(at: index + 1) == .name else { return nil }
    _ = accept(.at)
    expect(.step)
    return expectName()
  }

  /// Values whose opening brace is missing: on this line, or before a closing one.
  private var isRecordWithoutBrace: Bool {
    guard isItemStart(of: .record, at: index), !isItemStart(of: .test, at: index) else { return false }
    var position = index
    while isFirstOnLine(index), kind(at: position) != .rightBrace {
      if kind(at: position) == .endOfFile || kind(at: position) == .leftBrace { return false }
      if isFirstOnLine(position), isItemStart(of: .test, at: position) { return false }
      position += 1
    }
    return true
  }

  private mutating func parseExpectation() -> TestDeclaration.Statement.Kind? {
    if at(.nothing), !isOperator(at: index + 1) {
      _ = accept(.nothing)
      return .expectNothing
    }
    let isNegated = at(.not) && isActionStart(at: index + 1)
    if isNegated || isActionStart(at: index) {
      if isNegated { _ = accept(.not) }
      let action = parseAction()
      let addressee = accept(.to) ? expectText() : nil
      return .expectAction(action, isNegated: isNegated, to: addressee)
    }
    if at(.enrolled), lexeme(at: index + 1) == .in, isName(at: index + 2) {
      _ = accept(.enrolled, .in)
      let sequence = takeName()
      return .expectEnrolled(in: sequence, atStep: parseAtStep())
    }
    return .expectCondition(parseExpression())
  }

  private func isOperator(at position: Int) -> Bool {
    kind(at: position) == .sign || kind(at: position) == .dot || lexeme(at: position) == .is
      || isPredicate(at: position)
  }
}
