import RuleEngine

/// The text pool of a snapshot while it is loaded. A class, since all columns share it.
final class TextCodes {
  // One thread loads; checking that at every text would take longer than finding it.
  @exclusivity(unchecked) private(set) var pool = TextPool()

  func code(_ bytes: Bytes) -> Int32 { pool.code(forUTF8: bytes) }

  /// Calls `body` with the code of each text, in their order.
  func withCodes(_ all: [Bytes], _ body: (Int32) -> Void) { pool.withCodes(forUTF8: all, body) }

  /// The pool as copies share it; no texts are added afterwards.
  func frozen() -> TextPool {
    pool.freeze()
    return pool
  }
}
