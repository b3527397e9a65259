// Forms of other tools that are understood, and what the language writes instead. All of them are warnings.
extension Diagnostic {
  /// `=`, `<>`, `&&`, `≥` and the like; several edits when the sign is more than one word.
  package static func foreignOperator(_ written: String, canonical: String, edit: TextEdit) -> Diagnostic {
    Diagnostic(
      .foreignOperator, "`\(shown(written))` is written `\(canonical)` here", at: edit.range,
      fixes: [FixIt("write `\(canonical)`", isSafe: true, edits: [edit])])
  }

  /// `is empty`, `does not contain`, `has done` and the like.
  package static func foreignWording(_ written: String, canonical: String, edit: TextEdit) -> Diagnostic {
    Diagnostic(
      .foreignWording, "`\(shown(written))` is written `\(canonical)` here", at: edit.range,
      fixes: [FixIt("write `\(canonical)`", isSafe: true, edits: [edit])])
  }

  /// A sign that is understood and not needed, such as `=` between a name and its value.
  package static func superfluousSign(_ written: String, edit: TextEdit) -> Diagnostic {
    Diagnostic(
      .superfluousSign, "no `\(shown(written))` is needed here", at: edit.range,
      fixes: [FixIt("remove `\(shown(written))`", isSafe: true, edits: [edit])])
  }

  package static func foreignQuotes(at range: SourceRange, edits: [TextEdit]) -> Diagnostic {
    Diagnostic(
      .foreignQuotes, "texts stand in straight double quotes", at: range,
      fixes: [FixIt("write straight double quotes", isSafe: true, edits: edits)])
  }

  package static func foreignBracket(_ written: String, edit: TextEdit) -> Diagnostic {
    Diagnostic(
      .foreignBracket, "several values stand in parentheses, not in square brackets", at: edit.range,
      fixes: [FixIt("write `\(edit.replacement)`", isSafe: true, edits: [edit])])
  }

  package static func foreignComment(_ written: String, edit: TextEdit) -> Diagnostic {
    Diagnostic(
      .foreignComment, "a comment starts with `#`, not with `\(shown(written))`", at: edit.range,
      fixes: [FixIt("write `#`", isSafe: true, edits: [edit])])
  }

  package static func spacedPercent(at range: SourceRange, canonical: String) -> Diagnostic {
    Diagnostic(
      .spacedPercent, "a percentage is written without a blank, `\(canonical)`", at: range,
      fixes: [FixIt("write `\(canonical)`", isSafe: true, edits: [TextEdit(range, canonical)])])
  }

  package static func wrongCase(_ written: String, canonical: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .wrongCase, "`\(shown(written))` is written in small letters, `\(canonical)`", at: range,
      fixes: [FixIt("write `\(canonical)`", isSafe: true, edits: [TextEdit(range, canonical)])])
  }

  /// `true`, `FALSE`, `Yes`.
  package static func foreignFlag(_ written: String, canonical: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .foreignFlag, "`\(shown(written))` is written `\(canonical)` here", at: range,
      fixes: [FixIt("write `\(canonical)`", isSafe: true, edits: [TextEdit(range, canonical)])])
  }
}
