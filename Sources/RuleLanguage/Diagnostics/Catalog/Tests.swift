// Wording about tests of a rule book.
extension Diagnostic {
  package static func testWithoutStart(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .testWithoutStart, "a test first says when it takes place", at: range, label: "at what time?",
      help: ["start with a date and time: `at 2026-03-02 09:00`"])
  }

  package static func clockBackwards(at range: SourceRange, earlier: SourceRange) -> Diagnostic {
    Diagnostic(
      .clockBackwards, "a test cannot go back in time", at: range, label: "before the last time",
      related: [.init(earlier, "the clock was set here")],
      help: ["what happened earlier is given with `… ago`; another start makes another test"])
  }

  package static func misplacedAgo(_ kind: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .misplacedAgo, "only events happened some time ago, not the \(kind)", at: range, label: "not an event",
      help: ["state the \(kind) first, then `wait`, then state what has changed"])
  }

  package static func severalEvents(_ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .severalEvents, "`\(name)` stands for many events; a test gives one", at: range, label: "which one?",
      help: ["name an event that has a `worth`, such as `given page_view 2 days ago`"])
  }

  package static func unknownTestPerson(_ key: String, at range: SourceRange, suggestion: String?) -> Diagnostic {
    Diagnostic(
      .unknownTestPerson, "this test gives nobody called `\(key)`", at: range, label: "not given",
      help: [suggestion.map { "did you mean `\($0)`?" } ?? "give the contact before, with this key"],
      fixes: suggestion.map { [.replacing(range, with: "\"\($0)\"")] } ?? [])
  }

  package static func unknownTestStep(
    _ step: String, of sequence: String, at range: SourceRange, suggestion: String?, known: [String],
    declaration: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .unknownTestStep, "sequence `\(sequence)` has no step `\(step)`", at: range, label: "not a step",
      related: [.init(declaration, "steps: " + known.joined(separator: ", "))],
      help: suggestion.map { ["did you mean `\($0)`?"] } ?? [],
      fixes: suggestion.map { [.replacing(range, with: $0)] } ?? [])
  }

  package static func unknownTestArm(
    _ arm: String, of owner: String, at range: SourceRange, suggestion: String?, known: [String],
    declaration: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .unknownTestArm, "`\(owner)` has no arm `\(arm)`\(known.isEmpty ? " there" : "")", at: range,
      label: "not an arm",
      related: [.init(declaration, known.isEmpty ? "no split" : "arms: " + known.joined(separator: ", "))],
      help: suggestion.map { ["did you mean `\($0)`?"] } ?? [],
      fixes: suggestion.map { [.replacing(range, with: $0)] } ?? [])
  }
}
