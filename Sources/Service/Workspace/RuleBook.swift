import ContactStore
import Crypto
package import RuleDiagnostics
import RuleLinting
package import RuleSemantics
package import RuleSyntax

/// A rule book as it was read: its text, what it means, and all that is to be said of it.
package struct RuleBook: Sendable {
  /// The folder that `assets from` and `holidays from` are relative to.
  package let folder: String
  package let source: SourceBook
  package let trees: [SyntaxTree]
  package let program: CheckedProgram
  /// In the order of files and offsets.
  package let diagnostics: [Diagnostic]
  /// Other files that it names, such as assets and holidays, by their path as written.
  package let attachments: [String: [UInt8]]
  /// SHA-256 of all texts, in hexadecimal: names this version for good.
  package let hash: String
  /// Of files and of the database, as they were checked.
  let assets: [AssetFile]
  /// Of sequences that somebody is still in; their texts are the last files of the source.
  var earlier: [EarlierSequence] = []

  package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  /// Reads, parses, checks and lints.
  ///
  /// - Parameters:
  ///   - paths: folders, read as a whole, and single files.
  ///   - imported: assets of a database, which stand beside those of the files.
  package static func load(_ paths: [String], imported: AssetFile? = nil) throws(WorkspaceError) -> RuleBook {
    var files: [(path: String, bytes: [UInt8])] = []
    for path in paths {
      if Files.isFolder(path) {
        let found = try Files.below(path, ending: ".abm")
        guard !found.isEmpty else { throw .noRuleFiles(path) }
        for file in found { files.append((file, try Files.read(file))) }
      } else {
        files.append((path, try Files.read(path)))
      }
    }
    let folder = paths.first.map { Files.isFolder($0) ? $0 : parent(of: $0) } ?? "."
    return read(files, folder: folder, imported: imported)
  }

  /// The same from texts at hand; attachments are read from the folder.
  package static func read(
    _ files: [(path: String, bytes: [UInt8])], folder: String, imported: AssetFile? = nil
  ) -> RuleBook {
    var source = SourceBook()
    var seen: Set<String> = []
    for (path, bytes) in files.sorted(by: { $0.path < $1.path }) where seen.insert(path).inserted {
      source.add(path: path, bytes: bytes)
    }
    var trees: [SyntaxTree] = []
    var diagnostics: [Diagnostic] = []
    for file in source.files {
      let parsed = parse(file)
      trees.append(parsed.tree)
      diagnostics += parsed.diagnostics
    }
    var attachments: [String: [UInt8]] = [:]
    var assets = assetFiles(named: trees, in: folder, attachments: &attachments)
    if let imported {
      // A part of the version, so that a run can be decided again though others were imported since.
      attachments[AssetFile.importedPath] = Array(imported.csv.utf8)
      assets.append(imported)
    }
    let checked = check(source, trees: trees, assets: assets)
    diagnostics += checked.diagnostics
    for holidays in checked.program.policy.holidays {
      if let bytes = try? Files.read(joined(folder, holidays.path)) {
        attachments[holidays.path] = bytes
      } else {
        diagnostics.append(.unreadableHolidaysFile(holidays.path, at: holidays.range))
      }
    }
    // Lint speaks of meaning; where that is not settled it would mostly repeat the errors.
    if !diagnostics.contains(where: { $0.severity == .error }) {
      diagnostics += lint(checked.program, trees: trees)
    }
    diagnostics.sort {
      ($0.range.file.index, $0.range.start, $0.id.rawValue) < ($1.range.file.index, $1.range.start, $1.id.rawValue)
    }
    return RuleBook(
      folder: folder, source: source, trees: trees, program: checked.program, diagnostics: diagnostics,
      attachments: attachments, hash: hash(of: source, attachments), assets: assets)
  }

  /// Names, sizes and times of the files in the folders: different when anything in them was written.
  package static func marks(of paths: [String]) throws(WorkspaceError) -> String {
    var marks: [String] = []
    for path in paths {
      let files = Files.isFolder(path) ? try Files.below(path, ending: "") : [path]
      for file in files { marks.append("\(file) \(try Files.mark(file))") }
    }
    return marks.joined(separator: "\n")
  }

  private static func assetFiles(
    named trees: [SyntaxTree], in folder: String, attachments: inout [String: [UInt8]]
  ) -> [AssetFile] {
    var files: [AssetFile] = []
    for tree in trees {
      for case .assetFile(let declaration) in tree.declarations {
        let name = declaration.path.text
        let path = joined(folder, name)
        if let bytes = try? Files.read(path) { attachments[name] = bytes }
        files.append(AssetFile.read(path, as: name))
      }
    }
    return files
  }

  private static func hash(of source: SourceBook, _ attachments: [String: [UInt8]]) -> String {
    var hash = SHA256()
    let parts =
      source.files.map { ($0.path, $0.bytes) } + attachments.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    for (path, bytes) in parts {
      // Lengths keep the end of one text from passing for the start of the next.
      hash.update(data: Array("\(path.utf8.count) \(path) \(bytes.count) ".utf8))
      hash.update(data: bytes)
    }
    return hash.finalize().map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }

  static func joined(_ folder: String, _ path: String) -> String {
    path.hasPrefix("/") || folder.isEmpty || folder == "." ? path : "\(folder)/\(path)"
  }

  private static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
