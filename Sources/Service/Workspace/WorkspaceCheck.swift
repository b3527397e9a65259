package import BusinessTime
import ContactStore
package import RuleDiagnostics
import RuleSemantics

/// What `check` found.
package struct WorkspaceCheck: Sendable {
  package let book: RuleBook
  /// Those of the files that were asked for.
  package let diagnostics: [Diagnostic]
  private let files: Int

  /// - Parameters:
  ///   - paths: files and folders; none for the rule book. Files of the rule book's folder are checked within the whole.
  ///   - usesDatabase: whether to say what a mistake means for the people in the database.
  ///   - time: the time to look at them, which the rule book's zone may decide.
  package static func run(
    paths: [String], configuration: Configuration, usesDatabase: Bool, time: (RuleBook) throws -> Instant
  ) throws -> WorkspaceCheck {
    let folder = configuration.rules.hasSuffix("/") ? String(configuration.rules.dropLast()) : configuration.rules
    let isWithin = !paths.isEmpty && paths.allSatisfy { !Files.isFolder($0) && $0.hasPrefix(folder + "/") }
    let book = try RuleBook.load(paths.isEmpty || isWithin ? [folder] : paths)
    var diagnostics = book.diagnostics
    var files = book.source.files.count
    if isWithin {
      for path in paths where !book.source.files.contains(where: { $0.path == path }) {
        throw WorkspaceError.noSuchPath(path)
      }
      diagnostics = diagnostics.filter { paths.contains(book.source[$0.range.file].path) }
      files = paths.count
    }
    if usesDatabase {
      let store = try Store.open(configuration.database)
      diagnostics = PeopleEffect(book, store, at: try time(book)).adding(to: diagnostics)
    }
    return WorkspaceCheck(book: book, diagnostics: diagnostics, files: files)
  }

  /// One line: what was checked and what was found.
  package var summary: String {
    let program = book.program
    let rules = Plural.count(program.rules.count, "rule")
    let checked = "\(Plural.count(files, "file")), \(rules), \(Plural.count(program.tests.count, "test"))"
    let found = Severity.allCases.compactMap { severity -> String? in
      let count = diagnostics.count { $0.severity == severity }
      return count == 0 ? nil : Plural.count(count, severity.rawValue)
    }
    return found.isEmpty ? "checked \(checked): no problems" : "checked \(checked): \(found.joined(separator: ", "))"
  }
}
