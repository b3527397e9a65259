import RuleDiagnostics
import RuleSyntax

// Defines, scores, journeys and segments. Each is checked when it is first read, so that the ids that references carry
// are final and every definition comes after those that it reads.
extension Checker {
  /// Longer loops are not followed by checking but found by name alone, so that no rule book exhausts the stack.
  private static let longestLoop = 50

  mutating func declareDefinitions() {
    indexFields()
    for declaration in declarations {
      switch declaration {
      case .define(let define):
        declare(define.head, .define(define), type: definedType(of: define))
      case .score(let score):
        declare(score.head, .score(score), type: .number)
      case .journey(let journey):
        let set = choiceSet(declaredAt: journey.head.name.range)
        let head = journey.head
        if let set { names.journeyOfSet[set] = head.isForAccount ? .account : .contact }
        declare(head, .journey(journey), type: set.map { .choice($0) })
      case .segment(let segment):
        declare(segment.head, .segment(segment), type: .flag)
      case .record, .event, .asset, .assetFile, .team, .rule, .recommendation, .sequence, .policy, .experiment, .test,
        .malformed:
        continue
      }
    }
    for declared in names.declared {
      guard let former = declared.head.formerName,
        names.definitions[.init(subject: declared.subject, name: former.text)] != nil
      else { continue }
      report(.formerNameInUse(former.text, "definition", at: former.range))
    }
  }

  /// The type that a define states; `nil` when it has to be found.
  private mutating func definedType(of define: DefineDeclaration) -> ValueType? {
    guard let type = define.choices else { return nil }
    switch type.kind {
    case .choices: return choiceSet(declaredAt: define.head.name.range).map { .choice($0) } ?? .error
    case .oneOf(let source):
      let set = choices(of: source, in: define.head.isForAccount ? .account : .contact, for: define.head.name)
      return set.map { .choice($0) } ?? .error
    case .text, .number, .flag, .date, .time, .asset, .listOf, .listOfValues, .malformed: return .error
    }
  }

  private mutating func declare(_ head: Head, _ syntax: DeclaredDefinition.Syntax, type: ValueType?) {
    let subject: Subject = head.isForAccount ? .account : .contact
    let index = names.declared.count
    names.declared.append(DeclaredDefinition(syntax: syntax, head: head, knownType: type))
    let name = head.name
    if ReservedNames.fields.contains(name.text) {
      report(.reservedName(name.text, at: name.range))
      return
    }
    let folded = NameTables.DefinitionKey(subject: subject, name: name.text.lowercased())
    if let first = names.folded[folded] {
      report(.duplicateName(name.text, of: subject.rawValue, at: name.range, first: first))
      names.twins.insert(.init(subject: subject, name: name.text))
      return
    }
    names.folded[folded] = name.range
    names.definitions[.init(subject: subject, name: name.text)] = index
  }

  mutating func checkDefinitions() {
    var edges: [[Int]] = []
    for declared in names.declared {
      var targets: Set<Int> = []
      declared.forEachName { name in
        for subject in Subject.allCases {
          if let target = names.definitions[.init(subject: subject, name: name)] { targets.insert(target) }
        }
      }
      edges.append(targets.sorted())
    }
    for group in dependencyOrder(edges) {
      if group.count > Self.longestLoop {
        breakLoop(group, edges)
      } else {
        for index in group { _ = definition(at: index, usedAt: nil) }
      }
    }
  }

  /// The checked definition at a position of `names.declared`, checked now if it was not yet. `nil` when it reads itself
  /// or its type was reported.
  mutating func definition(at index: Int, usedAt use: SourceRange?) -> Definition? {
    switch names.declared[index].state {
    case .checked(let id):
      let definition = program[id]
      return definition.type == .error ? nil : definition
    case .broken: return nil
    case .checking:
      if let use { reportCycle(through: index, closedAt: use) }
      return nil
    case .pending:
      let declared = names.declared[index]
      names.declared[index].state = .checking
      names.path.append((index, use ?? declared.head.name.range))
      let definition = check(declared)
      names.path.removeLast()
      names.declared[index].state = .checked(definition.id)
      names.ranges.append(definition)
      program.definitions.append(definition)
      return definition.type == .error ? nil : definition
    }
  }

  private mutating func check(_ declared: DeclaredDefinition) -> Definition {
    let scope = Scope(subject: declared.subject)
    let head = declared.head
    let content: (body: Definition.Body, type: ValueType, mayBeMissing: Bool)
    let sync: SyncClause?
    let range: SourceRange
    switch declared.syntax {
    case .define(let define):
      let value = checkExpression(define.value, in: scope, expecting: declared.knownType)
      let type = declared.knownType ?? value.type
      content = (.define(value), type, value.mayBeMissing)
      (sync, range) = (define.sync, define.range)
    case .score(let score):
      content = (checkScore(score, in: scope), .number, false)
      (sync, range) = (score.sync, score.range)
    case .journey(let journey):
      let body = checkJourney(journey, declared.knownType, in: scope)
      var mayBeMissing = true
      if case .journey(let checked) = body { mayBeMissing = checked.stages.allSatisfy { $0.condition != nil } }
      content = (body, declared.knownType ?? .error, mayBeMissing)
      (sync, range) = (journey.sync, journey.range)
    case .segment(let segment):
      let condition = checkCondition(segment.condition, in: scope)
      let until = segment.until.map { checkCondition($0, in: scope) }
      content = (.segment(Segment(condition: condition, until: until)), .flag, false)
      (sync, range) = (segment.sync, segment.range)
    }
    // What is read while this is checked was appended meanwhile: the id is taken only now.
    return Definition(
      id: DefinitionID(program.definitions.count), name: head.name.text, formerName: head.formerName?.text,
      title: head.title?.text, subject: declared.subject, type: content.type, mayBeMissing: content.mayBeMissing,
      body: content.body, sync: sync.flatMap { checkSync($0, of: declared) }, nameRange: head.name.range, range: range)
  }

  private mutating func checkSync(_ sync: SyncClause, of declared: DeclaredDefinition) -> Definition.Sync? {
    switch sync.target {
    case .property: return Definition.Sync(target: .property, name: sync.name.text)
    case .list:
      guard case .segment = declared.syntax else {
        report(.listOfValues(declared.head.name.text, at: sync.range))
        return nil
      }
      return Definition.Sync(target: .list, name: sync.name.text)
    }
  }

  // MARK: - Loops

  /// The definitions from `index` to the one at hand read each other in a loop, which the use closes.
  private mutating func reportCycle(through index: Int, closedAt use: SourceRange) {
    guard let start = names.path.firstIndex(where: { $0.definition == index }) else { return }
    let members = names.path[start...].map(\.definition)
    // Each reads the next where that was used.
    let uses = names.path[(start + 1)...].map(\.use) + [use]
    report(loop: Array(zip(members, uses)))
  }

  private mutating func report(loop: [(definition: Int, use: SourceRange)]) {
    // It starts at the definition that is declared first, however it was come upon.
    guard let first = loop.indices.min(by: { loop[$0].definition < loop[$1].definition }) else { return }
    let turned = Array(loop[first...] + loop[..<first])
    report(
      .cyclicDefinition(turned.map { (name: spelledName(of: $0.definition, in: turned), use: $0.use) }))
  }

  /// The name, with its subject where the loop passes from contacts to accounts.
  private func spelledName(of index: Int, in loop: [(definition: Int, use: SourceRange)]) -> String {
    let declared = names.declared[index]
    let isMixed = Set(loop.map { names.declared[$0.definition].subject }).count > 1
    return isMixed ? "\(declared.subject.rawValue).\(declared.head.name.text)" : declared.head.name.text
  }

  /// Reports a loop among very many definitions, found by name, and checks none of them.
  private mutating func breakLoop(_ group: [Int], _ edges: [[Int]]) {
    let members = Set(group)
    guard let start = group.first else { return }
    var cameFrom: [Int: Int] = [:]
    var queue = [start]
    var position = 0
    search: while position < queue.count {
      let node = queue[position]
      position += 1
      for target in edges[node] where members.contains(target) && cameFrom[target] == nil {
        cameFrom[target] = node
        if target == start { break search }
        queue.append(target)
      }
    }
    var loop: [Int] = []
    var node = cameFrom[start]
    while let current = node, current != start {
      loop.append(current)
      node = cameFrom[current]
    }
    loop.append(start)
    report(loop: loop.reversed().map { ($0, names.declared[$0].head.name.range) })
    for index in group { names.declared[index].state = .broken }
  }
}
