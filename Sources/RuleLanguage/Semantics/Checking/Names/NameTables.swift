import BusinessTime
import RuleDiagnostics
import RuleSyntax

/// What a rule book declares, by name, so that every lookup is one hash. Built once the data is declared.
struct NameTables {
  struct DefinitionKey: Hashable {
    var subject: Subject
    var name: String
  }

  var fields: [RecordDeclaration.Kind: [String: FieldIndex]] = [:]
  var events: [String: EventID] = [:]
  /// By event, in the order of `CheckedProgram.events`.
  var eventFields: [[String: FieldIndex]] = []
  /// Positions in `declared`.
  var definitions: [DefinitionKey: Int] = [:]
  /// Where each field and definition is declared, in lower case: names that differ in case alone are one.
  var folded: [DefinitionKey: SourceRange] = [:]
  /// Names that were reported because another differs from them in case alone.
  var twins: Set<DefinitionKey> = []
  var declared: [DeclaredDefinition] = []
  /// The definitions that are being checked, each with where the one before it reads it.
  var path: [(definition: Int, use: SourceRange)] = []
  var named: [DeclaredKind: [String: SourceRange]] = [:]
  var namesInOrder: [DeclaredKind: [String]] = [:]
  /// Names of declarations that could not be read, by their keyword; they count as declared.
  var malformed: [String: Set<String>] = [:]
  /// Records whose declaration could not be read: nothing is said about their fields.
  var unreadableRecords: Set<RecordDeclaration.Kind> = []
  /// Choice sets that are the stages of a journey.
  var journeyOfSet: [ChoiceSetID: Subject] = [:]
  /// What is known about the numbers that definitions give.
  var ranges = NumberRanges()
  /// How many more names may be compared in search of what a misspelled one was meant to be.
  var comparisonsLeft = 500_000
  /// Whether the name at hand is compared with a value as written, so that it is no text without its quotes.
  var isComparedWithConstant = false
  /// The zone in which local times are meant.
  var zone: Zone = .utc
}

/// A define, score, journey or segment on its way through the checker.
struct DeclaredDefinition {
  enum Syntax {
    case define(DefineDeclaration)
    case score(ScoreDeclaration)
    case journey(JourneyDeclaration)
    case segment(SegmentDeclaration)
  }

  enum State {
    case pending
    case checking
    case checked(DefinitionID)
    /// It takes part in a loop too long to follow, which was reported.
    case broken
  }

  var syntax: Syntax
  var head: Head
  /// Before it is checked: of all but a define that does not say it.
  var knownType: ValueType?
  var state = State.pending

  var subject: Subject { head.isForAccount ? .account : .contact }
}

extension Checker {
  /// What the checked data adds.
  mutating func indexFields() {
    for kind in RecordDeclaration.Kind.allCases {
      names.fields[kind] = Self.positions(in: schema(of: kind))
    }
    for subject in Subject.allCases {
      for field in program.record(of: subject).fields {
        names.folded[.init(subject: subject, name: field.name.lowercased())] = field.range
      }
    }
    for (index, event) in program.events.enumerated() {
      names.events[event.name] = EventID(index)
      names.eventFields.append(Self.positions(in: event.record))
    }
  }

  /// What needs no more than the trees.
  mutating func collectNames() {
    for declaration in declarations {
      switch declaration {
      case .rule(let rule):
        if let head = rule.head { declare(head.name, as: .rule) }
      case .sequence(let sequence): declare(sequence.head.name, as: .sequence)
      case .recommendation(let recommendation): declare(recommendation.head.name, as: .recommendation)
      case .team(let team): declare(team.name, as: .team)
      case .malformed(let malformed): declare(malformed)
      case .policy(let policy): takeZone(from: policy)
      default: continue
      }
    }
  }

  /// The schema of a kind of record.
  func schema(of kind: RecordDeclaration.Kind) -> RecordSchema {
    switch kind {
    case .contact: program.contact
    case .account: program.account
    case .deal: program.deal
    case .asset: program.asset
    }
  }

  private static func positions(in schema: RecordSchema) -> [String: FieldIndex] {
    var positions: [String: FieldIndex] = [:]
    for (index, field) in schema.fields.enumerated() where positions[field.name] == nil {
      positions[field.name] = FieldIndex(index)
    }
    return positions
  }

  private mutating func declare(_ name: Name, as kind: DeclaredKind) {
    guard names.named[kind, default: [:]][name.text] == nil else { return }
    names.named[kind, default: [:]][name.text] = name.range
    names.namesInOrder[kind, default: []].append(name.text)
  }

  private mutating func declare(_ malformed: MalformedDeclaration) {
    guard let keyword = malformed.keyword else { return }
    if let name = malformed.name {
      names.malformed[keyword, default: []].insert(name.text)
    } else if let kind = RecordDeclaration.Kind(rawValue: keyword) {
      names.unreadableRecords.insert(kind)
    }
  }

  private mutating func takeZone(from policy: PolicyDeclaration) {
    for case .timezone(let text) in policy.items.map(\.kind) {
      if let zone = Zone(identifier: text.text) { names.zone = zone }
    }
  }

  /// Whether a declaration of that name was there but could not be read.
  func isMalformed(_ name: String, _ keywords: String...) -> Bool {
    keywords.contains { names.malformed[$0]?.contains(name) ?? false }
  }
}
