import BusinessTime
import RuleDiagnostics
import RuleSemantics

/// A schema with a field of every type, for tests that build programs by hand.
enum SampleSchema {
  static let range = SourceRange(file: FileID(0), start: 0, end: 0)
  static let persona = ChoiceSetID(0)
  static let rank = ChoiceSetID(1)
  static let stages = ChoiceSetID(2)

  static let message = EventID(0)
  static let pageView = EventID(1)
  static let download = EventID(2)
  static let surge = EventID(3)

  static func field(_ name: String, _ type: ValueType, isKey: Bool = false) -> FieldSchema {
    FieldSchema(
      name: name, type: type, isKey: isKey, hubspotProperty: nil, column: nil, missingSpellings: [],
      missingMeans: nil, range: range)
  }

  static let contact = RecordSchema(
    fields: [
      field("email", .text, isKey: true), field("country", .text), field("persona", .choice(persona)),
      field("rank", .choice(rank)), field("employees", .number), field("visits", .number),
      field("opted_out", .flag), field("born", .date), field("seen", .time), field("tags", .list(.text)),
      field("favorite", .asset),
    ], range: range)
  static let account = RecordSchema(
    fields: [
      field("domain", .text, isKey: true), field("industry", .text), field("employees", .number),
      field("target", .flag), field("renewal", .date), field("tier", .choice(rank)), field("met", .time),
    ], range: range)
  static let deal = RecordSchema(
    fields: [
      field("name", .text, isKey: true), field("amount", .number), field("stage", .choice(rank)),
      field("closes", .date),
    ], range: range)
  static let asset = RecordSchema(
    fields: [
      field("language", .text), field("persona", .list(.choice(persona))), field("stage", .choice(rank)),
      field("topics", .list(.text)), field("published", .date), field("pages", .number),
    ], range: range)

  static let events = [
    event("message", [field("asset", .asset), field("template", .text), field("rule", .text)], worth: nil),
    event("page_view", [field("path", .text), field("seconds", .number), field("ends", .time)], worth: 0.2),
    event("download", [field("asset", .asset), field("topic", .text), field("kind", .choice(persona))], worth: 0.7),
    event("surge", [field("topic", .text), field("strength", .number)], worth: 0.5, isForAccount: true),
  ]

  static func event(
    _ name: String, _ fields: [FieldSchema], worth: Double?, isForAccount: Bool = false
  ) -> EventSchema {
    EventSchema(
      name: name, isForAccount: isForAccount, record: RecordSchema(fields: fields, range: range), worth: worth,
      range: range)
  }

  static let choiceSets = [
    choices(persona, "persona", ["cfo", "it", "other"], isOrdered: false),
    choices(rank, "rank", ["low", "middle", "high", "top"], isOrdered: true),
    choices(stages, "stage", ["awareness", "consideration", "decision"], isOrdered: true),
  ]

  private static func choices(
    _ id: ChoiceSetID, _ name: String, _ values: [String], isOrdered: Bool
  ) -> ChoiceSet {
    ChoiceSet(
      id: id, name: name, values: values, spellings: values.map { _ in nil }, isOrdered: isOrdered, range: range)
  }

  static let assets: [CheckedAsset] = [
    checkedAsset(
      "roi",
      [
        .text("en"), .list([.choice(persona, 0), .choice(persona, 2)]), .choice(rank, 1),
        .list([.text("ROI"), .text("budget")]), .date(CivilDate(dayNumber: 20_000)), .number(12),
      ]),
    checkedAsset(
      "case",
      [
        .text("DE"), .missing, .choice(rank, 3), .list([.text("roi"), .text("Straße")]), .missing, .missing,
      ]),
    checkedAsset("bare", [.missing, .missing, .missing, .missing, .missing, .number(3)]),
  ]

  private static func checkedAsset(_ name: String, _ values: [Value]) -> CheckedAsset {
    CheckedAsset(name: name, formerName: nil, title: nil, values: values, range: range)
  }

  static func program(definitions: [Definition] = [], rules: [CheckedRule] = []) -> CheckedProgram {
    var book = SourceBook()
    book.add(path: "sample.abm", bytes: [])
    return CheckedProgram(
      book: book, choiceSets: choiceSets, contact: contact, account: account, deal: deal, asset: asset,
      events: events, assets: assets, teams: [], definitions: definitions, rules: rules, recommendations: [],
      sequences: [], policy: .undeclared, experiments: [], tests: [])
  }
}

extension CheckedExpression {
  /// An expression without a place in a text.
  static func make(_ kind: Kind, _ type: ValueType = .flag) -> CheckedExpression {
    CheckedExpression(kind, type, mayBeMissing: true, at: SampleSchema.range)
  }

  static func number(_ number: Double) -> CheckedExpression { make(.constant(.number(number)), .number) }
  static func text(_ text: String) -> CheckedExpression { make(.constant(.text(text)), .text) }
}
