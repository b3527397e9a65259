/// For each row the position of its value among the distinct ones.
enum RowCodes: Sendable {
  case narrow([UInt16])
  case wide([UInt32])
}

/// A column as the distinct values that occur in it and, for each row, which of them: what depends on one column alone
/// is worked out once for each value.
struct EncodedColumn: Sendable {
  /// Each once, what is missing too if a row misses it.
  var values: Column
  var codes: RowCodes

  /// `nil` where the column has no values of one kind, or so many distinct ones that it is not worth it.
  init?(_ column: Column) {
    // Tests of texts are dear, each distinct one is always worth it.
    let limit = 1 << 16
    let found: Encoding?
    switch column {
    case .absent, .lists: found = nil
    // All missing numbers are one, and so are 0 and −0.
    case .numbers(let values): found = encode(values, limit) { $0.isNaN ? .max : ($0 + 0).bitPattern }
    case .flags(let values): found = encode(values, limit) { UInt64($0) }
    case .times(let values): found = encode(values, limit) { UInt64(bitPattern: $0) }
    case .dates(let values), .choices(let values), .assets(let values):
      found = encode(values, limit) { UInt64(UInt32(bitPattern: $0)) }
    case .texts(let values): found = encode(values, .max) { UInt64(UInt32(bitPattern: $0)) }
    }
    guard let found else { return nil }
    values = column.gathered(found.firstRows)
    codes = found.firstRows.count <= 1 << 16 ? .narrow(map1(found.codes) { UInt16($0) }) : .wide(found.codes)
  }
}

private struct Encoding {
  var codes: [UInt32]
  /// Where each distinct value stands first.
  var firstRows: [Int32]
}

/// `nil` when there are more distinct values than the limit.
@inline(__always)
private func encode<T>(_ values: [T], _ limit: Int, _ key: (T) -> UInt64) -> Encoding? {
  var keys: [UInt64] = []
  var firstRows: [Int32] = []
  var codes: [UInt32] = []
  codes.reserveCapacity(values.count)
  // Codes by hash, with linear probing; at most half of the slots are taken.
  var bits: UInt64 = 10
  var slots = [Int32](repeating: -1, count: 1 << 10)
  func slot(_ key: UInt64) -> Int {
    let mask = (1 << Int(bits)) - 1
    var slot = Int((key &* 0x9e37_79b9_7f4a_7c15) >> (64 - bits))
    while slots[slot] >= 0, keys[Int(slots[slot])] != key { slot = (slot + 1) & mask }
    return slot
  }
  for (row, value) in values.enumerated() {
    let key = key(value)
    var place = slot(key)
    if slots[place] < 0 {
      guard keys.count < limit else { return nil }
      if 2 * keys.count >= slots.count {
        bits += 1
        slots = [Int32](repeating: -1, count: 1 << Int(bits))
        for (code, known) in keys.enumerated() { slots[slot(known)] = Int32(code) }
        place = slot(key)
      }
      slots[place] = Int32(keys.count)
      keys.append(key)
      firstRows.append(Int32(row))
    }
    codes.append(UInt32(slots[place]))
  }
  return Encoding(codes: codes, firstRows: firstRows)
}
