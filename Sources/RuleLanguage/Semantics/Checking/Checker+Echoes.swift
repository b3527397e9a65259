import RuleDiagnostics
import RuleSyntax

// A mistake in the grammar may take something with it that is spoken of elsewhere: a name, a value, the half of a list.
// That it seems to be missing there is the same mistake, and it was reported.
extension Checker {
  /// The reports without those that may only be there because a declaration could not be read whole.
  func withoutEchoes(_ reports: [Diagnostic]) -> [Diagnostic] {
    let unwhole = trees.flatMap(\.unwholeDeclarations)
    if reports.isEmpty || trees.allSatisfy(\.damaged.isEmpty) { return reports }
    let spelled = Set(trees.flatMap(\.namesInDamagedText))
    let declared = Set(unwhole.flatMap(\.declaredNames))
    let hasLostName = unwhole.contains(where: \.hasLostName)
    let hasLostFields = unwhole.contains(where: \.mayDeclareFields)
    let mute = unwhole.filter(\.isOnePiece).map(\.place)
    return reports.filter { report in
      let place = report.range
      if mute.contains(where: { $0.file == place.file && $0.start <= place.start && place.start <= $0.end }) {
        return false
      }
      if hasLostFields, Self.isAboutFields(report.id) { return false }
      let text = program.book.text(place)
      if declared.contains(text) { return false }
      let isAboutNames = report.id.descriptor.category == .names || report.id == .unknownProperty
      return !(isAboutNames && (hasLostName || spelled.contains(text)))
    }
  }

  /// Whether a report may be about fields that are declared and could not be read.
  private static func isAboutFields(_ id: DiagnosticID) -> Bool {
    switch id {
    case .undeclaredAssetFields, .undeclaredRecord, .missingKey, .unknownAssetColumn, .assetCell, .unknownTestPerson,
      .unknownChoices, .missingInText:
      true
    default: false
    }
  }
}

extension SyntaxTree {
  /// The declarations that hold an error of the grammar.
  fileprivate var unwholeDeclarations: [Declaration] {
    if damaged.isEmpty { return [] }
    return declarations.filter { declaration in
      let place = declaration.place
      return damaged.contains { $0.start <= place.start && place.end <= $0.end }
    }
  }

  /// Every name that stands in one of them.
  fileprivate var namesInDamagedText: [String] {
    damaged.flatMap { place in
      tokens(in: place).filter { $0.kind == .name }
        .map { file.text(SourceRange(file: file.id, start: $0.start, end: $0.end)) }
    }
  }
}

extension Declaration {
  fileprivate var place: SourceRange {
    switch self {
    case .record(let record): record.range
    case .event(let event): event.range
    case .asset(let asset): asset.range
    case .assetFile(let file): file.range
    case .team(let team): team.range
    case .define(let define): define.range
    case .score(let score): score.range
    case .journey(let journey): journey.range
    case .segment(let segment): segment.range
    case .rule(let rule): rule.range
    case .recommendation(let recommendation): recommendation.range
    case .sequence(let sequence): sequence.range
    case .policy(let policy): policy.range
    case .experiment(let experiment): experiment.range
    case .test(let test): test.range
    case .malformed(let malformed): malformed.range
    }
  }

  fileprivate var declaredNames: [String] {
    switch self {
    case .record(let record): record.fields.map(\.name.text)
    case .event(let event): [event.name.text] + event.fields.map(\.name.text)
    case .asset(let asset): [asset.name.text]
    case .team(let team): [team.name.text]
    case .define(let define): [define.head.name.text]
    case .score(let score): [score.head.name.text]
    case .journey(let journey): [journey.head.name.text]
    case .segment(let segment): [segment.head.name.text]
    case .rule(let rule): rule.head.map { [$0.name.text] } ?? []
    case .recommendation(let recommendation): [recommendation.head.name.text]
    case .sequence(let sequence): [sequence.head.name.text]
    case .experiment(let experiment): [experiment.name.text]
    case .malformed(let malformed): malformed.name.map { [$0.text] } ?? []
    case .assetFile, .policy, .test: []
    }
  }

  /// Whether it declares something whose name could not be read.
  fileprivate var hasLostName: Bool {
    switch self {
    case .record(let record): record.fields.contains { $0.name.text.isEmpty }
    case .event(let event): event.fields.contains { $0.name.text.isEmpty }
    case .malformed(let malformed): malformed.keyword != nil && malformed.name == nil
    default: false
    }
  }

  /// Whether it declares the fields of contacts, accounts, deals or assets, or may be meant to.
  fileprivate var mayDeclareFields: Bool {
    switch self {
    case .record: true
    case .malformed(let malformed): malformed.keyword == nil
    default: false
    }
  }

  /// Whether its parts lean on each other so that none can be judged when one is broken.
  fileprivate var isOnePiece: Bool {
    switch self {
    case .record, .event, .asset, .team, .define, .test, .malformed: true
    case .assetFile, .score, .journey, .segment, .rule, .recommendation, .sequence, .policy, .experiment: false
    }
  }
}
