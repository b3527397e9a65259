import BusinessTime
import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// Something that a test may reach, and how to see that it did.
struct CoverageProbe {
  /// That a condition, by its position among those of the probes, is true, or is not.
  struct Wish: Hashable {
    var condition: Int
    var isTrue: Bool
  }

  /// A clause of the policy, as outcomes name it.
  enum Clause: Hashable {
    case cap(limit: Int, perAccount: Bool, per: TimeSpan)
    case quiet(DailyWindow)
    case sendWindow(DailyWindow)
    case consent(String)
    /// `never repeat an asset`
    case repeated
    /// `hold the rest up to …`
    case endOfHold

    init?(_ outcome: Outcome) {
      switch outcome {
      case .held(_, .cap(let limit, let perAccount, let per)), .dropped(.cap(let limit, let perAccount, let per)):
        self = .cap(limit: limit, perAccount: perAccount, per: per)
      case .held(_, .quietHours(let window)): self = .quiet(window)
      case .held(_, .sendWindow(let window)): self = .sendWindow(window)
      case .dropped(.expired): self = .endOfHold
      case .noConsent(let purpose): self = .consent(purpose)
      case .repeated: self = .repeated
      default: return nil
      }
    }
  }

  enum Question {
    /// All of them, for one subject at one time.
    case wishes([Wish])
    case stage(DefinitionID, Int32)
    /// A number of somebody is above zero.
    case positive(NodeID)
    /// The rule or sequence acts.
    case acts(String)
    case step(sequence: String, String)
    /// Somebody comes to a place of the step that begins so: one of its branches, or an arm.
    case way(sequence: String, step: String, String)
    case goal(sequence: String)
    case exit(sequence: String, String)
    /// The rule acts for somebody in an arm of the experiment on it.
    case arm(rule: String, String)
    case finds(recommendation: String)
    case outcome(Clause)
    /// What the rule waits for comes.
    case due(String)
    /// The `when` of an `on` rule is true, or is not, when it is due.
    case dueCondition(rule: String, isTrue: Bool)
  }

  var kind: Coverage.Item.Kind
  var declaration: String
  var text: String
  var range: SourceRange
  var subject: Subject
  /// Whoever has this value given is no witness: it is not computed for them.
  var definition: DefinitionID?
  var isOfPolicy = false
  var question: Question
}

/// A condition of a subject, and what it is made of.
struct CoverageCondition {
  var text: String
  var subject: Subject
  /// `nil` where it is about something that set off a rule, and cannot be asked by itself.
  var node: NodeID?
  /// The operands of an `and` or `or`, as positions among the conditions.
  var parts: [Int] = []
  var isDisjunction = false
  /// The number that it compares with a constant.
  var number: NodeID?
}

/// Everything in a program that a test may reach, in the order of the text.
struct CoverageProbes {
  private(set) var probes: [CoverageProbe] = []
  private(set) var conditions: [CoverageCondition] = []
  private(set) var plan: DecisionPlan

  private var program: CheckedProgram { plan.program }

  init(_ plan: DecisionPlan) {
    self.plan = plan
    for definition in program.definitions { add(definition) }
    for rule in program.rules where !rule.frequency.isPaused { add(rule) }
    for sequence in program.sequences where !sequence.frequency.isPaused { add(sequence) }
    for recommendation in program.recommendations { add(recommendation) }
    for experiment in program.experiments { add(experiment) }
    addPolicy()
    probes = probes.enumerated()
      .sorted {
        ($0.element.range.file.index, $0.element.range.start, $0.offset)
          < ($1.element.range.file.index, $1.element.range.start, $1.offset)
      }
      .map(\.element)
  }

  private typealias Wish = CoverageProbe.Wish

  private struct Place {
    var declaration: String
    var subject: Subject
    var definition: DefinitionID?
    var range: SourceRange
  }

  private mutating func add(
    _ kind: Coverage.Item.Kind, _ text: String, _ question: CoverageProbe.Question, at range: SourceRange,
    _ place: Place
  ) {
    probes.append(
      CoverageProbe(
        kind: kind, declaration: place.declaration, text: text, range: range, subject: place.subject,
        definition: place.definition, question: question))
  }

  private func text(_ expression: CheckedExpression) -> String { program.oneLine(expression.range) }

  // MARK: - Definitions

  private mutating func add(_ definition: Definition) {
    func place(_ kind: String) -> Place {
      Place(
        declaration: "\(kind) \(definition.name)", subject: definition.subject, definition: definition.id,
        range: definition.range)
    }
    switch definition.body {
    case .define(let value): addBranches(in: value, place("define"))
    case .factorScore(let factors):
      for factor in factors {
        if let node = node(factor.value, definition.subject) {
          add(.score, CoverageWording.factorCounts(factor.name), .positive(node), at: factor.range, place("score"))
        }
        addBranches(in: factor.value, place("score"))
      }
    case .pointsScore(let score):
      for line in score.lines { add(line, place("score")) }
    case .journey(let journey):
      for (position, stage) in journey.stages.enumerated() {
        let question = CoverageProbe.Question.stage(definition.id, Int32(position))
        add(.stage, CoverageWording.stage(stage.name), question, at: stage.range, place("journey"))
        if let condition = stage.condition { addBranches(in: condition, place("journey")) }
      }
      if let condition = journey.movesBack {
        addOutcome(.stage, CoverageWording.movesBack, of: condition, place("journey"))
      }
    case .segment(let segment):
      addOutcome(.segment, CoverageWording.letsIn, of: segment.condition, place("segment"))
      if let until = segment.until { addOutcome(.segment, CoverageWording.letsOut, of: until, place("segment")) }
    case .malformed: break
    }
  }

  private mutating func add(_ line: PointsScore.Line, _ place: Place) {
    switch line.basis {
    case .when(let condition): addOutcome(.score, CoverageWording.lineCounts, of: condition, place, at: line.range)
    case .per(let count, upTo: _):
      guard let node = node(count, place.subject) else { return }
      add(.score, CoverageWording.lineCounts, .positive(node), at: line.range, place)
    }
  }

  /// That a condition is true, and the branches in it.
  private mutating func addOutcome(
    _ kind: Coverage.Item.Kind, _ text: String, of condition: CheckedExpression, _ place: Place,
    at range: SourceRange? = nil
  ) {
    let wish = Wish(condition: self.condition(condition, place.subject), isTrue: true)
    add(kind, text, .wishes([wish]), at: range ?? condition.range, place)
    addBranches(in: condition, place)
  }

  // MARK: - Rules and sequences

  private mutating func add(_ rule: CheckedRule) {
    let name = rule.isNamed ? rule.name : CoverageWording.unnamed
    let place = Place(declaration: "rule \(name)", subject: rule.subject, range: rule.range)
    if !rule.actions.isEmpty { add(.rule, CoverageWording.acts, .acts(rule.name), at: rule.range, place) }
    if let trigger = rule.trigger {
      add(.trigger, CoverageWording.setOff, .due(rule.name), at: trigger.range, place)
    }
    guard let condition = rule.condition else { return }
    for isTrue in [true, false] {
      let text = isTrue ? CoverageWording.whenTrue : CoverageWording.whenNot
      let question: CoverageProbe.Question =
        rule.trigger == nil
        ? .wishes([Wish(condition: self.condition(condition, rule.subject), isTrue: isTrue)])
        : .dueCondition(rule: rule.name, isTrue: isTrue)
      add(.condition, text, question, at: condition.range, place)
    }
    addBranches(in: condition, place)
    for action in rule.actions {
      for argument in action.arguments.values {
        if case .expression(let expression) = argument { addBranches(in: expression, place) }
      }
    }
  }

  private mutating func add(_ sequence: CheckedSequence) {
    let place = Place(declaration: "sequence \(sequence.name)", subject: .contact, range: sequence.range)
    if let enroll = sequence.enroll { addOutcome(.sequence, CoverageWording.enrolls, of: enroll, place) }
    for step in sequence.steps where step.statements.contains(where: \.hasAction) {
      add(
        .step, CoverageWording.step(step.name), .step(sequence: sequence.name, step.name), at: step.range, place)
    }
    for step in sequence.steps { addWays(step.statements, in: step.name, of: sequence.name, below: "", place) }
    if let goal = sequence.goal {
      add(.sequence, CoverageWording.goal, .goal(sequence: sequence.name), at: goal.range, place)
    }
    for exit in sequence.exits {
      // As its enrolments name it.
      let condition = program.book.text(exit.range)
      add(
        .sequence, CoverageWording.exit(text(exit)), .exit(sequence: sequence.name, condition), at: exit.range, place)
    }
  }

  /// The branches and arms of a step in which something is to be done.
  private mutating func addWays(
    _ statements: [CheckedSequence.Statement], in step: String, of sequence: String, below path: String,
    _ place: Place
  ) {
    func way(_ path: String) -> CoverageProbe.Question { .way(sequence: sequence, step: step, path) }
    for (index, statement) in statements.enumerated() {
      switch statement {
      case .action, .wait, .waitUntil: break
      case .conditional(let condition, let then, let otherwise, let range):
        for (isTrue, branch) in [(true, then), (false, otherwise)] where !branch.isEmpty {
          let path = "\(path)\(index).\(isTrue ? "then" : "else")."
          add(.branch, CoverageWording.arm(isTrue: isTrue, text(condition)), way(path), at: range, place)
          addWays(branch, in: step, of: sequence, below: path, place)
        }
      case .split(_, let arms, _):
        for arm in arms {
          let path = "\(path)\(index).\(arm.name)."
          add(.arm, CoverageWording.arm(arm.name), way(path), at: arm.range, place)
          addWays(arm.statements, in: step, of: sequence, below: path, place)
        }
      }
    }
  }

  private mutating func add(_ recommendation: CheckedRecommendation) {
    let place = Place(
      declaration: "recommendation \(recommendation.name)", subject: .contact, range: recommendation.range)
    add(
      .recommendation, CoverageWording.finds, .finds(recommendation: recommendation.name), at: recommendation.range,
      place)
  }

  private mutating func add(_ experiment: CheckedExperiment) {
    let subject = program.rules.first { $0.name == experiment.rule }?.subject ?? .contact
    let place = Place(declaration: "experiment \(experiment.name)", subject: subject, range: experiment.range)
    for arm in experiment.arms {
      add(.arm, CoverageWording.arm(arm.name), .arm(rule: experiment.rule, arm.name), at: arm.range, place)
    }
  }

  // MARK: - The policy

  private mutating func addPolicy() {
    let policy = program.policy
    func place(_ range: SourceRange) -> Place { Place(declaration: "policy", subject: .contact, range: range) }
    func add(_ clause: CoverageProbe.Clause, _ text: String, _ range: SourceRange) {
      self.add(.policy, text, .outcome(clause), at: range, place(range))
      probes[probes.count - 1].isOfPolicy = true
    }
    func clause(_ range: SourceRange) -> String { CoverageWording.clauseHolds(program.oneLine(range)) }
    for cap in policy.caps {
      add(.cap(limit: cap.limit, perAccount: cap.isPerAccount, per: cap.per), clause(cap.range), cap.range)
      if case .hold(upTo: _?) = cap.rest { add(.endOfHold, CoverageWording.endsAHold, cap.range) }
    }
    for quiet in policy.quiet {
      add(.quiet(DailyWindow(from: quiet.from, to: quiet.to)), clause(quiet.range), quiet.range)
    }
    for window in policy.sendWindows { add(.sendWindow(window.hours), clause(window.range), window.range) }
    for condition in policy.neverMessage {
      let wish = Wish(condition: self.condition(condition, .contact), isTrue: true)
      self.add(
        .policy, CoverageWording.holdsBack(text(condition)), .wishes([wish]), at: condition.range,
        place(condition.range))
      probes[probes.count - 1].isOfPolicy = true
    }
  }

  // MARK: - Conditions and their branches

  private mutating func addBranches(in expression: CheckedExpression, _ place: Place, under path: [Wish] = []) {
    guard case .conditional(let condition, let then, let otherwise) = expression.kind else {
      for operand in expression.operands { addBranches(in: operand, place, under: path) }
      for part in expression.rowParts {
        addRowBranches(in: part.expression, of: [part.rows], under: part.guards, place)
      }
      return
    }
    addBranches(in: condition, place, under: path)
    let position = self.condition(condition, place.subject)
    guard conditions[position].node != nil else { return }
    for (isTrue, arm) in [(true, then), (false, otherwise)] {
      let path = path + [Wish(condition: position, isTrue: isTrue)]
      // An `else if` is a branch by its own arms.
      if case .conditional = arm.kind, !isTrue {
      } else {
        let text = CoverageWording.arm(isTrue: isTrue, self.text(condition))
        add(.branch, text, .wishes(path), at: arm.range, place)
      }
      addBranches(in: arm, place, under: path)
    }
  }

  /// Inside of `where` and `of`: a branch is reached when it is that of a row of somebody.
  private mutating func addRowBranches(
    in expression: CheckedExpression, of rows: [CoverageRows], under guards: [CheckedExpression], _ place: Place
  ) {
    guard case .conditional(let condition, let then, let otherwise) = expression.kind else {
      for operand in expression.operands { addRowBranches(in: operand, of: rows, under: guards, place) }
      for part in expression.rowParts {
        // What is true of the row outside is of no account for the rows inside.
        addRowBranches(in: part.expression, of: rows + [part.rows], under: part.guards, place)
      }
      return
    }
    addRowBranches(in: condition, of: rows, under: guards, place)
    for (isTrue, arm) in [(true, then), (false, otherwise)] {
      let guards = guards + [isTrue ? condition : condition.otherwiseTrue]
      if case .conditional = arm.kind, !isTrue {
      } else if let exists = rows.exists(guards), !exists.readsTrigger {
        let name = text(condition)
        let wish = Wish(
          condition: add(
            CoverageCondition(
              text: CoverageWording.someRow(isTrue: isTrue, name), subject: place.subject,
              node: plan.addNode(for: exists, of: place.subject))), isTrue: true)
        add(.branch, CoverageWording.arm(isTrue: isTrue, name), .wishes([wish]), at: arm.range, place)
      }
      addRowBranches(in: arm, of: rows, under: guards, place)
    }
  }

  private mutating func add(_ condition: CoverageCondition) -> Int {
    conditions.append(condition)
    return conditions.count - 1
  }

  private func node(_ expression: CheckedExpression, _ subject: Subject) -> NodeID? {
    expression.readsTrigger ? nil : plan.evaluation.node(for: expression, of: subject)
  }

  private mutating func condition(_ expression: CheckedExpression, _ subject: Subject) -> Int {
    var condition = CoverageCondition(
      text: text(expression), subject: subject, node: node(expression, subject))
    switch expression.kind {
    case .and(let operands): condition.parts = operands.map { self.condition($0, subject) }
    case .or(let operands):
      condition.parts = operands.map { self.condition($0, subject) }
      condition.isDisjunction = true
    case .compare(let left, _, let right) where left.type == .number:
      if case .constant = right.kind { condition.number = node(left, subject) }
    default: break
    }
    return add(condition)
  }
}

extension CheckedSequence.Statement {
  fileprivate var hasAction: Bool {
    switch self {
    case .action: true
    case .wait, .waitUntil: false
    case .conditional(_, let then, let otherwise, _): (then + otherwise).contains(where: \.hasAction)
    case .split(_, let arms, _): arms.flatMap(\.statements).contains(where: \.hasAction)
    }
  }
}
