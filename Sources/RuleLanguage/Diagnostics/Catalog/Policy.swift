// Wording about policies, hours, zones and shares.
extension Diagnostic {
  /// - Parameter clause: the words that it starts with, as written in a policy.
  package static func repeatedPolicy(_ clause: String, at range: SourceRange, first: SourceRange) -> Diagnostic {
    Diagnostic(
      .repeatedPolicy, "`\(clause)` is said twice", at: range, label: "said again",
      related: [.init(first, "said here first")],
      help: ["all policies hold together, in whatever file they stand; keep one of the two"])
  }

  package static func unknownZone(_ name: String, at range: SourceRange, suggestion: String?) -> Diagnostic {
    Diagnostic(
      .unknownZone, "there is no time zone `\(name)`", at: range, label: "unknown zone",
      help: [
        suggestion.map { "did you mean `\($0)`?" }
          ?? "write a zone of the IANA database, such as `Europe/London` or `America/New_York`"
      ],
      fixes: suggestion.map { [.replacing(range, with: "\"\($0)\"")] } ?? [])
  }

  package static func unknownDay(_ name: String, at range: SourceRange, suggestion: String?) -> Diagnostic {
    Diagnostic(
      .unknownDay, "`\(name)` is not a day of the week", at: range, label: "not a day",
      help: [
        suggestion.map { "did you mean `\($0)`?" }
          ?? "write `weekdays`, `weekends`, or days in parentheses: `(monday, wednesday)`"
      ],
      fixes: suggestion.map { [.replacing(range, with: $0)] } ?? [])
  }

  /// - Parameter clause: the words that it starts with, as in `business hours`.
  package static func emptyHours(_ clause: String, at range: SourceRange) -> Diagnostic {
    let help =
      clause == "business hours"
      ? "business hours lie within one day: `business hours 09:00 to 17:30 on weekdays`"
      : "from the first time to the second is meant; across midnight is fine, as in 20:00 and 08:00"
    return Diagnostic(
      .emptyHours, "no time lies between these two", at: range, label: "ends before it begins", help: [help])
  }

  package static func shareOutOfRange(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .shareOutOfRange, "a share lies between 0 % and 100 %", at: range, label: "outside",
      help: ["write it as in `10%`"])
  }

  package static func unreadableHolidaysFile(_ path: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unreadableHolidaysFile, "the holidays of `\(path)` cannot be read", at: range, label: "no such file",
      help: [
        "the path starts at the folder of the rule book",
        "without it people would be written to, and waits would count, on holidays",
      ])
  }
}
