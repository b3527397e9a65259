package import ContactStore
import RuleDiagnostics
import RuleSemantics
import RuleSyntax

extension RuleBook {
  /// With the earlier versions of sequences that somebody in the database is still in: they go through them to the end,
  /// whatever the rule book says now.
  package func joined(with store: Store) throws(StoreError) -> RuleBook { joined(with: try store.earlierVersions()) }

  /// The same of those that are named.
  package func joined(with versions: [Store.SequenceText]) -> RuleBook {
    let present = Dictionary(program.sequences.map { ($0.name, $0.version) }, uniquingKeysWith: { first, _ in first })
    let renamed = Dictionary(
      program.sequences.compactMap { sequence in sequence.formerName.map { ($0, sequence.name) } },
      uniquingKeysWith: { first, _ in first })
    var source = source
    var earlier: [EarlierSequence] = []
    for kept in versions {
      let (stored, version) = (kept.sequence, kept.version)
      let name = present[stored] == nil ? renamed[stored] ?? stored : stored
      guard let now = present[name], now != version else { continue }
      let file = source.add(path: "\(name), version \(version)", bytes: Array(kept.text.utf8))
      earlier.append(EarlierSequence(name: name, version: version, tree: parse(file).tree))
    }
    guard !earlier.isEmpty else { return self }
    let checked = check(source, trees: trees, assets: assets, earlier: earlier)
    return RuleBook(
      folder: folder, source: source, trees: trees, program: checked.program, diagnostics: diagnostics,
      attachments: attachments, hash: hash, assets: assets, earlier: earlier)
  }
}
