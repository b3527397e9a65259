/// Distinct byte strings, numbered in the order in which they came.
struct TextTable: Sendable {
  private(set) var arena = TextArena()
  /// The code of each one's folded text, kept by the pool.
  var folded: [Int32] = []
  /// By hash, with linear probing: the hash in the upper half and one more than the place in the lower; 0 is free. A
  /// power of two, at most three quarters of it taken. The hash stands beside the place, since every look-up in a large
  /// table elsewhere would wait for memory.
  private var slots: [UInt64] = Array(repeating: 0, count: 16)
  /// Keeps the look-ups beforehand from being left out.
  private var looked: UInt64 = 0

  var count: Int { arena.count }

  func find(_ wanted: UnsafeBufferPointer<UInt8>, _ hash: UInt32) -> Int32? {
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot] != 0 {
      if UInt32(truncatingIfNeeded: slots[slot] >> 32) == hash {
        let place = Int(UInt32(truncatingIfNeeded: slots[slot])) - 1
        if arena.holds(wanted, at: place) { return Int32(place) }
      }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Brings near where a text of that hash would be found.
  @inline(__always)
  mutating func lookAt(_ hash: UInt32) { looked |= slots[Int(hash) & (slots.count - 1)] }

  /// Adds a text that is not there; its place.
  mutating func append(_ text: UnsafeBufferPointer<UInt8>, _ hash: UInt32) -> Int32 {
    if 4 * (count + 1) > 3 * slots.count { grow() }
    let place = Int32(count)
    arena.append(text)
    slots[freeSlot(hash)] = UInt64(hash) << 32 | UInt64(place + 1)
    return place
  }

  private func freeSlot(_ hash: UInt32) -> Int {
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    return slot
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: 0, count: 2 * old.count)
    for entry in old where entry != 0 { slots[freeSlot(UInt32(truncatingIfNeeded: entry >> 32))] = entry }
  }

  /// The texts as they stay. The table is empty afterwards, so that nothing is in memory twice for long.
  mutating func takeFrozen() -> FrozenTexts {
    var arena = arena
    self.arena = TextArena()
    arena.shrink()
    let folded = filled(self.folded.count) { self.folded[$0] }
    self.folded = []
    // Each stays in its slot.
    let slots: [UInt32] = filled(self.slots.count) { UInt32(truncatingIfNeeded: self.slots[$0]) }
    self = TextTable()
    return FrozenTexts(arena: arena, folded: folded, slots: slots)
  }
}

/// Distinct texts to which none are added. A class, so that copies of a pool share it; it never changes.
final class FrozenTexts: Sendable {
  let arena: TextArena
  let folded: [Int32]
  /// One more than the place, in the slots of `TextTable`; 0 is free. Without the hash, since hardly anything is looked up
  /// once all is loaded.
  let slots: [UInt32]

  init(arena: TextArena, folded: [Int32], slots: [UInt32]) {
    (self.arena, self.folded, self.slots) = (arena, folded, slots)
  }

  var count: Int { arena.count }

  func find(_ wanted: UnsafeBufferPointer<UInt8>, _ hash: UInt32) -> Int32? {
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot] != 0 {
      if arena.holds(wanted, at: Int(slots[slot]) - 1) { return Int32(slots[slot]) - 1 }
      slot = (slot + 1) & mask
    }
    return nil
  }
}

/// A hash of bytes, eight at a time.
func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
  var hash = UInt64(bytes.count) &* 0x9e37_79b9_7f4a_7c15
  let whole = bytes.count / 8 * 8
  let raw = UnsafeRawBufferPointer(bytes)
  for offset in stride(from: 0, to: whole, by: 8) {
    hash = (hash ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* 0xff51_afd7_ed55_8ccd
    hash ^= hash >> 32
  }
  var rest: UInt64 = 0
  for offset in whole..<bytes.count { rest = rest << 8 | UInt64(bytes[offset]) }
  hash = (hash ^ rest) &* 0xff51_afd7_ed55_8ccd
  hash ^= hash >> 32
  return UInt32(truncatingIfNeeded: (hash &* 0xc4ce_b9fe_1a85_ec53) >> 32)
}

func isASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
  var all: UInt8 = 0
  for byte in bytes { all |= byte }
  return all < 0x80
}

/// Whether folding changes nothing, since there are neither capitals nor letters beyond ASCII.
func isFolded(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
  var isFolded = true
  for byte in bytes { isFolded = isFolded && byte < 0x80 && byte &- 65 >= 26 }
  return isFolded
}
