import RuleDiagnostics

/// What `check --fix` does to files.
package struct Repair: Sendable {
  /// How many repairs each file got.
  package private(set) var applied: [(path: String, count: Int)] = []

  package init() {}

  /// Makes the safe repairs of the files that are asked for until none is left: repairs that overlap are made one after
  /// the other, and some mistakes show only when another is repaired.
  package static func applyAll(paths: [String], configuration: Configuration) throws -> Repair {
    var repair = Repair()
    for _ in 0..<rounds {
      let check = try WorkspaceCheck.run(paths: paths, configuration: configuration)
      let made = try apply(check)
      if made.isEmpty { break }
      for (path, count) in made { repair.add(count, to: path) }
    }
    return repair
  }

  /// Enough for mistakes within mistakes, and an end where a repair would ask for the next for ever.
  private static let rounds = 20

  private mutating func add(_ count: Int, to path: String) {
    if let index = applied.firstIndex(where: { $0.path == path }) {
      applied[index].count += count
    } else {
      applied.append((path, count))
    }
  }

  /// One round, file by file. Of repairs that overlap the first is made.
  private static func apply(_ check: WorkspaceCheck) throws(WorkspaceError) -> [(path: String, count: Int)] {
    var applied: [(path: String, count: Int)] = []
    for file in check.book.source.files {
      let fixes = edits(of: check.diagnostics, in: file)
      guard !fixes.isEmpty else { continue }
      let result = applying(fixes.flatMap(\.edits), to: file.bytes)
      try Files.write(result.bytes, to: file.path)
      applied.append((file.path, fixes.count))
    }
    return applied
  }

  /// The safe repairs of one file that can be made together.
  static func edits(of diagnostics: [Diagnostic], in file: SourceFile) -> [FixIt] {
    compatible(
      diagnostics.compactMap { diagnostic in
        diagnostic.fixes.first { fix in fix.isSafe && fix.edits.allSatisfy { $0.range.file == file.id } }
      })
  }

  /// Repairs that do not touch one another; a repair is made as a whole or not at all.
  private static func compatible(_ fixes: [FixIt]) -> [FixIt] {
    var taken: [SourceRange] = []
    return fixes.filter { fix in
      let overlaps = fix.edits.contains { edit in
        taken.contains { edit.range.start < $0.end && $0.start < edit.range.end || edit.range == $0 }
      }
      if !overlaps { taken += fix.edits.map(\.range) }
      return !overlaps
    }
  }
}
