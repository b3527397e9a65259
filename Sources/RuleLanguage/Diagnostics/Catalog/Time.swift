// Wording about durations, moments and windows of time.
extension Diagnostic {
  package static func strayTimeOfDay(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .strayTimeOfDay, "a time of day alone is not a value", at: range, label: "on which day?",
      help: [
        "a moment has a date, too: `2026-03-01 09:00`",
        "when messages may go out is said by `quiet between 20:00 and 08:00` in a policy",
      ])
  }

  package static func strayDuration(_ span: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .strayDuration, "`\(span)` is a length of time and cannot be compared or computed with", at: range,
      label: "a length of time",
      help: [
        "how long ago something was is asked with `in last \(span)`",
        "a moment is `\(span) ago` or `\(span) after` another",
      ])
  }

  /// `now - last(page_view) > 7 days`
  package static func timeArithmetic(at range: SourceRange, repair: String?) -> Diagnostic {
    Diagnostic(
      .timeArithmetic, "dates and times are not added or subtracted", at: range, label: "computes with time",
      help: repair.map { ["write `\($0)`"] } ?? [
        "ask `x in last 7 days` or `x not in last 7 days`, or name a moment: `3 days after x`, `7 days ago`"
      ],
      fixes: repair.map { [.rewriting(range, as: $0)] } ?? [])
  }

  package static func emptyDuration(_ text: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .emptyDuration, "`\(text)` is no time at all", at: range, label: "nothing",
      help: ["write a length above 0, such as `1 day`"])
  }

  package static func excessiveDuration(_ text: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .excessiveDuration, "`\(text)` is more than a thousand years", at: range, label: "too long",
      help: ["leave the limit out if any time is meant"])
  }

  package static func fractionalDuration(_ text: String, at range: SourceRange, repair: String?) -> Diagnostic {
    Diagnostic(
      .fractionalDuration, "days are counted whole, and `\(text)` is not", at: range, label: "a part of a day",
      help: [
        repair.map { "write `\($0)`: a day is a calendar day, hours are elapsed time" } ?? "write `business hours`"
      ],
      fixes: repair.map { [.rewriting(range, as: $0)] } ?? [])
  }

  /// - Parameter isBusiness: business time, or else months.
  package static func businessHalfLife(isBusiness: Bool, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .businessHalfLife, "\(isBusiness ? "business time is" : "months are") not possible here", at: range,
      label: isBusiness ? "business time" : "of no fixed length",
      help: ["what fades or recurs does so day and night: write hours, days or weeks"])
  }

  /// - Parameter function: what it stands beside; `nil` when that is a window.
  package static func misplacedHalfLife(at range: SourceRange, beside function: String?) -> Diagnostic {
    Diagnostic(
      .misplacedHalfLife,
      function.map { "`\($0)` takes no half life" } ?? "a half life and a window do not go together", at: range,
      label: "not here",
      help: [
        function == nil
          ? "older events fade by themselves; remove the window or the half life"
          : "a half life goes with `count` and `sum` of events: `count(page_view, half life 14 days)`"
      ])
  }

  package static func misplacedWindow(_ people: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .misplacedWindow, "`\(people)` are here now, in no window of time", at: range, label: "not for people",
      help: ["ask what they did: `any(\(people) where did page_view within 30 days)`"])
  }

  package static func notTracked(_ text: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .notTracked, "nothing records when `\(text)` changes", at: range, label: "has no history",
      help: ["fields of contacts and accounts, journeys and segments have a history; make a segment of the condition"])
  }
}
