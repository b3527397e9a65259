import Glibc

/// Distinct byte strings, numbered in the order in which they came.
struct TextTable: Sendable {
  /// All of them, one after another.
  private(set) var bytes: [UInt8] = []
  /// Where each ends in `bytes`.
  private(set) var ends: [Int] = []
  /// The code of each one's folded text, kept by the pool.
  var folded: [Int32] = []
  /// By hash, with linear probing: the hash in the upper half and one more than the place in the lower; 0 is free. A
  /// power of two, at most three quarters of it taken. The hash stands beside the place, since every look-up in a large
  /// table elsewhere would wait for memory.
  private(set) var slots: [UInt64] = Array(repeating: 0, count: 16)

  init() {}

  init(bytes: [UInt8], ends: [Int], folded: [Int32], slots: [UInt64]) {
    (self.bytes, self.ends, self.folded, self.slots) = (bytes, ends, folded, slots)
  }

  var count: Int { ends.count }

  func find(_ wanted: UnsafeBufferPointer<UInt8>, _ hash: UInt32) -> Int32? {
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot] != 0 {
      if UInt32(truncatingIfNeeded: slots[slot] >> 32) == hash {
        let place = Int(UInt32(truncatingIfNeeded: slots[slot])) - 1
        if holds(wanted, at: place) { return Int32(place) }
      }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Adds a text that is not there; its place.
  mutating func append(_ text: UnsafeBufferPointer<UInt8>, _ hash: UInt32) -> Int32 {
    if 4 * (count + 1) > 3 * slots.count { grow() }
    let place = Int32(count)
    bytes.append(contentsOf: text)
    ends.append(bytes.count)
    slots[freeSlot(hash)] = UInt64(hash) << 32 | UInt64(place + 1)
    return place
  }

  /// Gives back the room for more texts.
  mutating func shrink() {
    bytes = filled(bytes.count) { bytes[$0] }
    ends = filled(ends.count) { ends[$0] }
    folded = filled(folded.count) { folded[$0] }
  }

  func withBytes<R>(of place: Int, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    bytes.withUnsafeBufferPointer { all in body(UnsafeBufferPointer(rebasing: all[range(of: place)])) }
  }

  /// Calls `body` with all bytes and where each text ends in them.
  func withAll(_ body: (UnsafePointer<UInt8>, UnsafePointer<Int>) -> Void) {
    // What is empty has no address.
    if bytes.isEmpty || ends.isEmpty {
      withUnsafePointer(to: 0 as UInt8) { bytes in
        ends.withUnsafeBufferPointer { ends in
          withUnsafePointer(to: 0) { none in body(bytes, ends.baseAddress ?? none) }
        }
      }
      return
    }
    bytes.withUnsafeBufferPointer { bytes in
      ends.withUnsafeBufferPointer { ends in
        guard let bytes = bytes.baseAddress, let ends = ends.baseAddress else { return }
        body(bytes, ends)
      }
    }
  }

  private func range(of place: Int) -> Range<Int> {
    (place == 0 ? 0 : ends[place - 1])..<ends[place]
  }

  private func holds(_ wanted: UnsafeBufferPointer<UInt8>, at place: Int) -> Bool {
    let range = range(of: place)
    guard wanted.count == range.count else { return false }
    guard let theirs = wanted.baseAddress, !range.isEmpty else { return true }
    return bytes.withUnsafeBufferPointer { ours in
      ours.baseAddress.map { memcmp($0 + range.lowerBound, theirs, range.count) == 0 } ?? false
    }
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
