package import RuleDiagnostics
import RuleFormatting
import RuleSyntax

/// What `fmt` did.
package struct WorkspaceFormat: Sendable {
  package private(set) var source = SourceBook()
  /// Paths of the files whose text changed, or would change.
  package private(set) var changed: [String] = []
  /// Syntax errors; their files are left alone.
  package private(set) var errors: [Diagnostic] = []

  package static func run(
    paths: [String], configuration: Configuration, isDryRun: Bool
  ) throws(WorkspaceError) -> WorkspaceFormat {
    var result = WorkspaceFormat()
    for path in paths.isEmpty ? [configuration.rules] : paths {
      let files = Files.isFolder(path) ? try Files.below(path, ending: ".abm") : [path]
      if files.isEmpty { throw .noRuleFiles(path) }
      for file in files { try result.format(file, isDryRun: isDryRun) }
    }
    return result
  }

  private mutating func format(_ path: String, isDryRun: Bool) throws(WorkspaceError) {
    let file = source.add(path: path, bytes: try Files.read(path))
    let parsed = parse(file)
    let wrong = parsed.diagnostics.filter { $0.severity == .error }
    guard wrong.isEmpty, let text = RuleFormatting.format(parsed.tree) else {
      errors += wrong
      return
    }
    let bytes = Array(text.utf8)
    guard bytes != file.bytes else { return }
    changed.append(path)
    if !isDryRun { try Files.write(bytes, to: path) }
  }
}
