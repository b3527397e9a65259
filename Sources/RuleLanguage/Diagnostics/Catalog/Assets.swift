/// A cell of a file of assets that cannot be used.
package struct CellProblem: Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    case emptyName
    case declaredAlready(String)
    /// The text of the cell, and what its field takes, in words.
    case unfit(String, expected: String)
  }

  /// The line of the file, from 1.
  package var line: Int
  /// The header of the column.
  package var column: String
  package var reason: Reason

  package init(line: Int, column: String, reason: Reason) {
    self.line = line
    self.column = column
    self.reason = reason
  }
}

// Wording about assets and the files that list them.
extension Diagnostic {
  package static func undeclaredAssetFields(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .undeclaredAssetFields, "no `asset { … }` says which fields assets have", at: range, label: "not declared",
      help: ["declare them once, without a name: `asset { type text  language text }`"])
  }

  package static func unreadableAssetFile(_ path: String, _ problem: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .unreadableAssetFile, "the assets of `\(path)` cannot be read: \(problem)", at: range, label: "not readable",
      help: ["the path starts at the folder of the rule book"])
  }

  package static func assetFileWithoutNames(
    _ path: String, columns: [String], at range: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .assetFileWithoutNames, "`\(path)` has no column `name`", at: range, label: "assets need names",
      help: [
        "add a column `name` with the name that rules use, such as roi_guide",
        columns.isEmpty ? "the file is empty" : "its columns: " + columns.joined(separator: ", "),
      ])
  }

  package static func unknownAssetColumn(
    _ column: String, in path: String, at range: SourceRange, suggestion: String?
  ) -> Diagnostic {
    Diagnostic(
      .unknownAssetColumn, "column `\(column)` of `\(path)` fills no field of assets", at: range,
      label: "the column is left out",
      help: [
        suggestion.map { "did you mean the column to be called `\($0)`?" }
          ?? "declare the field in `asset { … }`, or name its column: `… from column \"\(column)\"`"
      ])
  }

  /// - Parameter more: how many further cells of the file go without a report of their own.
  package static func assetCell(
    _ problem: CellProblem, in path: String, at range: SourceRange, more: Int
  ) -> Diagnostic {
    let place = "`\(path)` line \(problem.line)"
    let message: String
    var help: [String]
    switch problem.reason {
    case .emptyName:
      message = "\(place): the asset has no name"
      help = ["fill in column `\(problem.column)`; until then the row is left out"]
    case .declaredAlready(let name):
      message = "\(place): asset `\(name)` is declared already"
      help = ["remove one of the two; the row is left out"]
    case .unfit(let text, let expected):
      message = "\(place), column `\(problem.column)`: `\(text)` does not fit"
      help = ["expected is \(expected); until then the value is missing"]
    }
    if more > 0 { help.append("and \(more) more in this file") }
    return Diagnostic(.assetCell, message, at: range, label: "in this file", help: help)
  }
}
