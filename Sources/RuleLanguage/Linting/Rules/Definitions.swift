import RuleDiagnostics
import RuleSemantics
import RuleSyntax

/// Defines, scores, journeys, segments, recommendations and teams that nothing reads.
func findUnusedDefinitions(_ context: LintContext) -> [Diagnostic] {
  let program = context.program
  let used = context.usedDefinitions
  var reports: [Diagnostic] = []
  for definition in program.definitions where definition.sync == nil && !used.contains(definition.id) {
    reports.append(.unused(definition.body.word, definition.name, at: definition.nameRange))
  }
  let arguments = context.actions.flatMap { $0.arguments.compactMap { key, value in value.name.map { (key, $0) } } }
  let recommended = Set(arguments.filter { $0.0 == .recommendation }.map(\.1))
  for recommendation in program.recommendations where !recommended.contains(recommendation.name) {
    reports.append(.unused("recommendation", recommendation.name, at: recommendation.range))
  }
  let assigned = Set(arguments.filter { $0.0 == .team }.map(\.1))
  for case .team(let team) in context.trees.flatMap(\.declarations) where !assigned.contains(team.name.text) {
    reports.append(.unused("team", team.name.text, at: team.name.range))
  }
  return reports
}

/// Two definitions that mean the same under two names.
func findDuplicateDefinitions(_ context: LintContext) -> [Diagnostic] {
  var first: [String: Definition] = [:]
  // In the order in which people wrote them, so that the later one is reported.
  let ordered = context.program.definitions.sorted {
    ($0.nameRange.file.index, $0.nameRange.start) < ($1.nameRange.file.index, $1.nameRange.start)
  }
  return ordered.compactMap { definition in
    guard let fingerprint = definition.body.fingerprint else { return nil }
    let key = "\(definition.subject) \(fingerprint)"
    if let other = first[key] {
      return .duplicateDefinition(
        definition.body.word, definition.name, at: definition.nameRange, other: other.name, otherRange: other.nameRange)
    }
    first[key] = definition
    return nil
  }
}

/// Segments whose members may leave in the moment in which they enter.
func findOverlappingSegments(_ context: LintContext) -> [Diagnostic] {
  context.program.definitions.compactMap { definition in
    guard case .segment(let segment) = definition.body, let until = segment.until, let out = context.atom(until) else {
      return nil
    }
    for part in segment.condition.conjuncts {
      guard let into = context.atom(part), into.key == out.key, let domain = context.domain(of: out.operand),
        let both = into.set.intersection(out.set), both.known.intersection(domain)?.isEmpty == false
      else { continue }
      return .overlappingSegment(
        definition.name, enter: context.text(part.range), leave: context.text(until.range), at: until.range,
        first: part.range)
    }
    return nil
  }
}

extension Definition.Body {
  /// The word that declares it.
  fileprivate var word: String {
    switch self {
    case .define, .malformed: "define"
    case .factorScore, .pointsScore: "score"
    case .journey: "journey"
    case .segment: "segment"
    }
  }

  /// Equal for two bodies that mean the same; `nil` for what cannot be compared, or is too simple to be a copy.
  fileprivate var fingerprint: String? {
    switch self {
    case .define(let value): value.references.isEmpty && value.children.isEmpty ? nil : "value \(value.fingerprint)"
    case .factorScore(let factors):
      factors.isEmpty ? nil : "factors " + factors.map { "\($0.weight) \($0.value.fingerprint)" }.joined(separator: ";")
    case .pointsScore(let score):
      score.lines.isEmpty
        ? nil
        : "points "
          + score.lines.map { line in
            switch line.basis {
            case .when(let condition): "\(line.points) when \(condition.fingerprint)"
            case .per(let count, let upTo):
              "\(line.points) per \(count.fingerprint) \(String(describing: upTo))"
            }
          }.joined(separator: ";") + " \(String(describing: score.limit))"
    case .segment(let segment):
      // Without `until` a segment is the condition itself, as a define may be.
      segment.until.map { "segment \(segment.condition.fingerprint) \($0.fingerprint)" }
        ?? "value \(segment.condition.fingerprint)"
    case .journey, .malformed: nil
    }
  }
}

extension CheckedAction.Argument {
  fileprivate var name: String? {
    if case .name(let name) = self { return name }
    return nil
  }
}

extension LintContext {
  /// Every action of rules, sequences, experiments and tests.
  var actions: [CheckedAction] {
    program.rules.flatMap(\.actions)
      + program.sequences.flatMap(\.steps).flatMap(\.statements).flatMap(\.actions)
      + program.experiments.flatMap(\.arms).flatMap(\.statements).flatMap(\.actions)
      + program.tests.flatMap(\.steps).compactMap { step in
        if case .expectAction(let action, _, _) = step.kind { return action }
        return nil
      }
  }

  /// What is read by an expression, followed by a rule, given by a test, or lends its values to a field.
  fileprivate var usedDefinitions: Set<DefinitionID> {
    var used: Set<DefinitionID> = []
    func use(_ attribute: Reference.Attribute) {
      if case .definition(let id) = attribute { used.insert(id) }
    }
    for root in roots {
      // A definition that only reads itself, or is read by another unused one, is as good as unread; the chain shows
      // link by link as its ends are removed.
      for reference in root.expression.references { use(reference.attribute) }
    }
    for rule in program.rules {
      if case .changed(let reference, _) = rule.trigger?.occurrence { use(reference.attribute) }
    }
    for step in program.tests.flatMap(\.steps) {
      if case .givenRecord(_, let values) = step.kind { values.forEach { use($0.attribute) } }
    }
    let lent = Set(program.fieldTypes.compactMap(\.choices))
    for definition in program.definitions {
      if let choices = definition.type.choices, lent.contains(choices) { used.insert(definition.id) }
    }
    return used
  }
}

extension CheckedProgram {
  fileprivate var fieldTypes: [ValueType] {
    ([contact, account, deal, asset] + events.map(\.record)).flatMap(\.fields).map(\.type)
  }
}

extension ValueType {
  fileprivate var choices: ChoiceSetID? {
    switch self {
    case .choice(let id): id
    case .list(let element): element.choices
    default: nil
    }
  }
}
