import TextMatching

/// The distinct texts of a snapshot. Equal texts, byte by byte, have equal codes; texts that differ only in case have
/// equal folded codes. All bytes stand in one array, so that a pool of millions is quick to fill.
package struct TextPool: Sendable {
  /// Texts that no longer change, shared by all copies of the pool; their codes come first.
  private(set) var base: FrozenTexts?
  /// The texts since then.
  var added = TextTable()

  package init() {}

  init(frozen base: FrozenTexts) {
    self.base = base
  }

  package var count: Int { firstAdded + added.count }

  /// The code of the first text that copies do not share.
  var firstAdded: Int { base?.count ?? 0 }

  /// From here on copies share what is there, even when more is added to them.
  package mutating func freeze() {
    guard base == nil else { return }
    base = added.takeFrozen()
  }

  package func text(_ code: Int32) -> String { withBytes(of: code) { String(decoding: $0, as: UTF8.self) } }

  /// The code of the case-folded text.
  package func folded(_ code: Int32) -> Int32 {
    let first = firstAdded
    if let base, Int(code) < first { return base.folded[Int(code)] }
    return added.folded[Int(code) - first]
  }
}
