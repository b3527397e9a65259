import TextMatching

/// The distinct texts of a snapshot. Equal texts, byte by byte, have equal codes; texts that differ only in case have
/// equal folded codes. All bytes stand in one array, so that a pool of millions is quick to fill.
package struct TextPool: Sendable {
  /// Texts that no longer change, shared by all copies of the pool; their codes come first.
  private(set) var base: FrozenTexts?
  /// The texts since then.
  var added = TextTable()

  package init() {}

  init(frozen table: TextTable) {
    base = FrozenTexts(table)
  }

  package var count: Int { firstAdded + added.count }

  /// The code of the first text that copies do not share.
  var firstAdded: Int { base?.table.count ?? 0 }

  /// From here on copies share what is there, even when more is added to them.
  package mutating func freeze() {
    guard base == nil else { return }
    added.shrink()
    base = FrozenTexts(added)
    added = TextTable()
  }

  package func text(_ code: Int32) -> String { withBytes(of: code) { String(decoding: $0, as: UTF8.self) } }

  /// The code of the case-folded text.
  package func folded(_ code: Int32) -> Int32 {
    let first = firstAdded
    if let base, Int(code) < first { return base.table.folded[Int(code)] }
    return added.folded[Int(code) - first]
  }
}

/// A class, so that copies share it; it never changes.
final class FrozenTexts: Sendable {
  let table: TextTable

  init(_ table: TextTable) {
    self.table = table
  }
}
