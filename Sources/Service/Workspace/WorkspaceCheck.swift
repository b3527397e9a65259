package import BusinessTime
import ContactStore
package import RuleDiagnostics
import RuleSemantics

/// What `check` found.
package struct WorkspaceCheck: Sendable {
  package let book: RuleBook
  /// Those of the files that were asked for.
  package let diagnostics: [Diagnostic]
  /// What was asked for, and so what the summary counts.
  private let files: [SourceFile]

  /// - Parameters:
  ///   - paths: files and folders; none for the rule book. Files of the rule book's folder are checked within the whole.
  ///   - peopleAt: the time for which to say what a mistake means for the people in the database; `nil` to leave that.
  package static func run(
    paths: [String], configuration: Configuration, peopleAt time: ((RuleBook) throws -> Instant)? = nil
  ) throws -> WorkspaceCheck {
    let folder = configuration.rules.hasSuffix("/") ? String(configuration.rules.dropLast()) : configuration.rules
    let inside = Files.absolute(folder) + "/"
    let isWithin = !paths.isEmpty && paths.allSatisfy { !Files.isFolder($0) && Files.absolute($0).hasPrefix(inside) }
    let book = try RuleBook.load(paths.isEmpty || isWithin ? [folder] : paths, configuration)
    var diagnostics = book.diagnostics
    var files = book.source.files
    if isWithin {
      // `./rules/a.abm` and `rules/a.abm` are the same file.
      let wanted = Set(paths.map(Files.absolute))
      files = files.filter { wanted.contains(Files.absolute($0.path)) }
      for path in paths where !files.contains(where: { Files.absolute($0.path) == Files.absolute(path) }) {
        throw WorkspaceError.noSuchPath(path)
      }
      diagnostics = diagnostics.filter { diagnostic in files.contains { $0.id == diagnostic.range.file } }
    }
    if let time {
      var store = try Store.open(configuration.database)
      if !configuration.keepsColumns { store.columnFile = nil }
      diagnostics = PeopleEffect(book, store, at: try time(book)).adding(to: diagnostics)
    }
    return WorkspaceCheck(book: book, diagnostics: diagnostics, files: files)
  }

  /// One line: what was checked and what was found.
  package var summary: String {
    let program = book.program
    let ids = Set(files.map(\.id))
    let rules = Plural.count(program.rules.count { ids.contains($0.range.file) }, "rule")
    let tests = Plural.count(program.tests.count { ids.contains($0.range.file) }, "test")
    let checked = "\(Plural.count(files.count, "file")), \(rules), \(tests)"
    let found = Severity.allCases.compactMap { severity -> String? in
      let count = diagnostics.count { $0.severity == severity }
      return count == 0 ? nil : Plural.count(count, severity.rawValue)
    }
    return found.isEmpty ? "checked \(checked): no problems" : "checked \(checked): \(found.joined(separator: ", "))"
  }
}
