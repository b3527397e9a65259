import RuleDiagnostics
import RuleSemantics
import RuleSyntax

/// What all lint rules look at.
struct LintContext: Sendable {
  let program: CheckedProgram
  let trees: [SyntaxTree]
  /// Every expression of the program that stands by itself, in the order of the program.
  let roots: [Root]
  /// The condition of each rule, `nil` where it has none.
  private(set) var ruleFacts: [ConditionFacts?] = []
  /// The smallest and the largest value of each number that is defined.
  let ranges: NumberRanges

  init(program: CheckedProgram, trees: [SyntaxTree]) {
    self.program = program
    self.trees = trees
    roots = program.expressionRoots
    ranges = NumberRanges(program)
    ruleFacts = program.rules.map { $0.condition.map { facts(of: $0) } }
  }

  struct Root: Sendable {
    enum Place: Hashable, Sendable {
      case definition(DefinitionID)
      /// The position of the rule in the program.
      case rule(Int)
      case recommendation, sequence, experiment
      /// Unknown counts as true there: in doubt nothing is sent.
      case neverMessage
      case holidays
      case test
    }

    var expression: CheckedExpression
    var place: Place
    var subject: Subject
  }

  func text(_ range: SourceRange) -> String {
    program.book.text(range)
  }

  /// How a report speaks of a rule.
  func name(of rule: CheckedRule) -> String {
    if rule.isNamed { return "`\(rule.name)`" }
    let file = program.book[rule.range.file]
    return "the unnamed rule in line \(file.position(at: rule.range.start).line) of \(file.path)"
  }

  /// The name of a rule, or the first word of one that has none.
  func nameRange(of rule: CheckedRule) -> SourceRange {
    let tree = trees.first { $0.file.id == rule.range.file }
    for case .rule(let declaration) in tree?.declarations ?? [] where declaration.range == rule.range {
      if let head = declaration.head { return head.name.range }
    }
    return firstWord(rule.range)
  }

  /// The first word at a range: enough to show a declaration that has no name.
  func firstWord(_ range: SourceRange) -> SourceRange {
    let length = text(range).utf8.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") }.count
    return SourceRange(file: range.file, start: range.start, end: range.start + length)
  }
}

extension CheckedProgram {
  fileprivate var expressionRoots: [LintContext.Root] {
    var roots: [LintContext.Root] = []
    func add(_ expression: CheckedExpression?, _ place: LintContext.Root.Place, _ subject: Subject = .contact) {
      if let expression { roots.append(.init(expression: expression, place: place, subject: subject)) }
    }
    for definition in definitions {
      for expression in definition.body.expressions { add(expression, .definition(definition.id), definition.subject) }
    }
    for (index, rule) in rules.enumerated() {
      add(rule.trigger?.filter, .rule(index), rule.subject)
      if case .until(let instant) = rule.trigger?.wait { add(instant, .rule(index), rule.subject) }
      add(rule.condition, .rule(index), rule.subject)
      for action in rule.actions { action.expressions.forEach { add($0, .rule(index), rule.subject) } }
      add(rule.frequency.perAccount?.rank, .rule(index), rule.subject)
    }
    for recommendation in recommendations {
      add(recommendation.gate, .recommendation)
      recommendation.factors.forEach { add($0.value, .recommendation) }
    }
    for sequence in sequences {
      add(sequence.enroll, .sequence)
      add(sequence.goal, .sequence)
      sequence.exits.forEach { add($0, .sequence) }
      sequence.steps.flatMap(\.statements).flatMap(\.expressions).forEach { add($0, .sequence) }
    }
    for experiment in experiments {
      experiment.arms.flatMap(\.statements).flatMap(\.expressions).forEach { add($0, .experiment) }
      experiment.measures.forEach { add($0.condition, .experiment) }
    }
    policy.neverMessage.forEach { add($0, .neverMessage) }
    policy.holidays.forEach { add($0.condition, .holidays) }
    policy.weekends.forEach { add($0.condition, .holidays) }
    for step in tests.flatMap(\.steps) {
      switch step.kind {
      case .expectCondition(let condition, let subject): add(condition, .test, subject)
      case .expectAction(let action, _, _): action.expressions.forEach { add($0, .test) }
      default: continue
      }
    }
    return roots
  }
}

extension Definition.Body {
  /// In the order in which they stand.
  var expressions: [CheckedExpression] {
    switch self {
    case .define(let value): [value]
    case .factorScore(let factors): factors.map(\.value)
    case .pointsScore(let score):
      score.lines.map { line in
        switch line.basis {
        case .when(let condition): condition
        case .per(let count, _): count
        }
      }
    case .journey(let journey): journey.stages.compactMap(\.condition) + [journey.movesBack].compactMap { $0 }
    case .segment(let segment): [segment.condition] + [segment.until].compactMap { $0 }
    case .malformed: []
    }
  }
}

extension CheckedAction {
  var expressions: [CheckedExpression] {
    ParameterID.allCases.compactMap { parameter in
      if case .expression(let expression) = arguments[parameter] { return expression }
      return nil
    }
  }
}

extension CheckedSequence.Statement {
  var expressions: [CheckedExpression] {
    switch self {
    case .action(let action): action.expressions
    case .wait: []
    case .waitUntil(_, let condition, _): [condition]
    case .conditional(let condition, let then, let otherwise, _):
      [condition] + then.flatMap(\.expressions) + otherwise.flatMap(\.expressions)
    case .split(_, let arms, _): arms.flatMap(\.statements).flatMap(\.expressions)
    }
  }
}
