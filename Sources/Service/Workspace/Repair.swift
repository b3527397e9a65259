import RuleDiagnostics

/// What `check --fix` does to a rule book.
package struct Repair: Sendable {
  /// How many repairs each file got.
  package var applied: [(path: String, count: Int)] = []

  /// Applies all safe repairs, file by file, and writes the files. Of repairs that overlap the first is made; another
  /// run makes the others.
  package static func apply(to book: RuleBook) throws(WorkspaceError) -> Repair {
    var repair = Repair()
    for file in book.source.files {
      let fixes = edits(of: book, in: file)
      guard !fixes.isEmpty else { continue }
      let result = applying(fixes.flatMap(\.edits), to: file.bytes)
      try Files.write(result.bytes, to: file.path)
      repair.applied.append((file.path, fixes.count))
    }
    return repair
  }

  /// The safe repairs of one file that can be made together.
  static func edits(of book: RuleBook, in file: SourceFile) -> [FixIt] {
    compatible(
      book.diagnostics.compactMap { diagnostic in
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
