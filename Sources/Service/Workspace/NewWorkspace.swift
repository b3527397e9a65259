import WorkspaceFiles

/// What `init` puts in a folder: the starter rule book, sample data, settings.
package enum NewWorkspace {
  /// - Returns: the paths that were written, sorted.
  package static func create(in folder: String) throws(WorkspaceError) -> [String] {
    var files: [(path: String, contents: String)] = WorkspaceFile.below("rules").map { ($0.path, $0.contents) }
    files += WorkspaceFile.below("playground/sample").filter { $0.path.hasSuffix(".csv") }.map { file in
      ("sample/" + file.path.dropFirst("playground/sample/".count), file.contents)
    }
    files.append((Configuration.fileName, configuration))
    files.append((".gitignore", ignored))
    for (path, _) in files {
      let target = RuleBook.joined(folder, path)
      if Files.isThere(target) { throw .folderNotEmpty(folder, file: path) }
    }
    for (path, contents) in files { try Files.write(Array(contents.utf8), to: RuleBook.joined(folder, path)) }
    return files.map(\.path).sorted()
  }

  private static let configuration = """
    # Settings of this workspace. The command line and ABM_RULES, ABM_DB win over what stands here.
    rules: rules
    database: abm.sqlite

    """

  private static let ignored = """
    *.sqlite
    *.sqlite-*
    *.sqlite.*
    *.rejects.csv

    """
}
