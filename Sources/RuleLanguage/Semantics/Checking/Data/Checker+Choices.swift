import RuleDiagnostics
import RuleSyntax

// The sets of values of `one of`. Every journey, every define with `one of (…)` and every field with a list of its own
// declares one; `one of x` and `list of x` refer to it.
extension Checker {
  /// The choice set that the field, define or journey declares whose name stands there.
  func choiceSet(declaredAt nameRange: SourceRange) -> ChoiceSetID? {
    choicesByName[nameRange]
  }

  /// Journeys and defines come first, so that fields may take their values.
  mutating func declareStages() {
    for declaration in declarations {
      switch declaration {
      case .journey(let journey):
        let stages = journey.items.compactMap { item -> Choice? in
          guard case .stage(let name, _, _) = item else { return nil }
          return Choice(name: name, spelling: nil)
        }
        declareChoices(stages, isOrdered: true, of: journey.head.name)
      case .define(let define):
        guard let type = define.choices, case .choices(let choices, let isOrdered) = type.kind else { continue }
        declareChoices(choices, isOrdered: isOrdered, of: define.head.name)
      default:
        continue
      }
    }
  }

  @discardableResult
  mutating func declareChoices(_ choices: [Choice], isOrdered: Bool, of owner: Name) -> ChoiceSetID {
    var accepted: [Choice] = []
    var names = DeclaredNames()
    var spellings: [String: Choice] = [:]
    for choice in choices {
      if let first = names.add(choice.name) {
        report(.duplicateChoice(choice.name.text, of: owner.text, at: choice.name.range, first: first))
        continue
      }
      accepted.append(choice)
      let spelling = choice.spelling ?? PlainText(choice.name.text, choice.name.range)
      let folded = spelling.text.lowercased()
      if let other = spellings[folded] {
        report(
          .sharedSpelling(
            spelling.text, of: choice.name.text, at: spelling.range, other: other.name.text,
            otherRange: other.spelling?.range ?? other.name.range))
      } else {
        spellings[folded] = choice
      }
    }
    let id = ChoiceSetID(program.choiceSets.count)
    program.choiceSets.append(
      ChoiceSet(
        id: id, name: owner.text, values: accepted.map(\.name.text), spellings: accepted.map { $0.spelling?.text },
        isOrdered: isOrdered, range: owner.range))
    choicesByName[owner.range] = id
    return id
  }

  /// The set that `one of source` means in a field of `record`; reports what is wrong with it.
  mutating func choices(of source: Name, in record: RecordDeclaration.Kind?, for field: Name) -> ChoiceSetID? {
    var path = [field]
    var name = source
    var record = record
    while true {
      guard let found = choiceSource(name.text, in: record, except: path.map(\.range)) else {
        if let first = path.first(where: { $0.text == name.text }), path.count > 1 {
          // Every field of a circle finds it; the first reports it.
          if reportedCircle.isDisjoint(with: path.map(\.range)) {
            report(.circularChoices(path.map(\.text) + [first.text], at: source.range))
          }
          reportedCircle.formUnion(path.map(\.range))
        } else {
          let known = choiceSourceNames(except: field)
          report(.unknownChoices(name.text, at: name.range, suggestion: nearest(to: name.text, among: known)))
        }
        return nil
      }
      switch found {
      case .set(let id):
        return id
      case .field(let next, let type, let kind):
        switch elementType(of: type).kind {
        case .choices(let choices, let isOrdered):
          return choicesByName[next.range] ?? declareChoices(choices, isOrdered: isOrdered, of: next)
        case .oneOf(let further), .listOfValues(let further):
          path.append(next)
          name = further
          record = kind
        case .malformed:
          return nil
        case .text, .number, .flag, .date, .time, .asset, .listOf:
          report(.fieldWithoutChoices(name.text, at: name.range, declaration: next.range))
          return nil
        }
      }
    }
  }

  private enum ChoiceSource {
    case set(ChoiceSetID)
    case field(Name, TypeSyntax, RecordDeclaration.Kind)
  }

  /// Looks in the own record first, then where contacts, accounts, deals and assets keep their names.
  private func choiceSource(
    _ name: String, in record: RecordDeclaration.Kind?, except: [SourceRange]
  ) -> ChoiceSource? {
    func field(of kind: RecordDeclaration.Kind) -> ChoiceSource? {
      fieldDeclarations[kind]?.first { $0.name.text == name && !except.contains($0.name.range) }
        .map { .field($0.name, $0.type, kind) }
    }
    if let record, let own = field(of: record) { return own }
    for kind in [RecordDeclaration.Kind.contact, .account] {
      if let found = field(of: kind) { return found }
      if let found = definedChoices(name, forAccount: kind == .account) { return .set(found) }
    }
    return field(of: .deal) ?? field(of: .asset)
  }

  private func definedChoices(_ name: String, forAccount: Bool) -> ChoiceSetID? {
    for declaration in declarations {
      switch declaration {
      case .journey(let journey) where journey.head.name.text == name && journey.head.isForAccount == forAccount:
        return choicesByName[journey.head.name.range]
      case .define(let define) where define.head.name.text == name && define.head.isForAccount == forAccount:
        return choicesByName[define.head.name.range]
      default:
        continue
      }
    }
    return nil
  }

  private func choiceSourceNames(except field: Name) -> [String] {
    var names = program.choiceSets.map(\.name)
    for kind in RecordDeclaration.Kind.allCases {
      for declaration in fieldDeclarations[kind] ?? [] where declaration.name.range != field.range {
        if case .choices = elementType(of: declaration.type).kind { names.append(declaration.name.text) }
      }
    }
    return names
  }

  private func elementType(of type: TypeSyntax) -> TypeSyntax {
    if case .listOf(let element) = type.kind { return element }
    return type
  }
}
