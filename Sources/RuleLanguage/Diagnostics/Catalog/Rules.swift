// Wording about rules and what they do.
extension Diagnostic {
  package static func repeatedRule(at range: SourceRange, first: SourceRange) -> Diagnostic {
    Diagnostic(
      .repeatedRule, "this rule stands in the rule book twice", at: range, label: "the same again",
      related: [.init(first, "first here")], help: ["remove one of them, or give them names: `rule name { … }`"])
  }

  package static func skipNotLast(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .skipNotLast, "`skip lower rules` comes last", at: range, label: "actions follow",
      help: ["move it to the end; the actions of this rule are carried out either way"])
  }

  package static func existingAndFromNowOn(at range: SourceRange, first: SourceRange) -> Diagnostic {
    Diagnostic(
      .conflictingFrequency, "`existing too` and `from now on` contradict each other", at: range,
      label: "the opposite", related: [.init(first, "of this")], help: ["keep one of them"])
  }

  package static func templateWithValues(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .templateWithValues, "the name of a template is fixed", at: range, label: "not a fixed text",
      help: ["the template fills in what differs from person to person: `send email \"Welcome\"`"])
  }

  package static func fallbackOfAddress(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .needlessFallback, "the task goes to an address already", at: range, label: "never used",
      help: ["`otherwise` says who is asked when somebody has no owner: `for owner otherwise \"desk@example.com\"`"])
  }

  package static func notAField(_ text: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unwritableField, "`\(text)` cannot be changed by a rule", at: range, label: "not a field of its own",
      help: ["a rule changes declared fields of whom it is about"])
  }

  package static func computedFieldWritten(
    _ text: String, at range: SourceRange, declaration: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .unwritableField, "`\(text)` is computed and cannot be set", at: range, label: "computed",
      related: [.init(declaration, "computed from this")],
      help: ["change what it is computed from, or declare a field of its own and set that"])
  }

  package static func keyWritten(_ name: String, at range: SourceRange, declaration: SourceRange) -> Diagnostic {
    Diagnostic(
      .unwritableField, "the key `\(name)` cannot be changed", at: range, label: "a key",
      related: [.init(declaration, "it tells one record from another")], help: ["set another field"])
  }

  package static func fieldOfAccount(_ text: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unwritableField, "a rule about contacts cannot change `\(text)`", at: range, label: "of the account",
      help: ["make it a rule about accounts: `rule name for account { … }`"])
  }

  /// `sync to hubspot list` of something that is no segment.
  package static func listOfValues(_ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .listOfValues, "`\(name)` has a value for everybody and is no list", at: range, label: "lists are of segments",
      help: ["write `sync to hubspot property …`, or make a segment and sync that"])
  }
}
