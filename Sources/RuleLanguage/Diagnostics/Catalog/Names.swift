// Wording about names: what is unknown, declared twice, or not known here.
extension Diagnostic {
  /// - Parameter owner: whose names are in scope: `contact` or `account`.
  package static func unknownName(
    _ name: String, at range: SourceRange, owner: String, suggestion: String?
  ) -> Diagnostic {
    let suggested = Suggestion(
      suggestion, at: range,
      otherwise: ["name a field, define, score, journey or segment; a text stands in quotes"])
    return Diagnostic(
      .unknownName, "\(owner)s have no `\(name)`", at: range, label: "not declared",
      help: suggested.help, fixes: suggested.fixes)
  }

  /// A name that means something elsewhere: `employees` where `account.employees` is meant.
  package static func nameOfAnother(
    _ name: String, at range: SourceRange, owner: String, repair: String
  ) -> Diagnostic {
    Diagnostic(
      .unknownName, "`\(owner)` has no `\(name)` of its own", at: range, label: "declared elsewhere",
      help: ["write `\(repair)`"], fixes: [.replacing(range, with: repair)])
  }

  /// What contacts have, in a declaration about accounts.
  package static func nameOfContacts(_ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unknownName, "accounts have no `\(name)`, their people do", at: range, label: "which of them?",
      help: ["ask about them together: `any(contacts where \(name) …)`, `share(contacts where \(name) …)`"])
  }

  /// `country == Germany`
  package static func textWithoutQuotes(_ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .textWithoutQuotes, "the text `\(name)` needs quotes", at: range, label: "a name, but a text belongs here",
      help: ["write `\"\(name)\"`"], fixes: [.replacing(range, with: "\"\(name)\"")])
  }

  /// `null`, `empty`.
  package static func nullValue(_ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .nullValue, "nothing is equal to `\(name)`", at: range, label: "not a value",
      help: ["whether something is missing is asked with `is unknown`, `is known`"])
  }

  /// - Parameter repair: the question that was likely meant.
  package static func eventAsValue(_ name: String, at range: SourceRange, repair: String?) -> Diagnostic {
    Diagnostic(
      .eventAsValue, "`\(name)` is an event, not a value", at: range, label: "an event",
      help: ["ask whether it happened: `did \(name) within 30 days`, or how often: `count(\(name))`"],
      fixes: repair.map { [.rewriting(range, as: $0)] } ?? [])
  }

  package static func peopleAsValue(_ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .peopleAsValue, "`\(name)` are many, not one value", at: range, label: "a collection",
      help: ["ask about them together: `any(\(name) where …)`, `count(\(name) where …)`, `sum(x of \(name))`"])
  }

  /// - Parameter declaration: where the fields are declared.
  package static func unknownField(
    _ name: String, of owner: String, at range: SourceRange, suggestion: String?, declaration: SourceRange?
  ) -> Diagnostic {
    let suggested = Suggestion(
      suggestion, at: range, otherwise: ["only what is declared can be read; declare the field where the others are"])
    return Diagnostic(
      .unknownField, "`\(owner)` has no field `\(name)`", at: range, label: "not declared",
      related: declaration.map { [.init($0, "`\(owner)` is declared here")] } ?? [], help: suggested.help,
      fixes: suggested.fixes)
  }

  /// `first_name.length`
  package static func fieldOfValue(
    _ name: String, of value: String, _ type: TypePhrase, at range: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .unknownField, "`\(value)` is \(type.words) and has no fields", at: range,
      label: "nothing to read `\(name)` from",
      help: ["only assets have fields of their own, as in `asset.topics`"])
  }

  package static func unknownEvent(
    _ name: String, at range: SourceRange, suggestion: String?, isField: Bool
  ) -> Diagnostic {
    let help =
      isField
      ? "`\(name)` is a field; a change of it is `on \(name) changed`"
      : "declare it: `event \(name) { … }`"
    let suggested = Suggestion(isField ? nil : suggestion, at: range, otherwise: [help])
    return Diagnostic(
      .unknownEvent, "there is no event `\(name)`", at: range, label: "not declared", help: suggested.help,
      fixes: suggested.fixes)
  }

  package static func noInteractions(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .noInteractions, "no event is an interaction", at: range, label: "nothing counts as one",
      help: ["interactions are the events with a worth: `event page_view { path text } worth 0.2`"])
  }

  package static func unknownDeclaration(
    _ kind: String, _ name: String, at range: SourceRange, suggestion: String?
  ) -> Diagnostic {
    let suggested = Suggestion(suggestion, at: range, otherwise: ["declare it: `\(kind) \(name) { … }`"])
    return Diagnostic(
      .unknownDeclaration, "there is no \(kind) `\(name)`", at: range, label: "not declared", help: suggested.help,
      fixes: suggested.fixes)
  }

  package static func unknownAsset(_ name: String, at range: SourceRange, suggestion: String?) -> Diagnostic {
    let suggested = Suggestion(
      suggestion, at: range,
      otherwise: ["declare it: `asset \(name) \"Title\" { … }`; an asset of the CRM stands in quotes"])
    return Diagnostic(
      .unknownAsset, "there is no asset `\(name)`", at: range, label: "not declared", help: suggested.help,
      fixes: suggested.fixes)
  }

  /// `stage == consideraton`
  ///
  /// - Parameter journeyOf: `contact` or `account` when the values are the stages of a journey.
  package static func unknownValue(
    _ value: String, of owner: String, at range: SourceRange, journeyOf subject: String?, values: [String],
    declaration: SourceRange, suggestion: String?
  ) -> Diagnostic {
    let suggested = Suggestion(suggestion, at: range, otherwise: ["write one of: \(listed(values))"])
    let message: String
    let label: String
    let listing: String
    if let subject {
      message = "no \(subject) can be in stage `\(value)`"
      label = "not a stage of this journey"
      listing = "stages: \(listed(values))"
    } else {
      message = "`\(owner)` has no value `\(value)`"
      label = "not one of its values"
      listing = "values: \(listed(values))"
    }
    return Diagnostic(
      .unknownValue, message, at: range, label: label, related: [.init(declaration, listing)], help: suggested.help,
      fixes: suggested.fixes)
  }

  package static func unknownFunction(
    _ name: String, at range: SourceRange, suggestion: String?, known: [String]
  ) -> Diagnostic {
    let suggested = Suggestion(suggestion, at: range, otherwise: ["the functions are: \(listed(known, atMost: 20))"])
    return Diagnostic(
      .unknownFunction, "there is no function `\(name)`", at: range, label: "unknown", help: suggested.help,
      fixes: suggested.fixes)
  }

  package static func unknownStep(_ name: String, at range: SourceRange, suggestion: String?) -> Diagnostic {
    let suggested = Suggestion(suggestion, at: range, otherwise: ["name a step of this sequence"])
    return Diagnostic(
      .unknownStep, "this sequence has no step `\(name)`", at: range, label: "not a step", help: suggested.help,
      fixes: suggested.fixes)
  }

  package static func stepOutsideSequence(_ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unknownStep, "there are no steps here to count since", at: range, label: "not in a sequence",
      help: ["`since step \(name)` belongs into a sequence; elsewhere write `within 30 days` or `since` a moment"])
  }

  package static func contactOfAccount(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .misplacedName, "an account has many contacts, not one", at: range, label: "which of them?",
      help: ["ask about them together: `any(contacts where …)`, `share(contacts where …)`"])
  }

  /// `any(contacts where contact.persona == cfo)`, about an account.
  ///
  /// - Parameter prefix: `contact.`
  package static func superfluousContact(_ name: String, at range: SourceRange, prefix: SourceRange) -> Diagnostic {
    Diagnostic(
      .misplacedName, "names are those of each person here already", at: range, label: "which contact?",
      help: ["write `\(name)`"],
      fixes: [FixIt("write `\(name)`", isSafe: true, edits: [TextEdit(prefix, "")])])
  }

  package static func eventOutsideOn(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .misplacedName, "no event sets this off, so there is no `event` to read", at: range, label: "no `on` here",
      help: ["`event.x` belongs into a rule with `on`; what happened before is asked with `did` and `last(…)`"])
  }

  /// `candidate`, `affinity`, `rate`.
  package static func outsideRecommendation(_ word: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .misplacedName, "`\(word)` belongs into a recommendation", at: range, label: "nothing is being recommended here",
      help: ["only a `recommendation` weighs candidates"])
  }

  /// - Parameter subject: whose namespace it is, `contact` or `account`.
  package static func duplicateName(
    _ name: String, of subject: String, at range: SourceRange, first: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .duplicateName, "there are two things called `\(name)` of a \(subject)", at: range, label: "declared again",
      related: [.init(first, "declared here first")],
      help: [
        "fields, defines, scores, journeys and segments share their names; give one of them another name",
        "upper and lower case make no difference",
      ])
  }

  /// The loop, each name with where it reads the next one; the last reads the first.
  package static func cyclicDefinition(_ loop: [(name: String, use: SourceRange)]) -> Diagnostic {
    let names = loop.map(\.name)
    let path = (names + names.prefix(1)).map { "`\($0)`" }.joined(separator: " → ")
    let first = names.first ?? ""
    let message = loop.count == 1 ? "`\(first)` depends on itself" : "these depend on each other: \(path)"
    let related = loop.indices.dropFirst().map { index in
      Label(loop[index].use, "`\(names[index])` reads `\(names[(index + 1) % names.count])` here")
    }
    let range = loop.first?.use ?? SourceRange(file: FileID(0), start: 0, end: 0)
    return Diagnostic(
      .cyclicDefinition, message, at: range,
      label: loop.count == 1 ? "reads itself" : "`\(first)` reads `\(names[1 % names.count])` here", related: related,
      help: ["no value can be found this way round; let one of them do without the other"])
  }
}
