import RuleDiagnostics
import RuleSemantics
import RuleSyntax

/// A declaration of a rule book, and what it means.
struct ComparedDeclaration: Hashable {
  /// `rule`, `score`, `field of contact`.
  var kind: String
  var name: String
  var formerName: String?
  var meaning: String
  var range: SourceRange
  /// Keys of the declarations that it reads.
  var reads: Set<String>
  var key: String
  /// Under which the declaration that it takes the place of is known.
  var formerKey: String?

  static func key(of definition: Definition) -> String {
    "definition \(definition.subject.rawValue).\(definition.name)"
  }
  static func key(field: String, of record: String) -> String { "field \(record).\(field)" }

  /// All of a rule book, in the order of kinds, then of the text.
  static func all(of book: RuleBook) -> [ComparedDeclaration] {
    let program = book.program
    let texts = DeclarationTexts(book)
    var all: [ComparedDeclaration] = []
    func add(
      _ kind: String, _ name: String, was former: String? = nil, key: (String) -> String, _ subject: Subject,
      _ range: SourceRange, _ meaning: (MeaningText) -> String
    ) {
      let reads = MeaningText.Reads()
      let text = meaning(MeaningText(program, subject, reads: reads))
      all.append(
        ComparedDeclaration(
          kind: kind, name: name, formerName: former, meaning: text,
          // A field is known by itself, all else by the whole of its declaration.
          range: kind.hasPrefix("field") ? range : texts.whole(range), reads: reads.keys, key: key(name),
          formerKey: former.map(key)))
    }
    for (record, schema) in [("contact", program.contact), ("account", program.account), ("deal", program.deal)] {
      for (field, entry) in zip(schema.fields, MeaningText(program, .contact).record(schema)) {
        add("field of \(record)", field.name, key: { key(field: $0, of: record) }, .contact, field.range) { _ in
          entry.meaning
        }
      }
    }
    for event in program.events.dropFirst() {
      add("event", event.name, key: { "event \($0)" }, .contact, event.range) { $0.event(event) }
    }
    for asset in program.assets {
      add("asset", asset.name, was: asset.formerName, key: { "asset \($0)" }, .contact, asset.range) { $0.asset(asset) }
    }
    for team in program.teams { add("team", team.name, key: { "team \($0)" }, .contact, team.range) { $0.team(team) } }
    for definition in program.definitions {
      let subject = definition.subject.rawValue
      add(
        definition.kind, definition.name, was: definition.formerName, key: { "definition \(subject).\($0)" },
        definition.subject, definition.range
      ) { $0.definition(definition) }
    }
    for rule in program.rules {
      add("rule", rule.name, was: rule.formerName, key: { "rule \($0)" }, rule.subject, rule.range) { $0.rule(rule) }
    }
    for item in program.recommendations {
      add("recommendation", item.name, was: item.formerName, key: { "recommendation \($0)" }, .contact, item.range) {
        $0.recommendation(item)
      }
    }
    for item in program.sequences {
      add("sequence", item.name, was: item.formerName, key: { "sequence \($0)" }, .contact, item.range) {
        $0.sequence(item)
      }
    }
    for item in program.experiments {
      add("experiment", item.name, was: item.formerName, key: { "experiment \($0)" }, .contact, item.range) {
        $0.experiment(item)
      }
    }
    let range = SourceRange(file: FileID(0), start: 0, end: 0)
    add("policy", "policy", key: { $0 }, .contact, range) { $0.policy(program.policy) }
    return all
  }
}

/// Finds the declaration that a name in it belongs to.
private struct DeclarationTexts {
  /// Of each file, in the order of the text.
  private var ranges: [FileID: [SourceRange]] = [:]

  init(_ book: RuleBook) {
    for declaration in book.trees.flatMap(\.declarations) {
      ranges[declaration.range.file, default: []].append(declaration.range)
    }
  }

  /// The range itself where it is in no declaration, as of an asset from a file.
  func whole(_ part: SourceRange) -> SourceRange {
    guard !part.isEmpty, let all = ranges[part.file] else { return part }
    var (low, high) = (0, all.count)
    while low < high {
      let middle = (low + high) / 2
      if all[middle].end < part.end { low = middle + 1 } else { high = middle }
    }
    return low < all.count && all[low].start <= part.start ? all[low] : part
  }
}

extension Declaration {
  fileprivate var range: SourceRange {
    switch self {
    case .record(let node): node.range
    case .event(let node): node.range
    case .asset(let node): node.range
    case .assetFile(let node): node.range
    case .team(let node): node.range
    case .define(let node): node.range
    case .score(let node): node.range
    case .journey(let node): node.range
    case .segment(let node): node.range
    case .rule(let node): node.range
    case .recommendation(let node): node.range
    case .sequence(let node): node.range
    case .policy(let node): node.range
    case .experiment(let node): node.range
    case .test(let node): node.range
    case .malformed(let node): node.range
    }
  }
}

extension Definition {
  /// The word that declares it.
  var kind: String {
    switch body {
    case .define, .malformed: "define"
    case .factorScore, .pointsScore: "score"
    case .journey: "journey"
    case .segment: "segment"
    }
  }
}
