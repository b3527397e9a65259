// Wording of the linter about conditions.
extension Diagnostic {
  /// - Parameter condition: as it is written.
  /// - Parameter value: what may be missing, as a rule would write it.
  package static func missingSurprise(
    _ condition: String, value: String, isPerson: Bool, at range: SourceRange, isNegation: Bool
  ) -> Diagnostic {
    let those = isPerson ? "whoever has no `\(value)`" : "where `\(value)` is missing"
    let verb = isPerson ? "is left out" : "this is not true"
    return Diagnostic(
      .missingSurprise, "`\(short(condition))`: \(those) \(verb)", at: range,
      label: "unknown when `\(value)` is missing",
      help: [
        "to count them in: `\(value) is unknown or …`, or give a default: `(\(value) otherwise …)`",
        "to leave them out and say so: `\(value) is known and …`",
      ])
  }

  package static func contradiction(
    _ firstText: String, _ secondText: String, value: String, first: SourceRange, at range: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .neverTrue, "no `\(short(value))` is both `\(short(firstText))` and `\(short(secondText))`", at: range,
      label: "excludes the other", related: [.init(first, "excludes the one below")],
      help: ["if either will do, join them with `or`"])
  }

  /// Why nothing meets a condition.
  package enum Emptiness: Hashable, Sendable {
    case noSuchValue, together
  }

  package static func neverTrue(
    _ condition: String, at range: SourceRange, reason: Emptiness, related: [(SourceRange, String)]
  ) -> Diagnostic {
    let help: String
    switch reason {
    case .noSuchValue: help = "no value lies there; compare with another one"
    case .together: help = "together these conditions leave nothing"
    }
    return Diagnostic(
      .neverTrue, "`\(short(condition))` is never true\(reason == .together ? " beside the others" : "")", at: range,
      label: "never true", related: related.map { .init($0.0, $0.1) }, help: [help])
  }

  package static func alwaysTrue(
    _ condition: String, value: String, mayBeMissing: Bool, at range: SourceRange, related: [SourceRange]
  ) -> Diagnostic {
    Diagnostic(
      .alwaysTrue,
      "`\(short(condition))` is true " + (mayBeMissing ? "of every known `\(short(value))`" : "always"), at: range,
      label: "leaves nothing out", related: related.map { .init($0, "together with this") },
      help: [
        mayBeMissing
          ? "if that is what you mean, write `\(short(value)) is known`" : "remove it, or compare with another value"
      ])
  }

  /// - Parameter low: the smallest value there can be; −infinity when there is none, and so for `high`.
  package static func unreachableThreshold(
    _ condition: String, value: String, low: Double, high: Double, at range: SourceRange, definition: SourceRange?
  ) -> Diagnostic {
    let limits =
      low.isFinite && high.isFinite
      ? "from \(numberText(low)) to \(numberText(high))"
      : low.isFinite ? "from \(numberText(low)) upwards" : "up to \(numberText(high))"
    return Diagnostic(
      .unreachableThreshold, "`\(short(condition))` is never true: `\(short(value))` goes \(limits)", at: range,
      label: "out of reach", related: definition.map { [.init($0, "goes \(limits)")] } ?? [],
      help: ["compare with a value within these limits"])
  }
}

/// A number as people write it.
func numberText(_ number: Double) -> String {
  if number == number.rounded(), abs(number) < 1e15 { return "\(Int(number))" }
  return "\((number * 100).rounded() / 100)"
}

/// Long conditions are cut in messages; the excerpt below shows them whole.
func short(_ text: String) -> String {
  let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  return line.count <= 50 ? line : line.prefix(49) + "…"
}
