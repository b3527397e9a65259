import RuleDiagnostics
import RuleSyntax

// Names that mean nothing where they stand, and what was likely meant.
extension Checker {
  /// The candidate that a word was most likely meant to be. Where very many names are unknown, the last ones get none:
  /// looking for them would take long, and nobody reads that many.
  mutating func nearestName(to word: String, among candidates: [String]) -> String? {
    guard names.comparisonsLeft > 0 else { return nil }
    names.comparisonsLeft -= candidates.count
    return nearest(to: word, among: candidates)
  }

  /// A bare name that is neither declared nor a value of the context.
  mutating func reportUnknown(_ name: Name, in scope: Scope, context: ValueType?) {
    switch context {
    case .error: return
    case .choice(let id): reportUnknownValue(name.text, of: id, at: name.range, in: scope)
    case .asset: reportUnknownAsset(name)
    case .text, .number, .flag, .date, .time, .list, nil: reportUnknownName(name, in: scope, context: context)
    }
  }

  /// `stage == consideraton`. The values of a set are what is accepted; names of the same type come after them.
  mutating func reportUnknownValue(_ value: String, of id: ChoiceSetID, at range: SourceRange, in scope: Scope?) {
    let set = program[id]
    var suggestion = nearestName(to: value, among: set.values)
    if suggestion == nil, let spelled = set.spellings.firstIndex(where: { $0?.lowercased() == value.lowercased() }) {
      suggestion = set.values[spelled]
    }
    if suggestion == nil, let scope {
      suggestion = nearestName(to: value, among: namesInScope(attributes(of: scope), of: .choice(id)))
    }
    let journey = names.journeyOfSet[id]
    report(
      .unknownValue(
        value, of: set.name, at: range, journeyOf: journey?.rawValue, values: set.values, declaration: set.range,
        suggestion: suggestion))
  }

  mutating func reportUnknownAsset(_ name: Name) {
    guard !isMalformed(name.text, "asset") else { return }
    let known = program.assets.map(\.name)
    report(.unknownAsset(name.text, at: name.range, suggestion: nearestName(to: name.text, among: known)))
  }

  private mutating func reportUnknownName(_ name: Name, in scope: Scope, context: ValueType?) {
    let attributes = attributes(of: scope)
    if ["contacts", "colleagues", "deals"].contains(name.text) {
      report(.peopleAsValue(name.text, at: name.range))
      return
    }
    if let repair = elsewhere(name.text, from: attributes, in: scope) {
      report(.nameOfAnother(name.text, at: name.range, owner: spell(attributes), repair: repair))
      return
    }
    if case .subject(.account, _, _) = attributes, isSubjectName(name.text, of: .contact) {
      report(.nameOfContacts(name.text, at: name.range))
      return
    }
    if Self.wordsForNothing.contains(name.text.lowercased()) {
      report(.nullValue(name.text, at: name.range))
      return
    }
    if names.events[name.text] != nil || name.text == "interaction" {
      report(.eventAsValue(name.text, at: name.range, repair: Self.question(about: name.text, for: context)))
      return
    }
    let typed = context.flatMap { nearestName(to: name.text, among: namesInScope(attributes, of: $0)) }
    let suggestion = typed ?? nearestName(to: name.text, among: namesInScope(attributes, of: nil))
    if suggestion == nil, context == .text, !names.isComparedWithConstant {
      report(.textWithoutQuotes(name.text, at: name.range))
      return
    }
    guard case .subject = attributes else {
      reportUnknownField(name, in: attributes)
      return
    }
    report(.unknownName(name.text, at: name.range, owner: spell(attributes), suggestion: suggestion))
  }

  /// How people write that there is nothing.
  private static let wordsForNothing: Set<String> = ["null", "nil", "none", "empty", "blank", "missing", "unknown"]

  private static func question(about event: String, for context: ValueType?) -> String {
    switch context {
    case .number: "count(\(event))"
    case .date, .time: "last(\(event))"
    case .text, .flag, .choice, .asset, .list, .error, nil: "did \(event)"
    }
  }

  /// How to say a name that is not known here but is elsewhere: `account.employees`, `contact.language`.
  private func elsewhere(_ name: String, from attributes: Attributes, in scope: Scope) -> String? {
    switch attributes {
    case .subject(.contact, _, _):
      return isSubjectName(name, of: .account) ? "account.\(name)" : nil
    case .subject(.account, _, _):
      return nil
    case .deal, .candidate, .event, .change:
      if isSubjectName(name, of: scope.subject) { return "\(scope.subject.rawValue).\(name)" }
      return scope.subject == .contact && isSubjectName(name, of: .account) ? "account.\(name)" : nil
    }
  }

  private func isSubjectName(_ name: String, of subject: Subject) -> Bool {
    let kind: RecordDeclaration.Kind = subject == .contact ? .contact : .account
    return names.fields[kind]?[name] != nil || names.definitions[.init(subject: subject, name: name)] != nil
  }

  /// `contact.emial`, `asset.topcs`.
  mutating func reportUnknownField(_ name: Name, in attributes: Attributes) {
    let suggestion = nearestName(to: name.text, among: namesInScope(attributes, of: nil))
    report(
      .unknownField(
        name.text, of: spell(attributes), at: name.range, suggestion: suggestion,
        declaration: declaration(of: attributes)))
  }

  mutating func reportUnknownQualifier(_ name: Name, followedBy next: Name, in scope: Scope) {
    if ["contacts", "colleagues", "deals"].contains(name.text) {
      report(.peopleAsValue(name.text, at: name.range.union(next.range)))
      return
    }
    if let event = names.events[name.text] {
      report(.eventAsValue(program[event].name, at: name.range, repair: nil))
      return
    }
    let qualifiers = ["contact", "account", "event", "candidate"]
    let suggestion =
      nearestName(to: name.text, among: qualifiers)
      ?? nearestName(to: name.text, among: namesInScope(attributes(of: scope), of: .asset))
    report(
      .unknownName(name.text, at: name.range, owner: spell(attributes(of: scope)), suggestion: suggestion))
  }

  /// The thing whose attributes these are, as it is declared.
  private func spell(_ attributes: Attributes) -> String {
    switch attributes {
    case .subject(let subject, _, _): subject.rawValue
    case .deal: "deal"
    case .candidate: "asset"
    case .event(.type(let event), _): program[event].name
    case .event(.interactions, _): "interaction"
    case .change: "event"
    }
  }

  private func declaration(of attributes: Attributes) -> SourceRange? {
    switch attributes {
    case .subject(let subject, _, _): program.record(of: subject).range
    case .deal: program.deal.range
    case .candidate: program.asset.range
    case .event(.type(let event), _): event.index == 0 ? nil : program[event].range
    case .event(.interactions, _), .change: nil
    }
  }
}
