import RuleDiagnostics
import RuleSemantics

/// What became of a declaration from one rule book to another; what only moved or was laid out anew did not change.
package struct DeclarationChange: Hashable, Sendable {
  package enum What: String, Hashable, Sendable, CaseIterable {
    case added, removed, changed, renamed
    /// Its own words mean the same, but something that they speak of does not.
    case affected
  }

  package var what: What
  /// `rule`, `score`, `field of contact`.
  package var kind: String
  package var name: String
  package var formerName: String?
  /// Of what is affected, the changed declarations that it reads.
  package var through: [String] = []
  /// Its text, where there is one.
  package var old: String?
  package var new: String?

  /// In the order of kinds, as the new rule book has them; what was removed comes last of its kind.
  static func all(from earlier: RuleBook, to later: RuleBook) -> [DeclarationChange] {
    let (before, after) = (ComparedDeclaration.all(of: earlier), ComparedDeclaration.all(of: later))
    let (old, new) = (earlier.program, later.program)
    let beforeByKey = Dictionary(before.map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
    var matched: Set<String> = []
    var changes: [(declaration: ComparedDeclaration, change: DeclarationChange)] = []
    var unchanged: [ComparedDeclaration] = []
    for declaration in after {
      let former = declaration.formerKey.flatMap { beforeByKey[$0] }
      guard let earlier = beforeByKey[declaration.key] ?? former else {
        changes.append((declaration, DeclarationChange(.added, declaration, nil, new)))
        continue
      }
      matched.insert(earlier.key)
      let isRenamed = earlier.name != declaration.name
      if earlier.meaning != declaration.meaning || isRenamed {
        let what: What = earlier.meaning == declaration.meaning ? .renamed : .changed
        var change = DeclarationChange(what, declaration, (earlier, old), new)
        if !isRenamed { change.formerName = nil }
        changes.append((declaration, change))
      } else {
        unchanged.append(declaration)
      }
    }
    for declaration in before where !matched.contains(declaration.key) {
      var change = DeclarationChange(.removed, declaration, nil, nil)
      change.old = text(declaration, old)
      changes.append((declaration, change))
    }
    changes += affected(unchanged, by: changes.map(\.declaration), new)
    let kinds = (after + before).map(\.kind)
    let order = Dictionary(kinds.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: min)
    return changes.enumerated()
      .sorted {
        (order[$0.element.declaration.kind] ?? 0, $0.offset) < (order[$1.element.declaration.kind] ?? 0, $1.offset)
      }
      .map(\.element.change)
  }

  private static func affected(
    _ unchanged: [ComparedDeclaration], by changed: [ComparedDeclaration], _ program: CheckedProgram
  ) -> [(ComparedDeclaration, DeclarationChange)] {
    var names = Dictionary(changed.map { ($0.key, $0.name) }, uniquingKeysWith: { first, _ in first })
    var found: [String: DeclarationChange] = [:]
    var grows = true
    while grows {
      grows = false
      for declaration in unchanged where found[declaration.key] == nil {
        let through = declaration.reads.compactMap { names[$0] }.sorted()
        guard !through.isEmpty else { continue }
        var change = DeclarationChange(.affected, declaration, nil, program)
        change.through = through
        change.new = nil
        found[declaration.key] = change
        names[declaration.key] = declaration.name
        grows = true
      }
    }
    return unchanged.compactMap { declaration in found[declaration.key].map { (declaration, $0) } }
  }

  private init(
    _ what: What, _ declaration: ComparedDeclaration, _ earlier: (ComparedDeclaration, CheckedProgram)?,
    _ program: CheckedProgram?
  ) {
    self.what = what
    kind = declaration.kind
    name = declaration.name
    formerName = earlier?.0.name
    old = earlier.flatMap { DeclarationChange.text($0.0, $0.1) }
    new = program.flatMap { DeclarationChange.text(declaration, $0) }
  }

  private static func text(_ declaration: ComparedDeclaration, _ program: CheckedProgram) -> String? {
    declaration.range.isEmpty ? nil : program.book.text(declaration.range)
  }
}
