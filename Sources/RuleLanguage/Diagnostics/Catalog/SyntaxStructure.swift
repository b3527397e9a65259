// What the parser has to say: words, names, values, clauses and blocks.
extension Diagnostic {
  /// Something stands where nothing of its kind can; `accepts` says what can, when that is short.
  package static func unexpectedToken(_ found: String, at range: SourceRange, accepts: String? = nil) -> Diagnostic {
    Diagnostic(
      .unexpectedToken, "`\(shown(found))` cannot stand here", at: range, help: accepts.map { [$0] } ?? [])
  }

  /// A word or sign that the form needs is not there. `found` is `nil` at the end of a line or file.
  package static func missingWord(
    _ word: String, before found: String?, at range: SourceRange, insertion: TextEdit?
  ) -> Diagnostic {
    Diagnostic(
      .missingWord, place("`\(word)` is missing", before: found), at: range,
      fixes: insertion.map { [FixIt("insert `\(word)`", isSafe: false, edits: [$0])] } ?? [])
  }

  package static func misspelledWord(_ written: String, meant: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .misspelledWord, "`\(shown(written))` is no word of the language here", at: range,
      help: ["did you mean `\(meant)`?"],
      fixes: [FixIt("write `\(meant)`", isSafe: true, edits: [TextEdit(range, meant)])])
  }

  package static func missingValue(
    _ expected: SyntaxExpectation, before found: String?, at range: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .missingValue, place("\(expected.phrase) is missing", before: found), at: range,
      help: expected.examples.map { [$0] } ?? [])
  }

  package static func missingName(
    _ expected: SyntaxExpectation, before found: String?, at range: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .missingName, place("\(expected.phrase) is missing", before: found), at: range,
      help: ["a name is a letter followed by letters, digits and `_`"])
  }

  /// A name with hyphens; `meant` is the same with underscores.
  package static func malformedName(_ written: String, meant: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .malformedName, "`\(shown(written))` is no name", at: range,
      help: ["a name is a letter followed by letters, digits and `_`"],
      fixes: [FixIt("write `\(meant)`", isSafe: true, edits: [TextEdit(range, meant)])])
  }

  /// `send email X` where `X` is not in quotes.
  package static func emailWithoutQuotes(_ name: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .missingValue, "`\(shown(name))` is no text in quotes", at: range,
      help: [
        "an email of the CRM stands in quotes, `send email \"\(shown(name))\"`; "
          + "what is declared as an asset is sent with `send asset \(shown(name))`"
      ])
  }

  /// `like`, as SQL compares texts.
  package static func sqlLike(_ written: String, at range: SourceRange) -> Diagnostic {
    unexpectedToken(
      written, at: range,
      accepts: "texts are compared with `contains`, `starts with`, `ends with`, `==` or `matches /…/`, without `%`")
  }

  package static func reservedWord(_ word: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .reservedWord, "`\(word)` is a word of the language and cannot be a name as it stands", at: range,
      help: ["in backticks it can, where it is declared and wherever it is used"],
      fixes: [FixIt("put it in backticks", isSafe: true, edits: [TextEdit(range, "`\(word)`")])])
  }

  package static func missingType(of field: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .missingType, "field `\(shown(field))` has no type", at: range,
      help: (SyntaxExpectation.type.examples.map { [$0] } ?? []) + ["a name is one word, such as `first_name`"])
  }

  package static func unknownType(_ written: String, at range: SourceRange, suggestion: String?) -> Diagnostic {
    Diagnostic(
      .unknownType, "there is no type `\(shown(written))`", at: range,
      help: suggestion.map { ["did you mean `\($0)`?"] } ?? SyntaxExpectation.type.examples.map { [$0] } ?? [],
      fixes: suggestion.map { [FixIt("write `\($0)`", isSafe: true, edits: [TextEdit(range, $0)])] } ?? [])
  }

  package static func notADeclaration(_ written: String, at range: SourceRange, suggestion: String?) -> Diagnostic {
    Diagnostic(
      .notADeclaration, "no declaration starts with `\(shown(written))`", at: range,
      help: suggestion.map { ["did you mean `\($0)`?"] } ?? [
        "declarations start with contact, account, deal, event, asset, assets, team, define, score, journey, segment, "
          + "rule, when, on, recommendation, sequence, policy, experiment or test"
      ],
      fixes: suggestion.map { [FixIt("write `\($0)`", isSafe: true, edits: [TextEdit(range, $0)])] } ?? [])
  }

  package static func unknownClause(
    _ written: String, in block: SyntaxBlock, at range: SourceRange, suggestion: String?
  ) -> Diagnostic {
    Diagnostic(
      .unknownClause, "`\(shown(written))` starts nothing that \(block.phrase) can hold", at: range,
      help: suggestion.map { ["did you mean `\($0)`?"] } ?? [block.accepts],
      fixes: suggestion.map { [FixIt("write `\($0)`", isSafe: true, edits: [TextEdit(range, $0)])] } ?? [])
  }

  package static func unknownAction(_ written: String, at range: SourceRange, suggestion: String?) -> Diagnostic {
    Diagnostic(
      .unknownAction, "there is no action `\(shown(written))`", at: range,
      help: suggestion.map { ["did you mean `\($0)`?"] } ?? SyntaxExpectation.action.examples.map { [$0] } ?? [],
      fixes: suggestion.map { [FixIt("write `\($0)`", isSafe: true, edits: [TextEdit(range, $0)])] } ?? [])
  }

  package static func missingAction(after word: String, before found: String?, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .missingAction, place("an action is missing after `\(word)`", before: found), at: range,
      help: SyntaxExpectation.action.examples.map { [$0] } ?? [])
  }

  package static func unknownUnit(_ written: String, at range: SourceRange, suggestion: String?) -> Diagnostic {
    Diagnostic(
      .unknownUnit, "`\(shown(written))` is no unit of time", at: range,
      help: suggestion.map { ["did you mean `\($0)`?"] } ?? SyntaxExpectation.duration.examples.map { [$0] } ?? [],
      fixes: suggestion.map { [FixIt("write `\($0)`", isSafe: true, edits: [TextEdit(range, $0)])] } ?? [])
  }

  package static func missingUnit(after number: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .missingUnit, "`\(shown(number))` needs a unit of time", at: range,
      help: SyntaxExpectation.duration.examples.map { [$0] } ?? [])
  }

  package static func missingPercent(_ number: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .missingPercent, "a share is a percentage, and `\(shown(number))` has no `%`", at: range,
      fixes: [FixIt("write `\(number)%`", isSafe: false, edits: [TextEdit(range.after, "%")])])
  }

  package static func missingThen(before action: String, at range: SourceRange, insertion: TextEdit) -> Diagnostic {
    Diagnostic(
      .missingThen, "`then` is missing before the action `\(shown(action))`", at: range,
      fixes: [FixIt("insert `then`", isSafe: true, edits: [insertion])])
  }

  package static func missingWhen(at range: SourceRange, insertion: TextEdit) -> Diagnostic {
    Diagnostic(
      .missingWhen, "`when` is missing before this condition", at: range,
      fixes: [FixIt("insert `when`", isSafe: true, edits: [insertion])])
  }

  /// A rule lacks what it cannot be without.
  package static func missingClause(_ clause: String, help: String? = nil, at range: SourceRange) -> Diagnostic {
    Diagnostic(.missingClause, "this rule has no \(clause)", at: range, help: help.map { [$0] } ?? [])
  }

  package static func ruleWithoutTrigger(at range: SourceRange) -> Diagnostic {
    missingClause(
      "`when` and no `on`", help: "`when` states a condition, `on` names an event or a field that changed", at: range)
  }

  package static func ruleWithoutActions(at range: SourceRange) -> Diagnostic {
    missingClause("`then`", help: "`then` says what to do, such as `then send asset roi_guide`", at: range)
  }

  package static func duplicateClause(_ clause: String, at range: SourceRange, first: SourceRange) -> Diagnostic {
    Diagnostic(
      .duplicateClause, "`\(clause)` stands here a second time", at: range,
      related: [Label(first, "the first one")], help: ["each clause may stand once; join conditions with `and`"])
  }

  package static func missingComma(at range: SourceRange, insertion: TextEdit) -> Diagnostic {
    Diagnostic(
      .missingComma, "a comma is missing between these two", at: range,
      fixes: [FixIt("insert `,`", isSafe: true, edits: [insertion])])
  }

  package static func unparenthesized(at range: SourceRange, edits: [TextEdit]) -> Diagnostic {
    Diagnostic(
      .unparenthesized, "this needs parentheses around it", at: range,
      fixes: [FixIt("put it in parentheses", isSafe: true, edits: edits)])
  }

  package static func chainedComparison(
    at range: SourceRange, replacement: String?, includesBounds: Bool
  ) -> Diagnostic {
    let title = replacement.map { "write `\($0)`" + (includesBounds ? "" : ", which includes both bounds") }
    return Diagnostic(
      .chainedComparison, "comparisons cannot be chained", at: range,
      help: ["`between` includes both bounds; otherwise write two comparisons joined by `and`"],
      fixes: replacement.map { [FixIt(title ?? "", isSafe: includesBounds, edits: [TextEdit(range, $0)])] } ?? [])
  }

  package static func missingWindow(_ event: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .missingWindow, "`no \(shown(event))` does not say in which time", at: range,
      help: ["add `within 30 days`, `since …`, `where …`, `at least … times`, or write `not did \(shown(event))`"])
  }

  package static func didInEventFilter(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .didInEventFilter, "an event cannot do something", at: range,
      help: ["`where` is about the event; a condition about the contact stands beside it, joined with `and`"])
  }

  package static func missingBrace(of block: SyntaxBlock, before found: String?, at range: SourceRange) -> Diagnostic {
    Diagnostic(.missingBrace, place("`{` is missing", before: found), at: range, help: [block.accepts])
  }

  /// The range is the opening brace.
  package static func unclosedBlock(at range: SourceRange) -> Diagnostic {
    Diagnostic(.unclosedBlock, "this `{` has no `}`", at: range)
  }

  /// The range is the opening parenthesis.
  package static func unclosedParenthesis(at range: SourceRange) -> Diagnostic {
    Diagnostic(.unclosedParenthesis, "this `(` has no `)`", at: range)
  }

  package static func unmatchedBrace(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unmatchedBrace, "this `}` closes nothing", at: range,
      fixes: [FixIt("remove `}`", isSafe: false, edits: [TextEdit(range, "")])])
  }

  package static func unmatchedParenthesis(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unmatchedParenthesis, "this `)` closes nothing", at: range,
      fixes: [FixIt("remove `)`", isSafe: false, edits: [TextEdit(range, "")])])
  }

  package static func nestingTooDeep(limit: Int, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .nestingTooDeep, "this is nested more than \(limit) deep", at: range,
      help: ["give a part of it a name with `define`"])
  }

  /// `select …`, `update …`: a statement of a database.
  package static func foreignStatement(_ word: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .foreignStatement, "`\(shown(word))` starts a database statement, not a rule", at: range,
      help: ["write what should happen as `when score > 70 then send asset roi_guide`"])
  }

  /// `end` where a brace closes, or where nothing is to be closed.
  package static func strayEnd(at range: SourceRange, closesBlock: Bool) -> Diagnostic {
    Diagnostic(
      .strayEnd, closesBlock ? "a block ends with `}`, not with `end`" : "nothing needs an `end` here", at: range,
      fixes: [
        FixIt(
          closesBlock ? "write `}`" : "remove `end`", isSafe: true,
          edits: [TextEdit(range, closesBlock ? "}" : "")])
      ])
  }

  private static func place(_ message: String, before found: String?) -> String {
    found.map { "\(message) before `\(shown($0))`" } ?? message
  }
}
