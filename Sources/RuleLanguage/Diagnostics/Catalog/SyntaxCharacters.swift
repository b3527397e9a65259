// What the lexer has to say: characters, numbers, dates and texts.
extension Diagnostic {
  /// The file is not UTF-8; said once, at the first place.
  package static func malformedUTF8(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .malformedUTF8, "the file is not valid UTF-8 from here on", at: range, label: "not a character",
      help: ["save the file with the encoding UTF-8"])
  }

  /// The file holds a NUL byte; said once, at the first place.
  package static func nulByte(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .nulByte, "the file holds a NUL byte, which no text does", at: range,
      help: ["the file may be damaged, or saved as UTF-16; save it with the encoding UTF-8"])
  }

  package static func unknownCharacter(_ written: String, at range: SourceRange) -> Diagnostic {
    let remove = FixIt("remove `\(shown(written))`", isSafe: false, edits: [TextEdit(range, "")])
    let help: [String] =
      switch written {
      case ";": ["clauses need no sign between them; each starts with its word"]
      case "'", "’", "‘": ["texts stand in double quotes"]
      case ":": ["a value follows its name without a sign between them"]
      default: written.hasPrefix("_") ? ["a name starts with a letter"] : []
      }
    return Diagnostic(
      .unknownCharacter, "`\(shown(written))` means nothing in a rule", at: range, help: help, fixes: [remove])
  }

  package static func malformedNumber(_ written: String, at range: SourceRange, suggestion: String?) -> Diagnostic {
    Diagnostic(
      .malformedNumber, "`\(shown(written))` is not a number", at: range,
      help: suggestion == nil ? ["numbers look like `70`, `1_000`, `0.5` and `30%`"] : [],
      fixes: replacement(suggestion, at: range))
  }

  package static func malformedDate(_ written: String, at range: SourceRange, suggestion: String?) -> Diagnostic {
    Diagnostic(
      .malformedDate, "`\(shown(written))` is not how a date is written", at: range,
      help: ["dates are written year-month-day, such as `2026-01-15`"], fixes: replacement(suggestion, at: range))
  }

  package static func impossibleDate(_ written: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(.impossibleDate, "there is no day `\(shown(written))`", at: range)
  }

  package static func malformedTime(_ written: String, at range: SourceRange, suggestion: String?) -> Diagnostic {
    Diagnostic(
      .malformedTime, "`\(shown(written))` is not a time of day", at: range,
      help: ["times are written from `00:00` to `23:59`, without seconds"], fixes: replacement(suggestion, at: range))
  }

  /// A quote without its partner on the line; the range is the whole rest that was read as text.
  package static func unclosedText(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unclosedText, "this text has no closing quote", at: range, label: "a text ends on the line it starts on",
      fixes: [FixIt("close the text here", isSafe: false, edits: [TextEdit(range.after, "\"")])])
  }

  package static func unclosedInsertion(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unclosedInsertion, "this `{` in the text has no `}`", at: range,
      help: ["`{name}` inserts a value into a text; a brace that is only a brace is written `\\{`"])
  }

  package static func unclosedRegex(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unclosedRegex, "this pattern has no closing `/`", at: range,
      help: ["a pattern ends on the line it starts on; a slash inside of it is written `\\/`"])
  }

  package static func unclosedName(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unclosedName, "this name has no closing backtick", at: range,
      fixes: [FixIt("close the name here", isSafe: false, edits: [TextEdit(range.after, "`")])])
  }

  package static func unknownEscape(_ written: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unknownEscape, "`\(shown(written))` means nothing in a text", at: range,
      help: ["a backslash stands before a quote, a brace, a backslash, `n` (new line) or `t` (tab); itself is `\\\\`"])
  }

  package static func insertionNotAllowed(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .insertionNotAllowed, "no value can be inserted into this text", at: range,
      help: ["titles, addresses and names are fixed; a brace that is only a brace is written `\\{`"])
  }

  private static func replacement(_ suggestion: String?, at range: SourceRange) -> [FixIt] {
    guard let suggestion else { return [] }
    return [FixIt("write `\(suggestion)`", isSafe: true, edits: [TextEdit(range, suggestion)])]
  }
}

/// User text as a message can show it: short, on one line, without what a terminal would act on.
func shown(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars.prefix(60) {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
      result += "U+" + String(scalar.value, radix: 16, uppercase: true)
    default: result.unicodeScalars.append(scalar)
    }
  }
  return text.unicodeScalars.count > 60 ? result + "…" : result
}
