import BusinessTime
import RuleDiagnostics
import RuleSyntax

extension Checker {
  mutating func checkSequences() {
    var names = DeclaredNames()
    for tree in trees {
      for case .sequence(let sequence) in tree.declarations {
        let name = sequence.head.name
        if let first = names.add(name) {
          report(.duplicateDeclaration("sequence", name.text, at: name.range, first: first))
          addSteps(of: sequence)
        } else {
          check(sequence, in: tree)
        }
      }
    }
    for case .sequence(let sequence) in declarations {
      guard let former = sequence.head.formerName else { continue }
      checkFormerName(former, of: "sequence", current: program.sequences.map(\.name))
    }
  }

  /// Earlier versions are read with what names mean now: a score or field that changed has changed for them too.
  mutating func checkEarlier(_ earlier: [EarlierSequence]) {
    for version in earlier {
      for case .sequence(let sequence) in version.tree.declarations.prefix(1) {
        let reported = diagnostics.count
        check(sequence, in: version.tree)
        let problem = diagnostics[reported...].first { $0.severity == .error }
        diagnostics.removeSubrange(reported...)
        var checked = program.sequences.removeLast()
        checked.name = version.name
        checked.version = version.version
        if let problem {
          program.brokenSequences.append(.init(name: version.name, version: version.version, problem: problem))
        } else {
          program.earlierSequences.append(checked)
        }
      }
    }
  }

  /// The steps of a second declaration, which was reported, so that uses of them are not reported as well.
  private mutating func addSteps(of sequence: SequenceDeclaration) {
    let folded = sequence.head.name.text.lowercased()
    guard let index = program.sequences.firstIndex(where: { $0.name.lowercased() == folded }) else { return }
    for case .step(let name, _, let range) in sequence.items {
      program.sequences[index].steps.append(.init(name: name.text, statements: [], range: range))
    }
  }

  private mutating func check(_ sequence: SequenceDeclaration, in tree: SyntaxTree) {
    let head = sequence.head
    if head.isForAccount { report(.notForAccounts("sequence", at: head.name.range)) }
    let reported = diagnostics.count
    // Its conditions were written about accounts: that they do not fit contacts is the same mistake.
    defer { if head.isForAccount { diagnostics.removeSubrange(reported...) } }
    var steps = DeclaredNames()
    var stepNames: [String] = []
    for case .step(let name, _, _) in sequence.items {
      if let first = steps.add(name) {
        report(.duplicateDeclaration("step", name.text, at: name.range, first: first))
      } else {
        stepNames.append(name.text)
      }
    }
    if stepNames.isEmpty {
      report(.incompleteDeclaration("sequence", head.name.text, lacks: .steps, at: head.name.range))
    }
    var checked = CheckedSequence(
      name: head.name.text, formerName: head.formerName?.text, title: head.title?.text, enroll: nil,
      frequency: CheckedRule.Frequency(repetition: .once), goal: nil, exits: [], holdout: nil, window: nil,
      priority: 0, steps: [], range: head.name.range, declaration: sequence.range,
      version: version(of: sequence, in: tree))
    checkClauses(of: sequence, steps: stepNames, into: &checked)
    for case .step(let name, let block, let range) in sequence.items {
      let statements = check(block, of: name.text, steps: stepNames)
      // The second of two steps with one name was reported.
      if checked.steps.contains(where: { $0.name == name.text }) { continue }
      checked.steps.append(.init(name: name.text, statements: statements, range: range))
    }
    program.sequences.append(checked)
  }

  private mutating func checkClauses(
    of sequence: SequenceDeclaration, steps: [String], into checked: inout CheckedSequence
  ) {
    let entry = Scope(subject: .contact)
    var sinceEnrolment = entry
    sinceEnrolment.sequence = (steps, start: .sinceEnrolment)
    var clauses = SeenClauses()
    var frequency: [FrequencyClause] = []
    for item in sequence.items {
      switch item {
      case .enroll(let condition, let range):
        if isFirst("enroll when", range, &clauses) { checked.enroll = checkCondition(condition, in: entry) }
      case .goal(let condition, let range):
        if isFirst("goal when", range, &clauses) { checked.goal = checkCondition(condition, in: sinceEnrolment) }
      case .exit(let condition, _):
        checked.exits.append(checkCondition(condition, in: sinceEnrolment))
      case .frequency(let clause):
        frequency.append(clause)
      case .priority(let number, let range):
        if isFirst("priority", range, &clauses) { checked.priority = number.value }
      case .holdout(let share, let byAccount, let range):
        if isFirst("holdout", range, &clauses) {
          checked.holdout = checkShare(share).map { .init(share: $0, byAccount: byAccount) }
        }
      case .sendWindow(let window):
        if isFirst("act on", window.range, &clauses) { checked.window = check(window, "act on") }
      case .step:
        continue
      }
    }
    checked.frequency = checkFrequency(frequency, in: entry, standard: .once)
  }

  /// - Parameter words: what the window starts with.
  mutating func check(
    _ window: SequenceDeclaration.SendWindow, _ words: String
  ) -> CheckedSequence.SendWindow? {
    let days = checkDays(window.days)
    if window.from.time == window.to.time {
      report(.emptyHours(words, at: window.from.range.union(window.to.range)))
      return nil
    }
    if days.isEmpty { return nil }
    return .init(days: days, from: window.from.time, to: window.to.time, inContactTime: window.inContactTime)
  }

  // MARK: - What steps do

  private mutating func check(_ block: Block, of step: String, steps: [String]) -> [CheckedSequence.Statement] {
    var scope = Scope(subject: .contact)
    scope.sequence = (steps, start: nil)
    var sinceStep = scope
    sinceStep.sequence = (steps, start: .sinceStep(step))
    var statements: [CheckedSequence.Statement] = []
    for statement in block.statements {
      switch statement {
      case .action(let action):
        if case .skipLowerRules = action.kind {
          report(.misplacedSkip(at: action.range))
        } else if let checked = checkAction(action, in: scope) {
          statements.append(.action(checked))
        }
      case .wait(let duration, let range):
        if let span = checkSpan(duration) { statements.append(.wait(span, range)) }
      case .waitUntil(let upTo, let condition, let range):
        let span = checkSpan(upTo)
        let checked = checkCondition(condition, in: sinceStep)
        if let span { statements.append(.waitUntil(upTo: span, checked, range)) }
      case .conditional(let condition, let then, let otherwise, let range):
        let checked = checkCondition(condition, in: scope)
        let thenStatements = check(then, of: step, steps: steps)
        let otherwiseStatements = otherwise.map { check($0, of: step, steps: steps) } ?? []
        statements.append(.conditional(checked, then: thenStatements, otherwise: otherwiseStatements, range))
      case .split(let split):
        let shares = checkShares(of: split.arms, at: split.range)
        let arms = zip(split.arms, shares).map { arm, share in
          CheckedSequence.Arm(
            name: arm.name.text, share: share, statements: check(arm.block, of: step, steps: steps),
            range: arm.name.range)
        }
        statements.append(.split(byAccount: split.byAccount, arms, split.range))
      }
    }
    return statements
  }

  /// The shares of the arms of a split or an experiment, which differ in name and total 100 %.
  mutating func checkShares(of arms: [Arm], at range: SourceRange) -> [Double] {
    var names = DeclaredNames()
    for arm in arms {
      if let first = names.add(arm.name) {
        report(.duplicateDeclaration("arm", arm.name.text, at: arm.name.range, first: first))
      }
    }
    if arms.count < 2 {
      report(.fewArms(arms.count, at: arms.first?.name.range ?? range))
      return arms.map(\.share.value)
    }
    let shares = arms.map { checkShare($0.share) }
    // Shares are drawn in hundredths of a percent; anything finer is a slip of floating-point sums.
    let total = shares.reduce(0) { $0 + ($1 ?? 0) }
    if !shares.contains(nil), abs(total - 1) > 0.000_05, let last = arms.last {
      report(.armsTotal(percent: total * 100, at: last.share.range, others: arms.dropLast().map(\.share.range)))
    }
    return shares.map { $0 ?? 0 }
  }
}
