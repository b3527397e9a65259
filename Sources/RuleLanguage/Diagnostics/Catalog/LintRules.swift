// Wording of the linter about definitions, rules, sequences and tests. Names of rules come with their backticks, since
// some rules have none.
extension Diagnostic {
  /// - Parameter kind: the declaration's word, such as `score`.
  package static func unused(_ kind: String, _ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unusedDefinition, "nothing uses \(kind) `\(name)`", at: range, label: "not used",
      help: ["remove it, or use it in a rule, a sequence or a test"])
  }

  package static func duplicateDefinition(
    _ kind: String, _ name: String, at range: SourceRange, other: String, otherRange: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .duplicateDefinition, "\(kind) `\(name)` means the same as `\(other)`", at: range, label: "the same again",
      related: [.init(otherRange, "`\(other)` stands here")],
      help: ["use `\(other)` and remove `\(name)`; otherwise one of them will be changed and the other forgotten"])
  }

  package static func overlappingSegment(
    _ name: String, enter: String, leave: String, at range: SourceRange, first: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .overlappingSegment, "some who enter `\(name)` leave it at once: `\(short(enter))` and `\(short(leave))` overlap",
      at: range, label: "true of some who just entered", related: [.init(first, "lets them in")],
      help: ["leave a gap between the two, as in `when score >= 40 until score < 30`"])
  }

  package static func unnamedRule(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unnamedRule, "this rule has no name", at: range, label: "starts an unnamed rule",
      help: [
        "a changed rule without a name is a new rule: whom it acted on before is forgotten",
        "name it: `rule roi_guide \"Send the ROI guide\" { … }`",
      ])
  }

  package static func duplicateRule(
    _ rule: String, action: String, at range: SourceRange, other: String, otherRange: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .duplicateRule, "\(rule) does the same as \(other) under the same condition", at: range,
      label: "`\(action)` a second time", related: [.init(otherRange, "the other rule")],
      help: ["remove one of the two, or make their conditions differ"])
  }

  package static func hiddenRule(
    _ rule: String, at range: SourceRange, higher: String, condition: String, higherRange: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .hiddenRule, "rule \(rule) never acts: \(higher) skips it", at: range, label: "always skipped",
      related: [.init(higherRange, "whoever meets the rule meets this, too")],
      help: ["give the rule a higher priority, or narrow `\(short(condition))`"])
  }

  package static func contestedField(
    _ field: String, rule: String, at range: SourceRange, other: String, otherRange: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .contestedField, "\(rule) and \(other) fight over `\(field)`", at: range, label: "sets it one way",
      related: [.init(otherRange, "sets it another way")],
      help: [
        "their priorities are equal, so the name decides who wins",
        "give one of them a higher priority, or conditions that exclude each other",
      ])
  }

  /// - Parameter loop: for each rule its name, the field that it writes, and where.
  package static func ruleLoop(_ loop: [(rule: String, field: String, range: SourceRange)]) -> Diagnostic {
    let names = (loop + loop.prefix(1)).map(\.rule).joined(separator: " → ")
    return Diagnostic(
      .ruleLoop, "these rules set each other off in a circle: \(names)", at: loop[0].range,
      label: "writes `\(loop[0].field)`, which the next one reads",
      related: loop.dropFirst().map { .init($0.range, "writes `\($0.field)`") },
      help: ["at every run the fields change again; let one of the rules act `once`, or join them into one"])
  }

  package static func restlessUpkeep(
    _ field: String, value: String, at range: SourceRange, isOwnValue: Bool
  ) -> Diagnostic {
    Diagnostic(
      .restlessUpkeep,
      isOwnValue
        ? "`\(field)` is set from itself, so it changes at every run"
        : "`\(value)` moves on with time, so `\(field)` is set again and again", at: range,
      label: "never comes to rest",
      help: ["say how often, as in `once` or `once every 30 days`, or let an event set it: `on … then set …`"])
  }

  package static func sequenceWithoutExit(_ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .sequenceWithoutExit, "nobody leaves sequence `\(name)` before its last step", at: range,
      label: "has no `goal` and no `exit`",
      help: ["say when it has done its work or must stop: `goal when did meeting_booked`, `exit when opted_out`"])
  }

  package static func neverEnrolled(_ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .neverEnrolled, "nobody enters sequence `\(name)`", at: range, label: "no `enroll when`, and no rule enrolls",
      help: ["add `enroll when …`, or a rule with `then enroll in \(name)`"])
  }

  package static func implicitConsent(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .implicitConsent, "no policy says which consent messages need", at: range, label: "the first message",
      help: ["without a word from you it is marketing; say so: `policy { require consent marketing }`"])
  }

  package static func testWithoutExpectation(_ title: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .testWithoutExpectation, "this test expects nothing, so it cannot fail", at: range, label: "no `expect`",
      help: ["add what should happen, as in `expect send asset roi_guide`, or `expect nothing`"])
  }
}
