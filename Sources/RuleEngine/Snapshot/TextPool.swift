import TextMatching

/// The distinct texts of a snapshot. Equal texts, byte by byte, have equal codes; texts that differ only in case have
/// equal folded codes. All bytes stand in one array, so that a pool of millions is quick to fill and to copy.
package struct TextPool: Sendable {
  /// The UTF-8 of all texts in the order of their codes.
  private(set) var bytes: [UInt8] = []
  /// Where each text ends in `bytes`.
  private(set) var ends: [Int] = []
  private var hashes: [Int] = []
  private var foldedCodes: [Int32] = []
  /// Codes by hash, with linear probing; -1 is free. A power of two, at most half of it taken.
  private var slots: [Int32] = Array(repeating: -1, count: 16)

  package init() {}

  package var count: Int { ends.count }

  /// The code of a text, which is added when it is new.
  package mutating func code(for text: String) -> Int32 {
    let hash = text.hashValue
    if let code = find(text, hash) { return code }
    if (count + 1) * 2 > slots.count { grow() }
    let code = Int32(count)
    bytes.append(contentsOf: text.utf8)
    ends.append(bytes.count)
    hashes.append(hash)
    foldedCodes.append(code)
    slots[freeSlot(hash)] = code
    if !isPlain(range(of: code)) {
      let folded = foldCase(text)
      if !holds(folded, at: code) { foldedCodes[Int(code)] = self.code(for: folded) }
    }
    return code
  }

  /// The code of a text that is there.
  package func existingCode(for text: String) -> Int32? { find(text, text.hashValue) }

  package func text(_ code: Int32) -> String { String(decoding: bytes[range(of: code)], as: UTF8.self) }

  /// The code of the case-folded text.
  package func folded(_ code: Int32) -> Int32 { foldedCodes[Int(code)] }

  /// Where the text's bytes are.
  func range(of code: Int32) -> Range<Int> {
    (code == 0 ? 0 : ends[Int(code) - 1])..<ends[Int(code)]
  }

  // MARK: - Slots

  private func find(_ text: String, _ hash: Int) -> Int32? {
    var slot = hash & (slots.count - 1)
    while slots[slot] >= 0 {
      let code = slots[slot]
      if hashes[Int(code)] == hash, holds(text, at: code) { return code }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private func freeSlot(_ hash: Int) -> Int {
    var slot = hash & (slots.count - 1)
    while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
    return slot
  }

  private mutating func grow() {
    slots = Array(repeating: -1, count: slots.count * 2)
    for (code, hash) in hashes.enumerated() { slots[freeSlot(hash)] = Int32(code) }
  }

  private func holds(_ text: String, at code: Int32) -> Bool {
    let range = range(of: code)
    return text.utf8.count == range.count && text.utf8.elementsEqual(bytes[range])
  }

  /// Whether folding changes nothing, since there are neither capitals nor letters beyond ASCII.
  private func isPlain(_ range: Range<Int>) -> Bool {
    bytes[range].allSatisfy { $0 < 0x80 && !(UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
  }
}
