package import Decisioning
package import RuleDiagnostics

/// A report on an experiment for a person to read: the split first, since nothing below it means anything while it is
/// broken.
package struct ExperimentText {
  private let report: ExperimentReport
  private let style: Style

  package init(_ report: ExperimentReport, style: Style) {
    self.report = report
    self.style = style
  }

  package var isBroken: Bool { report.sampleRatio.isBroken }
  package var json: JSONValue { report.json }

  /// One line: how many, and whether the split is sound.
  package var summary: String {
    let total = report.assigned.reduce(0, +)
    let arms = zip(report.arms, report.assigned).map { "\($0) \(Plural.grouped($1))" }.joined(separator: ", ")
    let split = report.sampleRatio.isBroken ? "  " + style.red("the split is broken") : ""
    return "\(style.bold(report.name))  \(Plural.count(total, "subject"))  \(style.faint(arms))\(split)"
  }

  package var text: String {
    var lines = [style.bold(report.name)] + splitLines + [""] + armLines
    for measure in report.measures { lines += [""] + self.lines(measure) }
    return lines.joined(separator: "\n")
  }

  // MARK: - The split

  private var splitLines: [String] {
    let ratio = report.sampleRatio
    let facts =
      "\(list(ratio.counts.map(Plural.grouped))) came, \(list(ratio.expected.map { number($0, 1) })) "
      + "were expected (chi-square \(number(ratio.chiSquare, 2)), p \(probability(ratio.pValue)))"
    guard ratio.isBroken else { return ["\(style.green("✓")) the split is sound: \(facts)"] }
    return [
      style.red("✕ the split is broken: \(facts)"),
      "  Chance alone departs as far less than once in a hundred experiments. Somebody was assigned and not recorded, or",
      "  recorded twice, more often in one arm than in another; the arms then differ in more than what they do, and no",
      "  difference below says which is better. Find out who is missing before anything else.",
    ]
  }

  private var armLines: [String] {
    table(
      zip(report.arms, zip(report.shares, report.assigned)).map { arm, numbers in
        ["  \(arm)", "\(number(numbers.0 * 100, 1)) %", Plural.grouped(numbers.1)]
      }, heads: ["  arm", "share", "assigned"])
  }

  // MARK: - A measure

  private func lines(_ measure: ExperimentReport.Measure) -> [String] {
    var lines = [style.bold(measure.name)]
    lines += table(
      measure.counts.map { count in
        [
          "  \(count.arm)", Plural.grouped(count.subjects), Plural.grouped(count.successes),
          count.rate.map { "\(number($0 * 100, 2)) %" } ?? "-",
        ]
      }, heads: ["  arm", "measured", "yes", "share"])
    if measure.open > 0 {
      lines.append(style.faint("  \(Plural.grouped(measure.open)) are left out: their time is not over yet"))
    }
    for comparison in measure.comparisons { lines += self.lines(comparison) }
    if measure.comparisons.count < measure.counts.count - 1 {
      lines.append(
        style.faint("  an arm is compared once it and the first have \(ArmComparison.fewestSubjects) measured each"))
    }
    return lines
  }

  private func lines(_ comparison: ArmComparison) -> [String] {
    [
      "  \(comparison.arm) against \(comparison.base): \(style.bold(signed(comparison.difference)))  "
        + "95 % interval \(signed(comparison.interval.lowerBound)) to \(signed(comparison.interval.upperBound)), "
        + "p \(probability(comparison.pValue))  \(style.faint("for one look, at a time fixed beforehand"))",
      "    at any number of looks: \(signed(comparison.anytime.lowerBound)) to "
        + "\(signed(comparison.anytime.upperBound))  \(verdict(comparison))",
    ]
  }

  private func verdict(_ comparison: ArmComparison) -> String {
    if report.sampleRatio.isBroken { return style.red("no verdict while the split is broken") }
    guard comparison.isSettled else { return style.yellow("open: go on, or stop without a winner") }
    return style.green("\(comparison.arm) is \(comparison.difference > 0 ? "better" : "worse")")
  }

  // MARK: - Numbers

  private func list(_ texts: [String]) -> String {
    guard texts.count > 1, let last = texts.last else { return texts.first ?? "0" }
    return texts.dropLast().joined(separator: ", ") + " and " + last
  }

  /// With thousands grouped, and no more decimals than asked for.
  private func number(_ value: Double, _ decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let scaled = Int((value * scale).rounded())
    var rest = String(scaled % Int(scale))
    rest = String(repeating: "0", count: decimals - rest.count) + rest
    let whole = Plural.grouped(scaled / Int(scale))
    return scaled % Int(scale) == 0 && decimals == 1 ? whole : "\(whole).\(rest)"
  }

  /// Four decimals with a sign, as `−0.0082`.
  private func signed(_ value: Double) -> String {
    let text = number(abs(value), 4)
    return (value < 0 && text != "0.0000" ? "−" : "+") + text
  }

  private func probability(_ value: Double) -> String {
    value < 0.0001 ? "below 0.0001" : number(value, 4)
  }

  private func table(_ rows: [[String]], heads: [String]) -> [String] {
    let all = [heads] + rows
    let widths = heads.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.enumerated().map { index, row in
      let cells = row.enumerated().map { column, text in
        let space = String(repeating: " ", count: widths[column] - text.count)
        return column == 0 ? text + space : space + text
      }
      let line = cells.joined(separator: "  ")
      return index == 0 ? style.faint(line) : line
    }
  }
}

extension ExperimentReport {
  /// `name`, `sample_ratio` (`passed`, `chi_square`, `p_value`, `expected`), `arms` (`name`, `share`, `assigned`),
  /// `measures` (`name`, `open`, `arms`, `comparisons`); a verdict is `better`, `worse`, `open`, or null while the split
  /// is broken.
  fileprivate var json: JSONValue {
    .members([
      ("name", .text(name)),
      (
        "sample_ratio",
        .members([
          ("passed", .flag(!sampleRatio.isBroken)), ("chi_square", .number(sampleRatio.chiSquare)),
          ("p_value", .number(sampleRatio.pValue)), ("expected", .list(sampleRatio.expected.map(JSONValue.number))),
        ])
      ),
      (
        "arms",
        .list(
          arms.indices.map { index in
            .members([
              ("name", .text(arms[index])), ("share", .number(shares[index])), ("assigned", .integer(assigned[index])),
            ])
          })
      ), ("measures", .list(measures.map { json($0) })),
    ])
  }

  private func json(_ measure: Measure) -> JSONValue {
    .members([
      ("name", .text(measure.name)), ("open", .integer(measure.open)),
      (
        "arms",
        .list(
          measure.counts.map { count in
            .members([
              ("name", .text(count.arm)), ("subjects", .integer(count.subjects)),
              ("successes", .integer(count.successes)), ("rate", count.rate.map(JSONValue.number) ?? .null),
            ])
          })
      ), ("comparisons", .list(measure.comparisons.map { json($0) })),
    ])
  }

  private func json(_ comparison: ArmComparison) -> JSONValue {
    let verdict: JSONValue =
      if sampleRatio.isBroken { .null } else if comparison.isSettled {
        .text(comparison.difference > 0 ? "better" : "worse")
      } else {
        .text("open")
      }
    return .members([
      ("arm", .text(comparison.arm)), ("base", .text(comparison.base)), ("difference", .number(comparison.difference)),
      ("interval", json(comparison.interval)), ("p_value", .number(comparison.pValue)),
      ("anytime_interval", json(comparison.anytime)), ("verdict", verdict),
    ])
  }

  private func json(_ interval: ClosedRange<Double>) -> JSONValue {
    .list([.number(interval.lowerBound), .number(interval.upperBound)])
  }
}
