/// The rows of a file named by `assets from "…"`, read by the caller, or of assets that a database holds.
package struct AssetFile: Sendable {
  package struct Row: Sendable {
    /// The line of the file, from 1.
    package var line: Int
    /// One for each column; empty text is missing.
    package var values: [String]

    package init(line: Int, values: [String]) {
      self.line = line
      self.values = values
    }
  }

  /// The path of assets that were imported into a database: no declaration names them.
  package static let importedPath = "imported assets"

  /// As the declaration spells it.
  package var path: String
  /// Field names, and `name` and `title`.
  package var columns: [String]
  package var rows: [Row]
  /// Why it could not be read; `nil` when it was.
  package var problem: String?

  package init(path: String, columns: [String], rows: [Row], problem: String? = nil) {
    self.path = path
    self.columns = columns
    self.rows = rows
    self.problem = problem
  }
}
