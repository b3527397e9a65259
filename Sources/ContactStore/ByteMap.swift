import Glibc

/// Numbers by byte strings, so that a text is looked up where it lies, without a `String` for it. A class because it
/// is shared by the columns that use one set of names.
final class ByteMap {
  // A map is used by one thread in calls that do not overlap; checking that at every look-up costs more than the look-up.
  @exclusivity(unchecked) private var slots: [Int32]
  @exclusivity(unchecked) private var hashes: [UInt64] = []
  @exclusivity(unchecked) private var starts: [Int] = [0]
  @exclusivity(unchecked) private var arena: [UInt8] = []
  @exclusivity(unchecked) private var values: [Int64] = []

  init() {
    slots = Array(repeating: -1, count: 64)
  }

  var count: Int { values.count }

  subscript(bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
    let hash = quickHash(bytes)
    let slot = slot(of: bytes, hash)
    return slots[slot] < 0 ? nil : values[Int(slots[slot])]
  }

  /// Adds the bytes, which must not be there yet.
  func insert(_ bytes: UnsafeBufferPointer<UInt8>, _ value: Int64) {
    if values.count * 2 >= slots.count { grow() }
    let hash = quickHash(bytes)
    slots[slot(of: bytes, hash)] = Int32(values.count)
    hashes.append(hash)
    values.append(value)
    arena.append(contentsOf: bytes)
    starts.append(arena.count)
  }

  func removeAll() {
    for index in slots.indices { slots[index] = -1 }
    hashes.removeAll(keepingCapacity: true)
    values.removeAll(keepingCapacity: true)
    arena.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
    starts.append(0)
  }

  /// The slot that holds the bytes, or the empty one where they belong.
  private func slot(of bytes: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] >= 0 {
      let entry = Int(slots[slot])
      if hashes[entry] == hash, isEqual(entry, bytes) { return slot }
      slot = (slot + 1) & mask
    }
    return slot
  }

  private func isEqual(_ entry: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let count = starts[entry + 1] - starts[entry]
    guard count == bytes.count else { return false }
    guard count > 0, let theirs = bytes.baseAddress else { return true }
    return arena.withUnsafeBufferPointer { ours in
      guard let base = ours.baseAddress else { return false }
      return memcmp(base + starts[entry], theirs, count) == 0
    }
  }

  private func grow() {
    slots = Array(repeating: -1, count: slots.count * 2)
    let mask = slots.count - 1
    for (entry, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash) & mask
      while slots[slot] >= 0 { slot = (slot + 1) & mask }
      slots[slot] = Int32(entry)
    }
  }
}

/// A hash of bytes for look-ups within one run.
private func quickHash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
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
  return hash ^ hash >> 32
}

/// A hash of bytes that is the same in every run and on every machine, since event ids are made from it.
func hashed(_ bytes: UnsafeBufferPointer<UInt8>, seed: UInt64 = 0xcbf2_9ce4_8422_2325) -> UInt64 {
  // FNV-1a, then the finalizer of MurmurHash3, which spreads what FNV leaves in the low bits.
  var hash = seed
  for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
  hash ^= hash >> 33
  hash = hash &* 0xff51_afd7_ed55_8ccd
  hash ^= hash >> 33
  hash = hash &* 0xc4ce_b9fe_1a85_ec53
  return hash ^ (hash >> 33)
}
