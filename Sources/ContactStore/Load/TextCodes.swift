import RuleEngine

/// The text pool of a snapshot while it is loaded: texts that were seen before cost no `String`. A class, since all
/// columns share it.
final class TextCodes {
  private(set) var pool = TextPool()
  private let known = ByteMap()

  /// Beyond it texts are mostly different ones, and remembering them twice would only cost memory.
  private static let limit = 1 << 16

  func code(_ bytes: Bytes) -> Int32 {
    if let code = known[bytes] { return Int32(truncatingIfNeeded: code) }
    let code = pool.code(for: bytes.text)
    if known.count < TextCodes.limit { known.insert(bytes, Int64(code)) }
    return code
  }

  /// For texts that hardly repeat, such as keys.
  func codeOfKey(_ bytes: Bytes) -> Int32 {
    pool.code(for: bytes.text)
  }
}
