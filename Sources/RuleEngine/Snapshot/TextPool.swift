import TextMatching

/// The distinct texts of a snapshot. Equal texts have equal codes; texts that differ only in case have equal folded
/// codes.
package struct TextPool: Sendable {
  private var codes: [String: Int32] = [:]
  private var texts: [String] = []
  private var foldedCodes: [Int32] = []

  package init() {}

  package var count: Int { texts.count }

  /// The code of a text, which is added when it is new.
  package mutating func code(for text: String) -> Int32 {
    if let code = codes[text] { return code }
    let code = Int32(texts.count)
    codes[text] = code
    texts.append(text)
    foldedCodes.append(code)
    let folded = foldCase(text)
    if folded != text { foldedCodes[Int(code)] = self.code(for: folded) }
    return code
  }

  /// The code of a text that is there.
  package func existingCode(for text: String) -> Int32? { codes[text] }

  package func text(_ code: Int32) -> String { texts[Int(code)] }

  /// The code of the case-folded text.
  package func folded(_ code: Int32) -> Int32 { foldedCodes[Int(code)] }
}
