/// A file that the program brings with it.
package struct WorkspaceFile: Sendable {
  /// As in the repository: `rules/scores.abm`, `docs/diagnostics/unknown-value.md`.
  package let path: String
  package let contents: String

  /// The files below a folder of the repository, such as `rules`, in the order of their paths.
  package static func below(_ folder: String) -> [WorkspaceFile] {
    embeddedFiles.compactMap { file in
      let path = "\(file.path)"
      return path.hasPrefix(folder + "/") ? WorkspaceFile(path: path, contents: "\(file.contents)") : nil
    }
  }

  /// `nil` when the program has no such file.
  package static func named(_ path: String) -> WorkspaceFile? {
    embeddedFiles.first { "\($0.path)" == path }.map { WorkspaceFile(path: path, contents: "\($0.contents)") }
  }
}
