// A snapshot's tables as bytes, for a file that saves reading the database anew. What runs leave behind is not among
// them: what journeys and segments were, and when fields changed.

extension Snapshot {
  /// Writes the texts and tables.
  package func write(_ sink: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    var writer = ByteWriter()
    var texts = texts
    texts.freeze()
    try texts.base?.write(&writer, sink)
    for table in [contacts, accounts, deals] {
      try writer.put(table.keys, sink)
      try writer.put(table.owners, sink)
      try writer.put(UInt64(table.columns.count), sink)
      for column in table.columns { try column.write(&writer, sink) }
    }
    try writer.put(accountOfContact, sink)
    try writer.put(accountOfDeal, sink)
    try writer.put(UInt64(events.count), sink)
    for table in events {
      try writer.put(table.owners, sink)
      try writer.put(table.ids, sink)
      try writer.put(table.times, sink)
      try writer.put(table.recordedAt, sink)
      try writer.put(UInt64(table.columns.count), sink)
      for column in table.columns { try column.write(&writer, sink) }
    }
    try writer.put(writer.checksum.value, sink)
  }

  /// Reads what `write` wrote.
  ///
  /// - Parameters:
  ///   - byteCount: how many bytes there are; nothing larger is made.
  ///   - source: fills the memory with the next bytes; `false` when it cannot.
  /// - Returns: `nil` when the bytes are no such snapshot, or are damaged.
  package static func read(byteCount: Int, _ source: (UnsafeMutableRawBufferPointer) -> Bool) -> Snapshot? {
    var reader = ByteReader(left: byteCount)
    guard let frozen = FrozenTexts.read(&reader, source) else { return nil }
    var records: [RecordTable] = []
    for _ in 0..<3 {
      guard let keys = reader.array(of: Int32.self, source), let owners = reader.array(of: Int32.self, source),
        let columns = readColumns(&reader, source)
      else { return nil }
      records.append(RecordTable(keys: keys, columns: columns, changedAt: [:], owners: owners, given: [:]))
    }
    guard let accountOfContact = reader.array(of: Int32.self, source),
      let accountOfDeal = reader.array(of: Int32.self, source), let eventCount = reader.number(source),
      eventCount <= UInt64(byteCount)
    else { return nil }
    var events: [EventTable] = []
    for _ in 0..<eventCount {
      guard let owners = reader.array(of: Int32.self, source), let ids = reader.array(of: Int64.self, source),
        let times = reader.array(of: Int64.self, source), let recordedAt = reader.array(of: Int64.self, source),
        let columns = readColumns(&reader, source)
      else { return nil }
      events.append(EventTable(owners: owners, ids: ids, times: times, recordedAt: recordedAt, columns: columns))
    }
    let checksum = reader.checksum.value
    guard reader.number(source) == checksum else { return nil }
    let snapshot = Snapshot(
      texts: TextPool(frozen: frozen), contacts: records[0], accounts: records[1], deals: records[2],
      accountOfContact: accountOfContact, accountOfDeal: accountOfDeal, events: events, previous: .empty)
    return snapshot.isSound ? snapshot : nil
  }

  private static func readColumns(
    _ reader: inout ByteReader, _ source: (UnsafeMutableRawBufferPointer) -> Bool
  ) -> [Column]? {
    guard let count = reader.number(source), count <= 1 << 20 else { return nil }
    var columns: [Column] = []
    for _ in 0..<count {
      guard let column = Column.read(&reader, source) else { return nil }
      columns.append(column)
    }
    return columns
  }

  /// Whether rows and texts that are spoken of are there. The checksum says that nothing changed by accident; this keeps
  /// a file that was made otherwise from leading beyond the ends of arrays.
  private var isSound: Bool {
    let textCount = texts.count
    func isTable(_ table: RecordTable) -> Bool {
      table.owners.count == table.keys.count && areCodes(table.keys, textCount) && areCodes(table.owners, textCount)
        && table.columns.allSatisfy { $0.isSound(rows: table.count, textCount) }
    }
    func isTable(_ table: EventTable) -> Bool {
      table.ids.count == table.count && table.times.count == table.count && table.recordedAt.count == table.count
        && areCodes(table.owners, max(contacts.count, accounts.count))
        && table.columns.allSatisfy { $0.isSound(rows: table.count, textCount) }
    }
    return isTable(contacts) && isTable(accounts) && isTable(deals) && events.allSatisfy(isTable)
      && accountOfContact.count == contacts.count && areCodes(accountOfContact, accounts.count)
      && accountOfDeal.count == deals.count && areCodes(accountOfDeal, accounts.count)
  }
}

/// Whether all are -1 or below the limit.
private func areCodes(_ codes: [Int32], _ limit: Int) -> Bool {
  var (low, high) = (Int32(0), Int32(-1))
  for code in codes { (low, high) = (min(low, code), max(high, code)) }
  return low >= -1 && Int(high) < limit
}

// MARK: - Columns

extension Column {
  private enum Tag: UInt64 {
    case absent, numbers, flags, dates, times, choices, texts, assets, lists, bytes, halves, words
  }

  fileprivate func write(
    _ writer: inout ByteWriter, _ sink: (UnsafeRawBufferPointer) throws -> Void
  ) rethrows {
    func tag(_ tag: Tag) throws { try writer.put(tag.rawValue, sink) }
    switch self {
    case .absent: try tag(.absent)
    case .numbers(let values): try tag(.numbers); try writer.put(values, sink)
    case .flags(let values): try tag(.flags); try writer.put(values, sink)
    case .dates(let values): try tag(.dates); try writer.put(values, sink)
    case .times(let values): try tag(.times); try writer.put(values, sink)
    case .choices(let values): try tag(.choices); try writer.put(values, sink)
    case .texts(let values): try tag(.texts); try writer.put(values, sink)
    case .assets(let values): try tag(.assets); try writer.put(values, sink)
    case .lists(let lists):
      try tag(.lists)
      try writer.put(lists.offsets, sink)
      try lists.members.column.write(&writer, sink)
    case .coded(let coded):
      switch coded.codes {
      case .bytes(let codes): try tag(.bytes); try writer.put(codes, sink)
      case .halves(let codes): try tag(.halves); try writer.put(codes, sink)
      case .words(let codes): try tag(.words); try writer.put(codes, sink)
      }
      try writer.put(UInt64(coded.count), sink)
      try coded.values.write(&writer, sink)
    }
  }

  fileprivate static func read(
    _ reader: inout ByteReader, _ source: (UnsafeMutableRawBufferPointer) -> Bool
  ) -> Column? {
    guard let tag = reader.number(source).flatMap(Tag.init) else { return nil }
    switch tag {
    case .absent: return .absent
    case .numbers, .flags, .dates, .times, .choices, .texts, .assets: return readPlain(tag, &reader, source)
    case .lists:
      guard let offsets = reader.array(of: Int32.self, source), let members = readPlain(&reader, source) else {
        return nil
      }
      return .lists(ListColumn(offsets: offsets, members: members.asMembers))
    case .bytes: return reader.array(source).flatMap { readCoded(.bytes($0), &reader, source) }
    case .halves: return reader.array(source).flatMap { readCoded(.halves($0), &reader, source) }
    case .words: return reader.array(source).flatMap { readCoded(.words($0), &reader, source) }
    }
  }

  private static func readCoded(
    _ codes: RowCodes, _ reader: inout ByteReader, _ source: (UnsafeMutableRawBufferPointer) -> Bool
  ) -> Column? {
    guard let count = reader.number(source), count <= UInt64(Int32.max), let values = readPlain(&reader, source) else {
      return nil
    }
    return .coded(CodedColumn(values: values, codes: codes, count: Int(count)))
  }

  /// Neither lists nor coded: of these no column is made of.
  private static func readPlain(
    _ reader: inout ByteReader, _ source: (UnsafeMutableRawBufferPointer) -> Bool
  ) -> Column? {
    guard let tag = reader.number(source).flatMap(Tag.init) else { return nil }
    return readPlain(tag, &reader, source)
  }

  private static func readPlain(
    _ tag: Tag, _ reader: inout ByteReader, _ source: (UnsafeMutableRawBufferPointer) -> Bool
  ) -> Column? {
    switch tag {
    case .numbers: reader.array(source).map { .numbers($0) }
    case .flags: reader.array(source).map { .flags($0) }
    case .dates: reader.array(source).map { .dates($0) }
    case .times: reader.array(source).map { .times($0) }
    case .choices: reader.array(source).map { .choices($0) }
    case .texts: reader.array(source).map { .texts($0) }
    case .assets: reader.array(source).map { .assets($0) }
    case .absent, .lists, .bytes, .halves, .words: nil
    }
  }

  fileprivate func isSound(rows: Int, _ textCount: Int) -> Bool {
    if case .absent = self { return true }
    guard count == rows else { return false }
    switch self {
    case .texts(let codes): return areCodes(codes, textCount)
    case .lists(let lists):
      let members = lists.members.column
      return lists.offsets.first == 0 && Int(lists.offsets.last ?? -1) == members.count
        && zip(lists.offsets, lists.offsets.dropFirst()).allSatisfy { $0 <= $1 }
        && members.isSound(rows: members.count, textCount)
    case .coded(let coded):
      let limit = coded.values.count
      let isInside =
        switch coded.codes {
        case .bytes(let codes): codes.count == RowCodes.paddedCount(rows) && codes.allSatisfy { Int($0) < limit }
        case .halves(let codes): codes.count == RowCodes.paddedCount(rows) && codes.allSatisfy { Int($0) < limit }
        case .words(let codes): codes.count == RowCodes.paddedCount(rows) && codes.allSatisfy { Int($0) < limit }
        }
      return isInside && limit > 0 && coded.values.isSound(rows: limit, textCount)
    case .absent, .numbers, .flags, .dates, .times, .choices, .assets: return true
    }
  }
}

// MARK: - Bytes

/// A sum over words that any change of a bit or of the order changes, in four lanes so that it keeps up with a disk.
package struct Checksum: Sendable {
  private var lanes = SIMD4<UInt64>(0x9e37_79b9_7f4a_7c15, 0xc2b2_ae3d_27d4_eb4f, 0x1656_67b1_9e37_79f9, 1)

  mutating func add(_ word: UInt64) { add(SIMD4(word, 1, 2, 3)) }

  /// What is left of the last eight bytes counts as followed by zeros.
  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    add(UInt64(bytes.count))
    let whole = bytes.count / 32 * 32
    for offset in stride(from: 0, to: whole, by: 32) {
      add(bytes.loadUnaligned(fromByteOffset: offset, as: SIMD4<UInt64>.self))
    }
    var word: UInt64 = 0
    for offset in whole..<bytes.count {
      word = word << 8 | UInt64(bytes[offset])
      if offset % 8 == 7 {
        add(word)
        word = 0
      }
    }
    add(word)
  }

  @inline(__always)
  private mutating func add(_ words: SIMD4<UInt64>) {
    lanes = (lanes ^ words) &* SIMD4(repeating: 0xff51_afd7_ed55_8ccd)
    lanes ^= lanes &>> SIMD4(repeating: 32)
  }

  package var value: UInt64 {
    var checksum = Checksum()
    for lane in 0..<4 { checksum.add(SIMD4(repeating: lanes[lane])) }
    return checksum.lanes[0] ^ checksum.lanes[1] ^ checksum.lanes[2] ^ checksum.lanes[3]
  }
}

package struct ByteWriter {
  package private(set) var checksum = Checksum()

  package init() {}

  package mutating func put(_ number: UInt64, _ sink: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    checksum.add(number)
    try withUnsafeBytes(of: number.littleEndian) { try sink($0) }
  }

  package mutating func put<T: BitwiseCopyable>(_ values: [T], _ sink: (UnsafeRawBufferPointer) throws -> Void) rethrows
  {
    try put(UInt64(values.count), sink)
    try values.withUnsafeBytes { bytes in
      checksum.add(bytes)
      try sink(bytes)
    }
  }
}

package struct ByteReader {
  package private(set) var checksum = Checksum()
  /// How many bytes there are still.
  package private(set) var left: Int

  package init(left: Int) {
    self.left = left
  }

  package mutating func number(_ source: (UnsafeMutableRawBufferPointer) -> Bool) -> UInt64? {
    guard left >= 8 else { return nil }
    left -= 8
    var number: UInt64 = 0
    guard withUnsafeMutableBytes(of: &number, source) else { return nil }
    number = UInt64(littleEndian: number)
    checksum.add(number)
    return number
  }

  package mutating func array<T: BitwiseCopyable>(
    of type: T.Type = T.self, _ source: (UnsafeMutableRawBufferPointer) -> Bool
  ) -> [T]? {
    guard let count = number(source), count <= UInt64(left / MemoryLayout<T>.stride) else { return nil }
    left -= Int(count) * MemoryLayout<T>.stride
    var isRead = count == 0
    let values = [T](unsafeUninitializedCapacity: Int(count)) { values, initialized in
      guard count > 0 else { return }
      isRead = source(UnsafeMutableRawBufferPointer(values))
      initialized = isRead ? Int(count) : 0
    }
    guard isRead else { return nil }
    values.withUnsafeBytes { checksum.add($0) }
    return values
  }

  package mutating func array<T: BitwiseCopyable>(_ source: (UnsafeMutableRawBufferPointer) -> Bool) -> [T]? {
    array(of: T.self, source)
  }
}

extension FrozenTexts {
  func write(_ writer: inout ByteWriter, _ sink: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    try writer.put(arena.bytes, sink)
    try writer.put(arena.ends, sink)
    try writer.put(arena.pages, sink)
    try writer.put(folded, sink)
    try writer.put(slots, sink)
  }

  static func read(_ reader: inout ByteReader, _ source: (UnsafeMutableRawBufferPointer) -> Bool) -> FrozenTexts? {
    guard let bytes = reader.array(of: UInt8.self, source), let ends = reader.array(of: UInt32.self, source),
      let pages = reader.array(of: Int.self, source), let folded = reader.array(of: Int32.self, source),
      let slots = reader.array(of: UInt32.self, source)
    else { return nil }
    let texts = FrozenTexts(arena: TextArena(bytes: bytes, ends: ends, pages: pages), folded: folded, slots: slots)
    return texts.isSound ? texts : nil
  }

  private var isSound: Bool {
    arena.isSound && folded.count == count && folded.allSatisfy { $0 >= 0 && $0 < count }
      && slots.count.nonzeroBitCount == 1 && slots.allSatisfy { $0 <= count } && slots.contains(0)
  }
}
