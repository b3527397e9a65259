import RuleSemantics

/// Makes a coded column of values that are given one after another.
///
/// A value is given as a key: a number that is equal for equal values and greater for greater ones.
package struct ColumnCoder: Sendable {
  /// What the values are.
  package enum Kind: UInt8, Sendable {
    case numbers, flags, dates, times, choices, texts, assets

    /// Whether keys are few and start at 0, so that they are places in an array.
    var isDense: Bool {
      switch self {
      case .flags, .choices, .texts, .assets: true
      case .numbers, .dates, .times: false
      }
    }
  }

  package let kind: Kind
  /// By row, 0 for missing and otherwise one more than the place in `keys`; in as few bytes as these need so far.
  private var codes = RowCodes.bytes([])
  /// Those of the last rows, which are put away together.
  private var pending: [UInt32] = []
  private var rowCapacity = 0
  /// In the order in which they came first.
  private var keys: [UInt64] = []
  /// Of a dense kind the codes by key; 0 is free.
  private var places: [UInt32] = []
  /// Of any other kind keys and codes by hash, with linear probing and at most half of them taken; code 0 is free. The
  /// key stands beside the code, since every look-up in a large table elsewhere would wait for memory.
  private var slots: [(key: UInt64, code: UInt32)] = []
  private var shift: UInt64 = 64 - 8
  /// Keeps the look-ups beforehand from being left out.
  private var isAnyThere = false

  private static let pendingLimit = 2048

  package init(_ kind: Kind) {
    self.kind = kind
    pending.reserveCapacity(ColumnCoder.pendingLimit)
    if kind.isDense {
      places = Array(repeating: 0, count: 1 << 8)
    } else {
      slots = Array(repeating: (0, 0), count: 1 << 8)
    }
  }

  /// A coder for the values of a column; `nil` where it has none or lists.
  init?(like column: Column) {
    switch column {
    case .absent, .lists, .coded: return nil
    case .numbers: self.init(.numbers)
    case .flags: self.init(.flags)
    case .dates: self.init(.dates)
    case .times: self.init(.times)
    case .choices: self.init(.choices)
    case .texts: self.init(.texts)
    case .assets: self.init(.assets)
    }
    reserve(column.count)
  }

  package var count: Int { codes.count + pending.count }

  package mutating func reserve(_ rows: Int) { rowCapacity = rows }

  // MARK: - Keys

  /// All missing numbers are NaN; 0 and −0 are one number.
  @inline(__always)
  package static func key(_ number: Double) -> UInt64 {
    let bits = (number + 0).bitPattern
    return bits >> 63 == 0 ? bits | 1 << 63 : ~bits
  }

  @inline(__always)
  package static func key(_ number: Int64) -> UInt64 { UInt64(bitPattern: number) ^ 1 << 63 }

  static func number(_ key: UInt64) -> Double {
    Double(bitPattern: key >> 63 == 1 ? key & ~(1 << 63) : ~key)
  }

  static func integer(_ key: UInt64) -> Int64 { Int64(bitPattern: key ^ 1 << 63) }

  // MARK: - Rows

  package mutating func appendMissing() { append(code: 0) }

  /// - Parameter key: of numbers, dates and times as `key` gives it, otherwise the position or code.
  @inline(__always)
  package mutating func append(_ key: UInt64) {
    append(code: kind.isDense ? denseCode(key) : hashedCode(key))
  }

  /// Adds the values of many rows.
  ///
  /// - Parameter isMissing: for each row, whether it has no value; its key means nothing then.
  package mutating func append(_ keys: [UInt64], isMissing: [Bool]) {
    if !kind.isDense, keys.count > 1 {
      // Where each is looked up is read beforehand, so that waiting for memory overlaps.
      var read: UInt32 = 0
      for key in keys { read |= slots[firstSlot(of: key)].code }
      isAnyThere = read != 0
    }
    for row in keys.indices {
      if isMissing[row] { appendMissing() } else { append(keys[row]) }
    }
  }

  @inline(__always)
  private mutating func append(code: UInt32) {
    pending.append(code)
    if pending.count == ColumnCoder.pendingLimit { putAway() }
  }

  private mutating func putAway() {
    codes.append(pending, valueCount: keys.count + 1, capacity: rowCapacity)
    pending.removeAll(keepingCapacity: true)
  }

  @inline(__always)
  private mutating func denseCode(_ key: UInt64) -> UInt32 {
    let place = Int(truncatingIfNeeded: key)
    if place >= places.count { places.append(contentsOf: repeatElement(0, count: max(places.count, place + 1))) }
    if places[place] == 0 {
      keys.append(key)
      places[place] = UInt32(keys.count)
    }
    return places[place]
  }

  @inline(__always)
  private mutating func hashedCode(_ key: UInt64) -> UInt32 {
    let slot = slot(of: key)
    let code = slots[slot].code
    return code == 0 ? add(key, at: slot) : code
  }

  private mutating func add(_ key: UInt64, at slot: Int) -> UInt32 {
    keys.append(key)
    let code = UInt32(keys.count)
    slots[slot] = (key, code)
    if 2 * keys.count > slots.count { grow() }
    return code
  }

  /// The slot that holds the key, or the free one where it belongs.
  @inline(__always)
  private func slot(of key: UInt64) -> Int {
    let mask = slots.count - 1
    var slot = firstSlot(of: key)
    while slots[slot].code != 0, slots[slot].key != key { slot = (slot + 1) & mask }
    return slot
  }

  @inline(__always)
  private func firstSlot(of key: UInt64) -> Int { Int((key &* 0x9e37_79b9_7f4a_7c15) >> shift) }

  private mutating func grow() {
    shift -= 1
    slots = Array(repeating: (0, 0), count: 2 * slots.count)
    for (index, key) in keys.enumerated() { slots[slot(of: key)] = (key, UInt32(index + 1)) }
  }

  mutating func append(contentsOf column: Column) {
    switch column {
    case .absent, .lists, .coded: break
    case .numbers(let values): append(values, isMissing: \.isNaN) { ColumnCoder.key($0) }
    case .flags(let values): append(values, isMissing: { $0 == Column.missingFlag }) { UInt64($0) }
    case .dates(let values):
      append(values, isMissing: { $0 == Column.missingDate }) { ColumnCoder.key(Int64($0)) }
    case .times(let values): append(values, isMissing: { $0 == Column.missingTime }) { ColumnCoder.key($0) }
    case .choices(let values), .texts(let values), .assets(let values):
      append(values, isMissing: { $0 < 0 }) { UInt64(UInt32(bitPattern: $0)) }
    }
  }

  @inline(__always)
  private mutating func append<T>(_ values: [T], isMissing: (T) -> Bool, _ key: (T) -> UInt64) {
    for value in values {
      if isMissing(value) { appendMissing() } else { append(key(value)) }
    }
  }

  // MARK: - Result

  /// The column, with row `i` taken from row `order[i]` where an order is given. The coder is empty afterwards.
  package mutating func takeColumn(order: [Int32]? = nil) -> CodedColumn {
    putAway()
    let (keys, ranks) = ranked()
    let (values, codes) = (values(keys), codes)
    self = ColumnCoder(kind)
    let mapped = ranks.map { codes.mapped(by: $0, order: order) } ?? codes.arranged(order)
    return CodedColumn(values: values, codes: mapped, count: order?.count ?? codes.count)
  }

  /// The keys in ascending order, and for each code the position of its key among them; `nil` where they came in that
  /// order.
  private func ranked() -> (keys: [UInt64], ranks: [UInt32]?) {
    if zip(keys, keys.dropFirst()).allSatisfy({ $0 < $1 }) { return (keys, nil) }
    // A pair each, since looking keys up by their places waits for memory.
    var pairs: [(key: UInt64, code: UInt32)] = []
    pairs.reserveCapacity(keys.count)
    for key in keys { pairs.append((key, UInt32(pairs.count + 1))) }
    pairs.sort { $0.key < $1.key }
    var ranks = [UInt32](repeating: 0, count: keys.count + 1)
    for (rank, pair) in pairs.enumerated() { ranks[Int(pair.code)] = UInt32(rank + 1) }
    return (pairs.map(\.key), ranks)
  }

  /// What is missing, then the values of the keys.
  private func values(_ keys: [UInt64]) -> Column {
    switch kind {
    case .numbers: .numbers([.nan] + keys.map { ColumnCoder.number($0) })
    case .flags: .flags([Column.missingFlag] + keys.map { UInt8(truncatingIfNeeded: $0) })
    case .dates: .dates([Column.missingDate] + keys.map { Int32(truncatingIfNeeded: ColumnCoder.integer($0)) })
    case .times: .times([Column.missingTime] + keys.map { ColumnCoder.integer($0) })
    case .choices: .choices([Column.missingCode] + keys.map { Int32(truncatingIfNeeded: $0) })
    case .texts: .texts([Column.missingCode] + keys.map { Int32(truncatingIfNeeded: $0) })
    case .assets: .assets([Column.missingCode] + keys.map { Int32(truncatingIfNeeded: $0) })
    }
  }
}
