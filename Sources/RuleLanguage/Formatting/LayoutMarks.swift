import RuleDiagnostics
import RuleSyntax

/// What the layout has to know of the tree, by the offset at which a token starts.
struct LayoutMarks {
  enum Mark: Hashable {
    case declaration
    /// A field or a value of a record: may share a line with its neighbors.
    case field
    /// A statement of a step, an arm or a test, or an item of a block: a line of its own in a block of several lines.
    case item
    /// A clause of a rule: like an item, and one blank apart in a block of one line.
    case clause
    /// A clause of a declaration without a block: breaks only where the line is too long.
    case looseClause
    /// The `and` between two actions.
    case nextAction
    /// For whom a task is: breaks only where the line is too long.
    case assignee
    /// The `<` between ordered choices.
    case choiceOrder
    case sync
  }

  private(set) var marks: [Int: Mark] = [:]
  /// Where the second aligned cell of a line starts.
  private(set) var cells: Set<Int> = []
  /// Offsets of the parentheses that follow the name of a function.
  private(set) var callParentheses: Set<Int> = []
  /// Offsets of minus signs that belong to what follows.
  private(set) var signs: Set<Int> = []

  private let tree: SyntaxTree
  private let indexOfStart: [Int: Int]

  init(of tree: SyntaxTree) {
    self.tree = tree
    var index: [Int: Int] = [:]
    for (position, token) in tree.tokens.enumerated() { index[token.start] = position }
    indexOfStart = index
    for declaration in tree.declarations { visit(declaration) }
  }

  // MARK: - Declarations

  private mutating func visit(_ declaration: Declaration) {
    switch declaration {
    case .record(let record):
      mark(record.range, .declaration)
      record.fields.forEach { field($0) }
    case .event(let event):
      mark(event.range, .declaration)
      event.fields.forEach { field($0) }
      sign(event.worth)
    case .asset(let asset):
      mark(asset.range, .declaration)
      values(asset.values)
    case .assetFile(let file): mark(file.range, .declaration)
    case .team(let team): mark(team.range, .declaration)
    case .define(let define):
      mark(define.range, .declaration)
      choices(define.choices)
      expression(define.value)
      sync(define.sync)
    case .score(let score): visit(score)
    case .journey(let journey): visit(journey)
    case .segment(let segment):
      mark(segment.range, .declaration)
      markWord(before: segment.condition.range, .looseClause)
      expression(segment.condition)
      if let until = segment.until {
        markWord(before: until.range, .looseClause)
        expression(until)
      }
      sync(segment.sync)
    case .rule(let rule): visit(rule)
    case .recommendation(let recommendation): visit(recommendation)
    case .sequence(let sequence): visit(sequence)
    case .policy(let policy): visit(policy)
    case .experiment(let experiment): visit(experiment)
    case .test(let test): visit(test)
    case .malformed(let malformed): mark(malformed.range, .declaration)
    }
  }

  private mutating func field(_ field: FieldDeclaration) {
    mark(field.range, .field)
    cells.insert(field.type.range.start)
    choices(field.type)
    for modifier in field.modifiers {
      if case .missingMeans(let literal) = modifier.kind { expression(literal) }
    }
  }

  private mutating func choices(_ type: TypeSyntax?) {
    guard case .choices(let choices, isOrdered: true)? = type?.kind else { return }
    for choice in choices.dropFirst() { markWord(before: choice.name.range, .choiceOrder) }
  }

  private mutating func values(_ values: [RecordValue]) {
    for value in values {
      mark(value.range, .field)
      value.values.forEach { expression($0) }
    }
  }

  private mutating func factor(_ factor: FactorSyntax) {
    mark(factor.range, .item)
    cells.insert(factor.weight.range.start)
    expression(factor.value)
  }

  private mutating func visit(_ score: ScoreDeclaration) {
    mark(score.range, .declaration)
    for item in score.items {
      switch item {
      case .factor(let value): factor(value)
      case .points(let points):
        mark(points.range, .item)
        sign(points.amount)
        switch points.basis {
        case .when(let condition): expression(condition)
        case .per(let per):
          per.filter.map { expression($0) }
          per.window.map { window($0) }
          sign(per.upTo)
        }
      case .limit(let low, let high, let range):
        mark(range, .item)
        sign(low)
        sign(high)
      }
    }
    sync(score.sync)
  }

  private mutating func visit(_ journey: JourneyDeclaration) {
    mark(journey.range, .declaration)
    for item in journey.items {
      switch item {
      case .stage(_, let condition, let range):
        mark(range, .item)
        if let condition {
          if let word = token(before: condition.range) { cells.insert(word.start) }
          expression(condition)
        }
      case .movesBack(let condition, let range):
        mark(range, .item)
        expression(condition)
      case .neverMovesBack(let range): mark(range, .item)
      }
    }
    sync(journey.sync)
  }

  private mutating func visit(_ rule: RuleDeclaration) {
    mark(rule.range, .declaration)
    let kind: Mark = rule.head == nil ? .looseClause : .clause
    if let trigger = rule.trigger {
      mark(trigger.range, kind)
      trigger.filter.map { expression($0) }
      if case .changed(let path, let value) = trigger.occurrence {
        expression(path)
        value.map { expression($0) }
      }
      if case .until(let time)? = trigger.wait { expression(time) }
    }
    if let condition = rule.condition {
      markWord(before: condition.range, kind)
      expression(condition)
    }
    for (position, action) in rule.actions.enumerated() {
      markWord(before: action.range, position == 0 ? kind : .nextAction)
      visit(action)
    }
    for clause in rule.frequency { frequency(clause, kind) }
    if let priority = rule.priority {
      sign(priority)
      markWord(before: priority.range, kind)
    }
  }

  private mutating func frequency(_ clause: FrequencyClause, _ kind: Mark) {
    mark(clause.range, kind)
    if case .perAccount(let perAccount) = clause.kind { expression(perAccount.rank) }
  }

  private mutating func visit(_ recommendation: RecommendationDeclaration) {
    mark(recommendation.range, .declaration)
    for item in recommendation.items {
      switch item {
      case .candidates(let condition, let range):
        mark(range, .item)
        condition.map { expression($0) }
      case .neverRepeat(_, let range): mark(range, .item)
      case .factor(let value): factor(value)
      case .pick(_, _, let range): mark(range, .item)
      }
    }
  }

  private mutating func visit(_ sequence: SequenceDeclaration) {
    mark(sequence.range, .declaration)
    for item in sequence.items {
      switch item {
      case .enroll(let condition, let range), .goal(let condition, let range), .exit(let condition, let range):
        mark(range, .item)
        expression(condition)
      case .frequency(let clause): frequency(clause, .item)
      case .priority(let priority, let range):
        mark(range, .item)
        sign(priority)
      case .holdout(_, _, let range): mark(range, .item)
      case .sendWindow(let window): mark(window.range, .item)
      case .step(_, let block, let range):
        mark(range, .item)
        visit(block)
      }
    }
  }

  private mutating func visit(_ block: Block) {
    for statement in block.statements {
      switch statement {
      case .action(let action):
        mark(action.range, .item)
        visit(action)
      case .wait(_, let range): mark(range, .item)
      case .waitUntil(_, let condition, let range):
        mark(range, .item)
        expression(condition)
      case .conditional(let condition, let then, let otherwise, let range):
        mark(range, .item)
        expression(condition)
        visit(then)
        if let otherwise {
          markElse(after: then.range, before: otherwise.range)
          visit(otherwise)
        }
      case .split(let split):
        mark(split.range, .item)
        for arm in split.arms {
          mark(arm.range, .item)
          visit(arm.block)
        }
      }
    }
  }

  private mutating func visit(_ policy: PolicyDeclaration) {
    mark(policy.range, .declaration)
    for item in policy.items {
      mark(item.range, .item)
      switch item.kind {
      case .holidays(_, let condition): condition.map { expression($0) }
      case .neverMessage(let condition), .weekend(_, let condition): expression(condition)
      case .timezone, .businessHours, .cap, .quiet, .sendWindow, .neverRepeatAsset, .requireConsent, .approve,
        .approvalsExpire, .halt, .evaluate:
        break
      }
    }
  }

  private mutating func visit(_ experiment: ExperimentDeclaration) {
    mark(experiment.range, .declaration)
    for arm in experiment.arms {
      mark(arm.range, .item)
      visit(arm.block)
    }
    for measure in experiment.measures {
      mark(measure.range, .item)
      expression(measure.value)
    }
  }

  private mutating func visit(_ test: TestDeclaration) {
    mark(test.range, .declaration)
    for statement in test.statements {
      mark(statement.range, .item)
      switch statement.kind {
      case .given(_, let list, _): values(list)
      case .expectAction(let action, _, _): visit(action)
      case .expectCondition(let condition): expression(condition)
      case .at, .withPolicy, .givenConsent, .givenArm, .wait, .expectNothing, .expectEnrolled: break
      }
    }
  }

  private mutating func visit(_ action: ActionSyntax) {
    switch action.kind {
    case .set(let field, let value), .advance(let field, let value):
      expression(field)
      expression(value)
    case .sendEmail(let text, _), .createNote(let text), .notify(_, let text): expression(text)
    case .createTask(let task):
      expression(task.text)
      switch task.assignee {
      case .owner(let range): markWord(before: range, .assignee)
      case .address(let address): markWord(before: address.range, .assignee)
      }
    case .clear(let field): expression(field)
    case .sendAsset, .sendBest, .recommend, .enroll, .removeFromSequence, .addToList, .removeFromList, .assignOwner,
      .callWebhook, .skipLowerRules, .malformed:
      break
    }
  }

  private mutating func sync(_ clause: SyncClause?) {
    if let clause { mark(clause.range, .sync) }
  }

  // MARK: - Expressions

  private mutating func expression(_ expression: Expression) {
    switch expression.kind {
    case .missing, .percent, .flag, .date, .dateTime, .clockTime, .duration, .ago, .path: break
    case .number: sign(expression.range)
    case .text(let literal):
      for case .value(let value) in literal.parts { self.expression(value) }
    case .shifted(_, _, let time): self.expression(time)
    case .call(let name, let arguments):
      call(name.range)
      for argument in arguments {
        switch argument {
        case .value(let value): self.expression(value)
        case .halfAt(let number): sign(number)
        case .halfLife: break
        }
      }
    case .aggregate(let aggregate):
      call(aggregate.functionRange)
      aggregate.value.map { self.expression($0) }
      aggregate.rows.filter.map { self.expression($0) }
      aggregate.rows.window.map { window($0) }
    case .rate(let rate):
      call(SourceRange(file: expression.range.file, start: expression.range.start, end: expression.range.start))
      rate.outcomeFilter.map { self.expression($0) }
      rate.exposureFilter.map { self.expression($0) }
      sign(rate.prior)
    case .parenthesized(let inner), .not(let inner): self.expression(inner)
    case .negate(let inner):
      signs.insert(expression.range.start)
      self.expression(inner)
    case .arithmetic(let left, _, let right), .otherwise(let left, let right),
      .comparison(let left, _, _, let right):
      self.expression(left)
      self.expression(right)
    case .and(let operands), .or(let operands): operands.forEach { self.expression($0) }
    case .predicate(let value, let predicate, _, _):
      self.expression(value)
      self.predicate(predicate)
    case .did(let query, _), .noEvent(let query):
      query.filter.map { self.expression($0) }
      query.window.map { window($0) }
    case .conditional(let condition, let then, let otherwise):
      self.expression(condition)
      self.expression(then)
      self.expression(otherwise)
    }
  }

  private mutating func predicate(_ predicate: Expression.Predicate) {
    switch predicate {
    case .isKnown, .isUnknown, .inLast, .inNext, .matches, .unchangedFor: break
    case .inValues(let values): values.forEach { expression($0) }
    case .inList(let value), .contains(let value), .startsWith(let value), .endsWith(let value): expression(value)
    case .between(let low, let high):
      expression(low)
      expression(high)
    }
  }

  private mutating func window(_ window: Expression.Window) {
    switch window {
    case .since(let time): expression(time)
    case .within, .sinceStep, .fromTo: break
    }
  }

  // MARK: - Tokens

  private mutating func mark(_ range: SourceRange, _ mark: Mark) {
    // The declaration's own mark wins over that of its first clause.
    if marks[range.start] == nil { marks[range.start] = mark }
  }

  private func token(before range: SourceRange) -> Token? {
    guard let index = indexOfStart[range.start], index > 0 else { return nil }
    return tree.tokens[index - 1]
  }

  /// Marks the word that introduces what stands at `range`.
  private mutating func markWord(before range: SourceRange, _ kind: Mark) {
    guard let word = token(before: range) else { return }
    mark(SourceRange(file: range.file, start: word.start, end: word.end), kind)
  }

  private mutating func markElse(after first: SourceRange, before second: SourceRange) {
    guard var index = indexOfStart[second.start] else { return }
    while index > 0, tree.tokens[index - 1].start >= first.end { index -= 1 }
    mark(SourceRange(file: first.file, start: tree.tokens[index].start, end: tree.tokens[index].end), .item)
  }

  private mutating func call(_ name: SourceRange) {
    guard let index = indexOfStart[name.start], index + 1 < tree.tokens.count else { return }
    callParentheses.insert(tree.tokens[index + 1].start)
  }

  private mutating func sign(_ number: NumberLiteral?) {
    if let number { sign(number.range) }
  }

  private mutating func sign(_ range: SourceRange) {
    guard range.start < tree.file.bytes.count, tree.file.bytes[range.start] == UInt8(ascii: "-") else { return }
    signs.insert(range.start)
  }
}
