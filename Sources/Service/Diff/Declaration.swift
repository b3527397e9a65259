import RuleDiagnostics
import RuleSemantics

/// A declaration of a rule book, and what it means.
struct Declaration: Hashable {
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

  /// All of a program, in the order of kinds, then of the text.
  static func all(of program: CheckedProgram) -> [Declaration] {
    var all: [Declaration] = []
    func add(
      _ kind: String, _ name: String, was former: String? = nil, key: (String) -> String, _ subject: Subject,
      _ range: SourceRange, _ meaning: (MeaningText) -> String
    ) {
      let reads = MeaningText.Reads()
      let text = meaning(MeaningText(program, subject, reads: reads))
      all.append(
        Declaration(
          kind: kind, name: name, formerName: former, meaning: text, range: range, reads: reads.keys, key: key(name),
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
