import BusinessTime
import RuleDiagnostics
import RuleSyntax

extension Checker {
  mutating func checkTests() {
    var titles = DeclaredNames()
    for case .test(let test) in declarations {
      if let first = titles.add(Name(test.title.text, test.title.range)) {
        report(.duplicateDeclaration("test", test.title.text, at: test.title.range, first: first))
      }
      check(test)
    }
  }

  private mutating func check(_ test: TestDeclaration) {
    var checked = CheckedTest(
      title: test.title.text, start: nil, withPolicy: false, steps: [], range: test.title.range)
    var cast = TestCast(test)
    var isStartReported = false
    for statement in test.statements {
      if case .withPolicy = statement.kind {
        checked.withPolicy = true
        continue
      }
      if case .at(let expression) = statement.kind {
        guard let instant = instant(expression) else { continue }
        if let last = cast.clock, instant < last.instant {
          report(.clockBackwards(at: statement.range, earlier: last.range))
          continue
        }
        cast.clock = (instant, statement.range)
        if checked.start == nil {
          checked.start = instant
        } else {
          checked.steps.append(.init(.at(instant), statement.range))
        }
        continue
      }
      if checked.start == nil, !isStartReported {
        report(.testWithoutStart(at: statement.range))
        isStartReported = true
      }
      var subject = cast.subject
      if case .expectAction(let action, _, _) = statement.kind { subject = self.subject(of: action, in: cast) }
      if let kind = check(statement, &cast) { checked.steps.append(.init(kind, statement.range, about: subject)) }
    }
    if test.statements.isEmpty { report(.testWithoutStart(at: test.title.range)) }
    program.tests.append(checked)
  }

  /// `nil` when it was reported.
  private mutating func check(_ statement: TestDeclaration.Statement, _ cast: inout TestCast) -> CheckedTest.Kind? {
    switch statement.kind {
    case .at, .withPolicy:
      return nil
    case .givenConsent(let purpose):
      return .givenConsent(purpose.text)
    case .givenArm(let arm, let owner, let step):
      return checkGivenArm(arm, of: owner, at: step)
    case .given(let name, let values, let ago):
      return checkGiven(name, values, ago, &cast)
    case .wait(let duration):
      return checkSpan(duration).map { .wait($0) }
    case .expectNothing:
      return .expectNothing
    case .expectAction(let action, let isNegated, let person):
      if case .skipLowerRules = action.kind {
        report(.misplacedSkip(at: action.range))
        return nil
      }
      if let person, !cast.keys.isEmpty, !cast.keys.contains(person.text.lowercased()) {
        report(
          .unknownTestPerson(
            person.text, at: person.range, suggestion: nearest(to: person.text, among: cast.keys.sorted())))
        return nil
      }
      let scope = Scope(subject: subject(of: action, in: cast))
      return checkAction(action, in: scope).map { .expectAction($0, isNegated: isNegated, to: person?.text) }
    case .expectEnrolled(let sequence, let step):
      return checkEnrolled(sequence, step)
    case .expectCondition(let condition):
      return .expectCondition(checkCondition(condition, in: Scope(subject: cast.subject)), cast.subject)
    }
  }

  private func instant(_ expression: Expression) -> Instant? {
    guard case .dateTime(let date, let time) = expression.kind else { return nil }
    return zone.instant(date, time)
  }

  // MARK: - Given

  private mutating func checkGiven(
    _ name: Name, _ values: [RecordValue], _ ago: Expression.Duration?, _ cast: inout TestCast
  ) -> CheckedTest.Kind? {
    switch name.text {
    case "contact", "account", "deal":
      if let ago { report(.misplacedAgo(name.text, at: ago.range)) }
    default:
      guard let events = resolveEvent(name) else { return nil }
      guard case .type(let id) = events else {
        report(.severalEvents(name.text, at: name.range))
        return nil
      }
      let given = checkGiven(values, of: program[id].record, named: "`\(name.text)`")
      return .givenEvent(id, values: given, ago: ago.flatMap { checkSpan($0) })
    }
    if name.text == "deal", program.deal.range == nil {
      if !names.unreadableRecords.contains(.deal) { report(.undeclaredRecord("deal", at: name.range)) }
      return nil
    }
    if name.text == "deal" { return .givenDeal(values: checkGiven(values, of: program.deal, named: "deals")) }
    let subject: Subject = name.text == "contact" ? .contact : .account
    let given = checkGiven(values, of: subject)
    if let key = program.record(of: subject).key {
      for value in given where value.attribute == .field(key) {
        if case .text(let text) = value.value { cast.keys.insert(text.lowercased()) }
      }
    }
    return .givenRecord(subject, values: given)
  }

  /// Fields, and definitions whose computation the values replace.
  private mutating func checkGiven(_ values: [RecordValue], of subject: Subject) -> [CheckedTest.Given] {
    var seen = DeclaredNames()
    var given: [CheckedTest.Given] = []
    for property in values {
      guard let (attribute, type) = resolveAttribute(property.name, of: subject) else { continue }
      if let first = seen.add(property.name) {
        report(.duplicateProperty(property.name.text, at: property.name.range, first: first))
      } else if type != .error, let value = value(of: property, as: type) {
        given.append(.init(attribute: attribute, value: value, range: property.range))
      }
    }
    return given
  }

  private mutating func checkGiven(
    _ values: [RecordValue], of schema: RecordSchema, named owner: String
  ) -> [CheckedTest.Given] {
    var seen = DeclaredNames()
    var given: [CheckedTest.Given] = []
    for property in values {
      guard let field = schema.index(of: property.name.text) else {
        let known = schema.fields.map(\.name)
        report(
          .unknownProperty(
            property.name.text, of: owner, at: property.name.range,
            suggestion: nearest(to: property.name.text, among: known), known: known, declaration: schema.range))
        continue
      }
      if let first = seen.add(property.name) {
        report(.duplicateProperty(property.name.text, at: property.name.range, first: first))
      } else if let value = value(of: property, as: schema[field].type) {
        given.append(.init(attribute: .field(field), value: value, range: property.range))
      }
    }
    return given
  }

  // MARK: - Expected

  /// Whether an expected action is an account's: a field that accounts alone have says so, and a test without contacts.
  private func subject(of action: ActionSyntax, in cast: TestCast) -> Subject {
    let field: Expression
    switch action.kind {
    case .set(let path, _), .advance(let path, _), .clear(let path): field = path
    default: return cast.subject
    }
    guard case .path(let names) = field.kind, names.count == 1, let name = names.first?.text else {
      return cast.subject
    }
    let isContacts = program.contact.index(of: name) != nil
    let isAccounts = program.account.index(of: name) != nil
    return isContacts == isAccounts ? cast.subject : isAccounts ? .account : .contact
  }

  private mutating func checkEnrolled(_ sequence: Name, _ step: Name?) -> CheckedTest.Kind? {
    guard let name = resolveName(sequence, as: .sequence) else { return nil }
    if let checked = program.sequences.first(where: { $0.name == name }), !isStep(step, of: checked) { return nil }
    return .expectEnrolled(sequence: name, step: step?.text)
  }

  /// Whether the sequence has the step, where one is named; reports one that it does not have.
  private mutating func isStep(_ step: Name?, of sequence: CheckedSequence) -> Bool {
    guard let step, !sequence.steps.contains(where: { $0.name == step.text }) else { return true }
    let known = sequence.steps.map(\.name)
    report(
      .unknownTestStep(
        step.text, of: sequence.name, at: step.range, suggestion: nearest(to: step.text, among: known), known: known,
        declaration: sequence.range))
    return false
  }

  // MARK: - Arms

  /// Of an experiment, or of a sequence where no experiment is called so.
  private mutating func checkGivenArm(_ arm: Name, of owner: Name, at step: Name?) -> CheckedTest.Kind? {
    let experiment = step == nil ? program.experiments.first { $0.name == owner.text } : nil
    if let experiment {
      guard isArm(arm, of: experiment.name, experiment.arms.map(\.name), declaration: experiment.range) else {
        return nil
      }
      let subject = program.rules.first { $0.name == experiment.rule }?.subject ?? .contact
      return .givenArm(arm.text, ofExperiment: experiment.name, subject)
    }
    if let sequence = program.sequences.first(where: { $0.name == owner.text }) {
      guard isStep(step, of: sequence) else { return nil }
      let steps = sequence.steps.filter { step == nil || $0.name == step?.text }
      let arms = steps.flatMap(\.statements).flatMap(\.armNames)
      guard isArm(arm, of: sequence.name, arms, declaration: sequence.range) else { return nil }
      return .givenSplit(arm.text, ofSequence: sequence.name, step: step?.text)
    }
    guard !isMalformed(owner.text, "experiment", "sequence") else { return nil }
    let known = (step == nil ? program.experiments.map(\.name) : []) + program.sequences.map(\.name)
    let kind = step == nil ? "experiment" : "sequence"
    report(
      .unknownDeclaration(kind, owner.text, at: owner.range, suggestion: nearest(to: owner.text, among: known)))
    return nil
  }

  private mutating func isArm(_ arm: Name, of owner: String, _ known: [String], declaration: SourceRange) -> Bool {
    if known.contains(arm.text) { return true }
    report(
      .unknownTestArm(
        arm.text, of: owner, at: arm.range, suggestion: nearest(to: arm.text, among: known), known: known,
        declaration: declaration))
    return false
  }
}

extension CheckedSequence.Statement {
  /// Of all splits in it.
  fileprivate var armNames: [String] {
    switch self {
    case .action, .wait, .waitUntil: []
    case .conditional(_, let then, let otherwise, _): (then + otherwise).flatMap(\.armNames)
    case .split(_, let arms, _): arms.flatMap { [$0.name] + $0.statements.flatMap(\.armNames) }
    }
  }
}

/// Who and what a test has spoken of so far.
private struct TestCast {
  /// Keys of the contacts and accounts given, in lower case.
  var keys: Set<String> = []
  /// The last `at`.
  var clock: (instant: Instant, range: SourceRange)?
  /// Whom bare conditions are about: a contact, unless the test gives accounts alone.
  let subject: Subject

  init(_ test: TestDeclaration) {
    var given: Set<String> = []
    for statement in test.statements {
      if case .given(let name, _, _) = statement.kind { given.insert(name.text) }
    }
    subject = given.contains("account") && !given.contains("contact") ? .account : .contact
  }
}
