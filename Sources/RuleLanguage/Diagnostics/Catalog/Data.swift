// Wording about fields, choices, keys, events and teams.
extension Diagnostic {
  /// - Parameter kind: the declaration's word, such as `event`.
  package static func duplicateDeclaration(
    _ kind: String, _ name: String, at range: SourceRange, first: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .duplicateDeclaration, "\(kind) `\(name)` is declared twice", at: range, label: "declared again",
      related: [.init(first, "declared here first")],
      help: ["give one of them another name, or remove it; upper and lower case make no difference"])
  }

  /// - Parameter names: of assets that the place declares, in order; at least one.
  package static func shadowedAsset(_ names: [String], at range: SourceRange) -> Diagnostic {
    let first = names.first ?? ""
    let message =
      names.count == 1
      ? "asset `\(first)` is declared here, and was imported too"
      : "\(names.count) assets are declared here, and were imported too, the first is `\(first)`"
    return Diagnostic(
      .shadowedAsset, message, at: range, label: "this one counts",
      help: ["what the rule book says goes first; remove it here to use what was imported"])
  }

  package static func duplicateRecord(_ kind: String, at range: SourceRange, first: SourceRange) -> Diagnostic {
    Diagnostic(
      .duplicateDeclaration, "`\(kind)` is declared twice", at: range, label: "declared again",
      related: [.init(first, "declared here first")], help: ["move these fields into the first declaration"])
  }

  package static func duplicateField(_ name: String, at range: SourceRange, first: SourceRange) -> Diagnostic {
    Diagnostic(
      .duplicateField, "field `\(name)` is declared twice", at: range, label: "declared again",
      related: [.init(first, "declared here first")],
      help: ["give one of them another name, or remove it; upper and lower case make no difference"])
  }

  package static func duplicateChoice(
    _ name: String, of owner: String, at range: SourceRange, first: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .duplicateChoice, "`\(owner)` has the value `\(name)` twice", at: range, label: "named again",
      related: [.init(first, "named here first")], help: ["remove one of them"])
  }

  package static func sharedSpelling(
    _ spelling: String, of choice: String, at range: SourceRange, other: String, otherRange: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .sharedSpelling, "`\(choice)` and `\(other)` are both spelled `\(spelling)` by the source", at: range,
      label: "cannot be told from `\(other)`", related: [.init(otherRange, "`\(other)` is spelled so, too")],
      help: ["give each value its own spelling in quotes, or merge the two values"])
  }

  package static func unknownChoices(_ name: String, at range: SourceRange, suggestion: String?) -> Diagnostic {
    Diagnostic(
      .unknownChoices, "there is no field or journey `\(name)` to take the values of", at: range, label: "unknown",
      help: suggestion.map { ["did you mean `\($0)`?"] } ?? [
        "name a field that is a `one of`, a journey, or list the values: `one of (small, large)`"
      ],
      fixes: suggestion.map { [.replacing(range, with: $0)] } ?? [])
  }

  package static func fieldWithoutChoices(
    _ name: String, at range: SourceRange, declaration: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .fieldWithoutChoices, "field `\(name)` has no fixed values to take", at: range, label: "is no `one of`",
      related: [.init(declaration, "declared here")],
      help: ["list the values at either place: `one of (small, large)`"])
  }

  /// - Parameter path: the fields in the order in which they refer to each other; the last is one of the earlier.
  package static func circularChoices(_ path: [String], at range: SourceRange) -> Diagnostic {
    let loop = path.map { "`\($0)`" }.joined(separator: " → ")
    return Diagnostic(
      .circularChoices, "these fields take their values from each other: \(loop)", at: range,
      label: "closes the circle", help: ["list the values in one of them: `one of (small, large)`"])
  }

  package static func reservedName(_ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .reservedName, "`\(name)` already has a meaning of its own", at: range, label: "cannot be declared",
      help: ["choose another name; `from hubspot` and `from column` keep the name that the source uses"])
  }

  package static func missingKey(_ kind: String, at range: SourceRange) -> Diagnostic {
    let example = kind == "account" ? "domain text key" : "email text key"
    return Diagnostic(
      .missingKey, "`\(kind)` has no key to tell one \(kind) from another", at: range, label: "no field is a `key`",
      help: ["mark a text field: `\(example)`"])
  }

  package static func keyNotText(_ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .keyNotText, "the key `\(name)` is not a text", at: range, label: "keys are texts",
      help: ["declare it as `\(name) text key`; numbers that name people are texts, too"])
  }

  package static func severalKeys(
    _ name: String, of kind: String, at range: SourceRange, first: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .severalKeys, "`\(kind)` has a second key, `\(name)`", at: range, label: "another key",
      related: [.init(first, "the first key")], help: ["remove `key` from one of them"])
  }

  package static func misplacedKey(_ name: String, ofEvent: Bool, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .misplacedKey, "`\(name)` cannot be a key here", at: range, label: "no keys here",
      help: [ofEvent ? "events are told apart by person and time" : "assets are told apart by their names"])
  }

  package static func defaultOfKey(_ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .defaultOfKey, "the key `\(name)` is never missing and needs no default", at: range, label: "has no effect",
      help: ["remove `missing means`; rows without a key are not imported"])
  }

  package static func duplicateModifier(
    _ words: String, of field: String, at range: SourceRange, first: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .duplicateModifier, "field `\(field)` says `\(words)` twice", at: range, label: "said again",
      related: [.init(first, "said here first")],
      help: [
        words == "missing when"
          ? "put all spellings in parentheses: `missing when (\"Select\", \"n/a\")`" : "remove one of them"
      ])
  }

  package static func sharedSource(
    _ property: String, of field: String, at range: SourceRange, other: String, otherRange: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .sharedSource, "`\(field)` and `\(other)` both come from the property `\(property)`", at: range,
      label: "also `\(property)`", related: [.init(otherRange, "`\(other)` comes from it, too")],
      help: ["keep one of the two fields; a rule that sets the one would change the other"])
  }

  package static func nestedList(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .nestedList, "a list cannot hold lists", at: range, label: "a list of lists",
      help: ["declare `list of text`, or a list of another simple type"])
  }

  package static func severalValues(for field: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .severalValues, "`\(field)` holds one value, not several", at: range, label: "several values",
      help: ["keep one of them, or declare the field as a list: `\(field) list of text`"])
  }

  package static func duplicateProperty(_ name: String, at range: SourceRange, first: SourceRange) -> Diagnostic {
    Diagnostic(
      .duplicateProperty, "`\(name)` gets its value twice", at: range, label: "given again",
      related: [.init(first, "given here first")],
      help: ["keep one of them; several values of a list stand in parentheses: `\(name) (a, b)`"])
  }

  /// - Parameter owner: whose field it should be, as in `assets`, in words.
  package static func unknownProperty(
    _ name: String, of owner: String, at range: SourceRange, suggestion: String?, known: [String],
    declaration: SourceRange?
  ) -> Diagnostic {
    let fields = known.isEmpty ? "no fields" : "fields: " + known.joined(separator: ", ")
    return Diagnostic(
      .unknownProperty, "there is no field `\(name)` of \(owner)", at: range, label: "not declared",
      related: declaration.map { [.init($0, fields)] } ?? [],
      help: [suggestion.map { "did you mean `\($0)`?" } ?? "declare the field, as in `\(name) text`"],
      fixes: suggestion.map { [.replacing(range, with: $0)] } ?? [])
  }

  /// - Parameter kind: the declaration's word, such as `rule`.
  package static func formerNameInUse(_ name: String, _ kind: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .formerNameInUse, "`\(name)` cannot be an old name: there still is \(kind) `\(name)`", at: range,
      label: "in use", help: ["`was` carries history over from a name that is gone; remove it or the other \(kind)"])
  }

  package static func invalidAddress(_ text: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .invalidAddress, "`\(text)` is not a mail address", at: range, label: "not an address",
      help: ["write it like `\"ana@example.com\"`"])
  }

  package static func duplicateMember(
    _ member: String, of team: String, at range: SourceRange, first: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .duplicateMember, "team `\(team)` names `\(member)` twice", at: range, label: "named again",
      related: [.init(first, "named here first")], help: ["remove one; everybody gets the same share"])
  }

  package static func emptyTeam(_ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .emptyTeam, "team `\(name)` has no members", at: range, label: "nobody to assign",
      help: ["name at least one: `team \(name) { \"ana@example.com\" }`"])
  }
}

extension FixIt {
  /// The repair of a misspelled name.
  static func replacing(_ range: SourceRange, with word: String) -> FixIt {
    FixIt("write `\(word)`", isSafe: true, edits: [TextEdit(range, word)])
  }
}
