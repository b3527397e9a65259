// Wording about types: values that do not fit where they stand.
extension Diagnostic {
  /// - Parameters:
  ///   - other: what it is compared with, when that is why.
  ///   - repair: how to write it.
  package static func typeMismatch(
    _ text: String, _ found: TypePhrase, wanted: TypePhrase, at range: SourceRange, other: SourceRange? = nil,
    repair: (text: String, isSafe: Bool)? = nil
  ) -> Diagnostic {
    let isAge = found == .number && (wanted == .date || wanted == .time)
    let teaching = isAge ? "how long ago is asked with `in last 30 days`; a moment is `30 days ago`" : wanted.example
    return Diagnostic(
      .typeMismatch, "`\(text)` is \(found.words), but \(wanted.words) belongs here", at: range,
      label: "is \(found.words)", related: other.map { [.init($0, "is \(wanted.words)")] } ?? [],
      help: repair.map { ["write `\($0.text)`"] } ?? teaching.map { [$0] } ?? [],
      fixes: repair.map { [.rewriting(range, as: $0.text, isSafe: $0.isSafe)] } ?? [])
  }

  /// Two `one of` with different values, side by side.
  package static func differentChoices(
    _ text: String, at range: SourceRange, found: (name: String, range: SourceRange),
    wanted: (name: String, range: SourceRange), values: [String]
  ) -> Diagnostic {
    Diagnostic(
      .differentChoices, "`\(text)` is a value of `\(found.name)`, not of `\(wanted.name)`", at: range,
      label: "of `\(found.name)`",
      related: [
        .init(wanted.range, "values: \(listed(values))"), .init(found.range, "`\(found.name)` is declared here"),
      ],
      help: ["only values of one field or journey can be compared; `one of \(wanted.name)` declares a field with these"]
    )
  }

  /// `score > "70%"`
  package static func quotedValue(
    _ text: String, _ wanted: TypePhrase, at range: SourceRange, repair: String, isSafe: Bool, other: SourceRange?
  ) -> Diagnostic {
    Diagnostic(
      .quotedValue, "`\"\(text)\"` is a text, but \(wanted.words) belongs here", at: range, label: "a text",
      related: other.map { [.init($0, "is \(wanted.words)")] } ?? [], help: ["write `\(repair)`"],
      fixes: [.rewriting(range, as: repair, isSafe: isSafe)])
  }

  package static func notACondition(_ text: String, _ found: TypePhrase, at range: SourceRange) -> Diagnostic {
    let help: String
    switch found {
    case .number: help = "compare it: `\(text) > 0`"
    case .text: help = "compare it: `\(text) == \"…\"`, or ask `\(text) is known`"
    case .choice: help = "compare it with one of its values: `\(text) == …`"
    case .date, .time: help = "compare it: `\(text) in last 30 days`"
    case .list: help = "ask what it holds: `\(text) contains …`"
    case .asset, .flag, .anything: help = "compare it: `\(text) == …`"
    }
    return Diagnostic(
      .notACondition, "`\(text)` is \(found.words), not a condition", at: range, label: "neither true nor false",
      help: [help])
  }

  /// `score > 70%`
  package static func percentOfScore(
    _ value: String, at range: SourceRange, repair: String, other: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .percentOfScore, "`\(value)` counts points, not percent", at: range, label: "\(repair) hundredths",
      related: [.init(other, "in points")],
      help: ["write `\(repair)`; `30%` is the number 0.3"], fixes: [.replacing(range, with: repair)])
  }

  /// - Parameter choices: name, values and declaration of an unordered `one of`.
  package static func unorderedComparison(
    _ type: TypePhrase, sign: String, at range: SourceRange,
    choices: (name: String, values: [String], range: SourceRange)?
  ) -> Diagnostic {
    guard let choices else {
      return Diagnostic(
        .unorderedComparison, "`\(sign)` needs an order, and \(type.words) has none", at: range,
        label: "what would be more?", help: ["numbers, dates, times and ordered `one of (a < b)` have an order"])
    }
    return Diagnostic(
      .unorderedComparison, "`\(sign)` needs an order, and the values of `\(choices.name)` have none", at: range,
      label: "what would be more?", related: [.init(choices.range, "declared without an order")],
      help: ["declare the order with `<`: `one of (\(choices.values.prefix(8).joined(separator: " < ")))`"])
  }

  package static func closenessOfUnordered(
    _ text: String, _ type: TypePhrase, at range: SourceRange, declaration: SourceRange?
  ) -> Diagnostic {
    Diagnostic(
      .unorderedComparison, "`closeness` needs ordered values, and `\(text)` is \(type.words) without an order",
      at: range, label: "no order", related: declaration.map { [.init($0, "declared without an order")] } ?? [],
      help: ["it compares stages of a journey or values of an ordered `one of (a < b)`"])
  }

  package static func advanceWithoutOrder(
    _ text: String, _ type: TypePhrase, at range: SourceRange, declaration: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .unorderedComparison, "`advance` needs an ordered field, and `\(text)` is \(type.words) without an order",
      at: range, label: "no order", related: [.init(declaration, "declared without an order")],
      help: ["declare its values in order, `one of (a < b)`, or use `set`"])
  }

  /// - Parameter repair: how to write the whole comparison.
  package static func listComparison(
    _ text: String, sign: String, at range: SourceRange, whole: SourceRange, repair: String?
  ) -> Diagnostic {
    Diagnostic(
      .listComparison, "`\(text)` holds several values, so `\(sign)` cannot compare it", at: range, label: "a list",
      help: [repair.map { "write `\($0)`" } ?? "ask for one of its values: `\(text) contains …`"],
      fixes: repair.map { [.rewriting(whole, as: $0, isSafe: true)] } ?? [])
  }

  /// `persona == cfo or vp_finance`
  package static func choiceAfterOr(
    _ value: String, isOr: Bool, at range: SourceRange, comparison: SourceRange, repair: String, isSafe: Bool
  ) -> Diagnostic {
    let whole = comparison.union(range)
    return Diagnostic(
      .choiceAfterOr, "`\(value)` after `\(isOr ? "or" : "and")` is a value, not a condition", at: range,
      label: "not compared with anything", related: [.init(comparison, "only this is compared")],
      help: ["write `\(repair)`"], fixes: [.rewriting(whole, as: repair, isSafe: isSafe)])
  }

  /// `persona in cfo`
  package static func valueWithoutParentheses(_ value: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .missingParentheses, "after `in`, values stand in parentheses", at: range, label: "one value",
      help: ["write `(\(value))`"], fixes: [.replacing(range, with: "(\(value))")])
  }

  package static func notAList(
    _ text: String, _ type: TypePhrase, operand: String, at range: SourceRange
  ) -> Diagnostic {
    let help =
      type == .text ? "whether a text holds another: `\(text) contains \(operand)`" : "write the values: `in (a, b)`"
    return Diagnostic(
      .typeMismatch, "`\(text)` is \(type.words), but a list belongs after `in`", at: range, label: "not a list",
      help: [help])
  }

  package static func notAText(
    _ text: String, _ type: TypePhrase, test: String, at range: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .typeMismatch, "`\(test)` looks into texts, and `\(text)` is \(type.words)", at: range,
      label: "is \(type.words)", help: test == "contains" ? ["`contains` works on texts and lists"] : [])
  }

  package static func listInText(_ text: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .typeMismatch, "`\(text)` holds several values and cannot stand in a text", at: range, label: "a list",
      help: ["insert a single value"])
  }

  package static func textArithmetic(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .typeMismatch, "texts cannot be added", at: range, label: "two texts",
      help: ["put the values into one text: `\"{first_name otherwise email} of {company otherwise \"?\"}\"`"])
  }

  /// A name in a record where the field wants a number, a date or yes or no.
  package static func nameForLiteral(_ name: String, _ wanted: TypePhrase, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .typeMismatch, "`\(name)` is a name, but \(wanted.words) belongs here", at: range, label: "a name",
      help: wanted.example.map { [$0] } ?? [])
  }

  package static func notALiteral(_ field: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .typeMismatch, "`\(field)` takes a fixed value here", at: range, label: "not fixed",
      help: ["write the value itself, without names in braces"])
  }

  /// - Parameter problem: what is wrong, in the words of the regular expressions.
  package static func invalidPattern(_ problem: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .invalidPattern, "this pattern cannot be read: \(problem)", at: range, label: "from here on",
      help: [
        "a sign with a meaning of its own, such as `.` or `(`, takes a `\\` before it; `contains` needs no pattern"
      ])
  }

  package static func reversedBounds(
    _ low: String, _ high: String, at range: SourceRange, swap: (SourceRange, SourceRange)
  ) -> Diagnostic {
    Diagnostic(
      .reversedBounds, "nothing lies between `\(low)` and `\(high)`", at: range, label: "ends before it begins",
      help: ["the first bound comes first: `\(high)`, then `\(low)`"],
      fixes: low == high ? [] : [.swapping((swap.0, low), (swap.1, high))])
  }

  package static func notAWholeNumber(
    _ text: String, what: String, minimum: Int, at range: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .invalidNumber, "`\(what) \(text)` is not possible", at: range, label: "not a count",
      help: ["write a whole number of at least \(minimum)"])
  }

  package static func notPositive(_ text: String, what: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .invalidNumber, "`\(what) \(text)` is not possible", at: range, label: "too small",
      help: ["write a number above 0"])
  }

  package static func wrongArguments(
    _ name: String, form: String, example: String, at range: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .wrongArguments, "`\(name)` is not used like this", at: range, label: "other values belong here",
      help: ["its form is `\(form)`", "for example `\(example)`"])
  }

  package static func mixedScore(_ name: String, at range: SourceRange, factor: SourceRange) -> Diagnostic {
    Diagnostic(
      .mixedScore, "score `\(name)` has factors, so it cannot count points as well", at: range, label: "points",
      related: [.init(factor, "a factor")],
      help: ["a score either weighs factors or adds points; make two scores and combine them in a `define`"])
  }

  /// - Parameters:
  ///   - total: the sum of the weights, 0.9 for 90 %.
  ///   - weights: where each stands, and what it is.
  package static func weightsTotal(
    _ name: String, total: Double, at range: SourceRange, weights: [(range: SourceRange, value: Double)]
  ) -> Diagnostic {
    let percent = percentText(total * 100)
    let rest = percentText(abs(1 - total) * 100)
    return Diagnostic(
      .weightsTotal, "the weights of `\(name)` total \(percent), not 100 %", at: range,
      label: "the total is \(percent)",
      related: weights.map { .init($0.range, percentText($0.value * 100)) },
      help: [total < 1 ? "\(rest) more to give out" : "\(rest) too much"])
  }
}
