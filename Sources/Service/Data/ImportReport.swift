package import ContactStore

/// What an import did, for a person to read.
package struct ImportReport {
  private let summary: ImportSummary
  private let style: Style

  package init(_ summary: ImportSummary, style: Style) {
    self.summary = summary
    self.style = style
  }

  package var text: String {
    let counts = [
      (summary.inserted, "new"), (summary.updated, "updated"), (summary.unchanged, "unchanged"),
      (summary.duplicates, "repeated in the file"), (summary.rejected, "rejected"),
    ].filter { $0.0 > 0 }.map { "\(Plural.grouped($0.0)) \($0.1)" }
    var lines = ["\(Plural.count(summary.rows, "row")): \(counts.isEmpty ? "nothing" : counts.joined(separator: ", "))"]
    if !summary.isKept {
      lines[0] = style.red("nothing was kept, since --strict allows no bad row; ") + lines[0]
    }
    if summary.createdOwners > 0 {
      lines.append("  \(Plural.count(summary.createdOwners, "record")) made, since rows named them")
    }
    if let path = summary.rejectsPath {
      lines.append(style.yellow("  the rejected rows, each with its line and the reason, are in \(path)"))
    }
    if summary.oddQuotes > 0 {
      lines.append(
        "  \(Plural.count(summary.oddQuotes, "row")) with a quote in the middle of a value, taken as it stands")
    }
    lines += problems()
    if !summary.ignoredColumns.isEmpty {
      lines.append(style.faint("  columns that no field takes: \(summary.ignoredColumns.joined(separator: ", "))"))
    }
    return lines.joined(separator: "\n")
  }

  private func problems() -> [String] {
    var fields: [String] = []
    for problem in summary.valueProblems where !fields.contains(problem.field) { fields.append(problem.field) }
    return fields.map { field in
      let values = summary.valueProblems.filter { $0.field == field }
      let list = values.map { problem in
        "\(problem.value.map { "“\($0)”" } ?? "others") × \(Plural.grouped(problem.count))"
      }
      return style.yellow("  `\(field)` counts as missing where the file says \(list.joined(separator: ", "))")
    }
  }
}
