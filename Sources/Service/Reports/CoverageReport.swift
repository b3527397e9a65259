package import Decisioning
package import RuleDiagnostics

/// What of a rule book its tests reach, and why they do not reach the rest.
package struct CoverageReport {
  package let coverage: Coverage
  private let source: SourceBook
  private let style: Style

  package init(coverage: Coverage, source: SourceBook, style: Style) {
    self.coverage = coverage
    self.source = source
    self.style = style
  }

  var lines: [String] {
    let total = coverage.items.count
    let share = Int((coverage.share * 100).rounded(.down))
    var lines = [style.bold("coverage: \(coverage.covered) of \(total) reached, \(share) %")]
    for kind in Coverage.Item.Kind.allCases {
      let items = coverage.items.filter { $0.kind == kind }
      guard !items.isEmpty else { continue }
      let covered = items.count { $0.isCovered }
      let mark = covered == items.count ? style.green("✓") : style.yellow("○")
      let name = CoverageReport.names(kind)
      lines.append("  \(mark) \(name)\(String(repeating: " ", count: 28 - name.count))\(covered) of \(items.count)")
    }
    let missing = coverage.items.filter { !$0.isCovered }
    if !missing.isEmpty { lines += ["", style.bold("not reached")] }
    for item in missing {
      lines.append("  \(style.faint(place(item.range))) \(item.declaration): \(item.text)")
      lines.append("      \(item.reason ?? "")")
    }
    return lines
  }

  private static func names(_ kind: Coverage.Item.Kind) -> String {
    switch kind {
    case .rule: "rules that act"
    case .trigger: "rules that are set off"
    case .condition: "outcomes of `when`"
    case .branch: "branches of `if`"
    case .stage: "stages of journeys"
    case .score: "lines and factors of scores"
    case .segment: "ways in and out of segments"
    case .policy: "clauses of policies"
    case .recommendation: "recommendations"
    case .arm: "arms"
    case .sequence: "ways in and out of sequences"
    case .step: "steps of sequences"
    }
  }

  private func place(_ range: SourceRange) -> String { "\(source[range.file].path):\(line(of: range))" }

  private func line(of range: SourceRange) -> Int { source[range.file].position(at: range.start).line }

  /// `covered`, `total` and `items`, each with `kind`, `declaration`, `what`, `file`, `line`, `covered` and, of what is
  /// not, `reason`.
  package var json: JSONValue {
    .members([
      ("covered", .integer(coverage.covered)), ("total", .integer(coverage.items.count)),
      (
        "items",
        .list(
          coverage.items.map { item in
            .members([
              ("kind", .text(item.kind.rawValue)), ("declaration", .text(item.declaration)), ("what", .text(item.text)),
              ("file", .text(source[item.range.file].path)), ("line", .integer(line(of: item.range))),
              ("covered", .flag(item.isCovered)), ("reason", item.reason.map(JSONValue.text)),
            ])
          })
      ),
    ])
  }
}
