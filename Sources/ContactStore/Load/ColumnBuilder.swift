import BusinessTime
import RuleEngine
import RuleSemantics

/// GRDB has a type of that name too.
typealias Column = RuleEngine.Column

/// Collects one column of a snapshot from the rows of a statement, in any order of rows. A class: it is filled value by
/// value, and copying its arrays for each would be dear.
final class ColumnBuilder {
  private enum Kind {
    case number, flag, date, time, text, choice, asset, list
  }

  private let kind: Kind
  private let texts: TextCodes
  /// Of choices or assets, the positions by name.
  private let positions: ByteMap
  /// Of a list, what collects its members.
  private let members: ColumnBuilder?
  private var filler: Filler
  /// What a row holds that has no value, as a key of the coder.
  private var fillerKey: UInt64?
  // Only the loader that made it writes to a builder, one value after another; checking that at every value would take
  // a quarter of the time.
  @exclusivity(unchecked) private var numbers: [Double] = []
  @exclusivity(unchecked) private var flags: [UInt8] = []
  @exclusivity(unchecked) private var codes: [Int32] = []
  @exclusivity(unchecked) private var times: [Int64] = []
  /// Of a list, for each row, the range of its members in the order in which they were read.
  @exclusivity(unchecked) private var spans: [Range<Int32>] = []
  /// What collects the values instead of the arrays, where the column is to be kept by its distinct values.
  @exclusivity(unchecked) private var coder: ColumnCoder?

  /// - Parameters:
  ///   - count: the rows that are there already.
  ///   - missingMeans: what stands where there is no value.
  ///   - isCoded: whether the column is kept by its distinct values; then rows are appended only.
  init(
    _ type: ValueType, count: Int, program: CheckedProgram, texts: TextCodes, missingMeans: Value? = nil,
    isCoded: Bool = false
  ) {
    self.texts = texts
    var names: [String] = []
    var members: ColumnBuilder?
    switch type {
    case .number: kind = .number
    case .flag: kind = .flag
    case .date: kind = .date
    case .time: kind = .time
    case .text, .error: kind = .text
    case .choice(let set):
      kind = .choice
      names = program[set].values
    case .asset:
      kind = .asset
      names = program.assets.map(\.name)
    case .list(let member):
      kind = .list
      members = ColumnBuilder(member, count: 0, program: program, texts: texts)
    }
    self.members = members
    positions = ColumnBuilder.positions(names, former: type == .asset ? program.assets.map(\.formerName) : [])
    filler = Filler()
    let value = missingMeans ?? .missing
    filler = filler(for: value)
    if case .list(let values) = value, let members {
      // The default's members come first, and every row without a list of its own shares them.
      for value in values { members.append(members.filler(for: value)) }
      filler.span = 0..<Int32(values.count)
    }
    if isCoded, let coded = codedKind {
      coder = ColumnCoder(coded)
      fillerKey = key(of: value)
    } else {
      fill(count)
    }
  }

  /// `nil` for lists.
  private var codedKind: ColumnCoder.Kind? {
    switch kind {
    case .number: .numbers
    case .flag: .flags
    case .date: .dates
    case .time: .times
    case .text: .texts
    case .choice: .choices
    case .asset: .assets
    case .list: nil
    }
  }

  private func key(of value: Value) -> UInt64? {
    switch value {
    case .missing, .list: nil
    case .number(let number): ColumnCoder.key(number)
    case .flag(let flag): flag ? 1 : 0
    case .date(let date): ColumnCoder.key(Int64(date.dayNumber))
    case .time(let time): ColumnCoder.key(time.milliseconds)
    case .text, .choice, .asset: key(code: code(of: value))
    }
  }

  private func key(code: Int32) -> UInt64 { UInt64(UInt32(bitPattern: code)) }

  /// - Parameter former: the names that they had; they count where no other has taken them.
  private static func positions(_ names: [String], former: [String?]) -> ByteMap {
    let map = ByteMap()
    func add(_ name: String, _ position: Int) {
      var name = name
      name.withUTF8 { bytes in
        if map[bytes] == nil { map.insert(bytes, Int64(position)) }
      }
    }
    for (position, name) in names.enumerated() { add(name, position) }
    for (position, name) in former.enumerated() {
      if let name { add(name, position) }
    }
    return map
  }

  /// What a row holds before it is set, in the form of each kind.
  private struct Filler {
    var number = Double.nan
    var flag = Column.missingFlag
    var code = Column.missingCode
    var time = Column.missingTime
    var span: Range<Int32> = 0..<0
  }

  private func filler(for value: Value) -> Filler {
    var filler = Filler()
    if kind == .date { filler.code = Column.missingDate }
    switch value {
    case .number(let number): filler.number = number
    case .flag(let flag): filler.flag = flag ? 1 : 0
    case .date(let date): filler.code = date.dayNumber
    case .time(let time): filler.time = time.milliseconds
    case .text, .choice, .asset: filler.code = code(of: value)
    case .missing, .list: break
    }
    return filler
  }

  private func fill(_ count: Int) {
    switch kind {
    case .number: numbers = Array(repeating: filler.number, count: count)
    case .flag: flags = Array(repeating: filler.flag, count: count)
    case .date, .text, .choice, .asset: codes = Array(repeating: filler.code, count: count)
    case .time: times = Array(repeating: filler.time, count: count)
    case .list: spans = Array(repeating: filler.span, count: count)
    }
  }

  private func append(_ filler: Filler) {
    switch kind {
    case .number: numbers.append(filler.number)
    case .flag: flags.append(filler.flag)
    case .date, .text, .choice, .asset: codes.append(filler.code)
    case .time: times.append(filler.time)
    case .list: spans.append(filler.span)
    }
  }

  private func code(of value: Value) -> Int32 {
    switch value {
    case .text(var text): text.withUTF8 { texts.code($0) }
    case .choice(_, let position): Int32(position)
    case .asset(let asset): Int32(asset.index)
    default: Column.missingCode
    }
  }

  private var memberCount: Int {
    switch kind {
    case .number: numbers.count
    case .flag: flags.count
    case .date, .text, .choice, .asset: codes.count
    case .time: times.count
    case .list: spans.count
    }
  }

  /// Adds a row with the value of a statement's current row.
  func append(_ statement: RawStatement, _ column: Int) { append(statement.value(column)) }

  /// Adds a row.
  func append(_ value: StoredValue) {
    if coder != nil {
      appendKey(value)
      return
    }
    let row = memberCount
    append(filler)
    set(row, value)
  }

  /// Takes the value of a statement's current row; NULL and what does not fit leave the row as it is.
  func set(_ row: Int, _ statement: RawStatement, _ column: Int) { set(row, statement.value(column)) }

  private func set(_ row: Int, _ value: StoredValue) {
    switch (kind, value) {
    case (.number, _):
      if let number = number(of: value) { numbers[row] = number }
    case (.flag, .integer(let number)): flags[row] = number == 0 ? 0 : 1
    case (.time, .integer(let time)): times[row] = time
    case (.text, .text(let bytes)), (.date, .text(let bytes)), (.choice, .text(let bytes)), (.asset, .text(let bytes)):
      setText(row, bytes)
    case (.list, .text(let bytes)):
      guard let members else { return }
      let start = Int32(members.memberCount)
      for member in JSONList.members(bytes) { members.appendMember(member) }
      spans[row] = start..<Int32(members.memberCount)
    // Tables are strict: a column has values of its own type, or none.
    case (.flag, _), (.time, _), (.text, _), (.date, _), (.choice, _), (.asset, _), (.list, _): break
    }
  }

  /// `nil` for NULL; NaN for the text of a key that is no number.
  private func number(of value: StoredValue) -> Double? {
    switch value {
    case .null: nil
    case .integer(let number): Double(number)
    case .real(let number): number
    case .text(let bytes): number(bytes)
    }
  }

  /// Adds the rows of a chunk.
  func append(_ chunk: RowChunk, _ column: Int) {
    guard coder != nil else {
      chunk.forEach(in: column) { _, value in append(value) }
      return
    }
    var keys: [UInt64] = []
    keys.reserveCapacity(chunk.rows.count)
    var isMissing: [Bool] = []
    isMissing.reserveCapacity(chunk.rows.count)
    func add(_ key: UInt64?) {
      keys.append(key ?? 0)
      isMissing.append(key == nil)
    }
    if kind == .text {
      var all: [Bytes] = []
      all.reserveCapacity(chunk.rows.count)
      var places: [Int] = []
      places.reserveCapacity(chunk.rows.count)
      chunk.forEach(in: column) { _, value in
        add(fillerKey)
        if case .text(let bytes) = value {
          all.append(bytes)
          places.append(keys.count - 1)
        }
      }
      var next = 0
      texts.withCodes(all) { code in
        keys[places[next]] = key(code: code)
        isMissing[places[next]] = false
        next += 1
      }
    } else {
      chunk.forEach(in: column) { _, value in add(key(of: value)) }
    }
    coder?.append(keys, isMissing: isMissing)
  }

  /// Whether it takes codes of texts.
  var isOfTexts: Bool { kind == .text && coder != nil }

  /// Adds rows by the codes of their texts; -1 is missing.
  func append(codes: [Int32]) {
    coder?.append(codes.map { key(code: $0) }, isMissing: codes.map { $0 < 0 })
  }

  /// As `append` and `set`, to the coder.
  private func appendKey(_ value: StoredValue) {
    if let key = key(of: value) { coder?.append(key) } else { coder?.appendMissing() }
  }

  private func key(of value: StoredValue) -> UInt64? {
    var key = fillerKey
    switch (kind, value) {
    case (.number, _):
      if let number = number(of: value) { key = number.isNaN ? nil : ColumnCoder.key(number) }
    case (.flag, .integer(let number)): key = number == 0 ? 0 : 1
    case (.time, .integer(let time)): key = ColumnCoder.key(time)
    case (.date, .text(let bytes)):
      if let day = dayNumber(bytes) { key = ColumnCoder.key(Int64(day)) }
    case (.text, .text(let bytes)): key = self.key(code: texts.code(bytes))
    case (.choice, .text(let bytes)), (.asset, .text(let bytes)):
      if let position = positions[bytes] { key = UInt64(bitPattern: position) }
    case (.flag, _), (.time, _), (.date, _), (.text, _), (.choice, _), (.asset, _), (.list, _): break
    }
    return key
  }

  /// Of a key that is a number, which is stored as text.
  private func number(_ bytes: Bytes) -> Double {
    ContactStore.number(bytes, decimalComma: false) ?? .nan
  }

  private func setText(_ row: Int, _ bytes: Bytes) {
    switch kind {
    case .date:
      if let day = dayNumber(bytes) { codes[row] = day }
    case .choice, .asset:
      if let position = positions[bytes] { codes[row] = Int32(truncatingIfNeeded: position) }
    default: codes[row] = texts.code(bytes)
    }
  }

  private func appendMember(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      switch kind {
      case .number: numbers.append(number(bytes))
      case .flag: flags.append(bytes.first == UInt8(ascii: "1") ? 1 : 0)
      case .time: times.append(Int64(bytes.text) ?? Column.missingTime)
      case .date:
        if let day = dayNumber(bytes) { codes.append(day) }
      case .choice, .asset:
        if let position = positions[bytes] { codes.append(Int32(truncatingIfNeeded: position)) }
      case .text: codes.append(texts.code(bytes))
      case .list: break
      }
    }
  }

  private func dayNumber(_ bytes: Bytes) -> Int32? {
    guard bytes.count == 10 else { return nil }
    var parts = [0, 0, 0]
    var part = 0
    for byte in bytes {
      if byte == UInt8(ascii: "-") {
        part += 1
      } else {
        parts[min(part, 2)] = parts[min(part, 2)] * 10 + Int(byte &- 48)
      }
    }
    return CivilDate(year: parts[0], month: parts[1], day: parts[2])?.dayNumber
  }

  // MARK: - Results

  /// Makes room for so many rows at once.
  func reserve(_ count: Int) {
    if coder != nil {
      coder?.reserve(count)
      return
    }
    switch kind {
    case .number: numbers.reserveCapacity(count)
    case .flag: flags.reserveCapacity(count)
    case .date, .text, .choice, .asset: codes.reserveCapacity(count)
    case .time: times.reserveCapacity(count)
    case .list: spans.reserveCapacity(count)
    }
  }

  /// The column, with row `i` taken from row `order[i]` where an order is given. The builder is empty afterwards, so
  /// that a table is not in memory twice.
  func takeColumn(order: [Int32]? = nil) -> Column {
    if let coded = coder?.takeColumn(order: order) { return .coded(coded) }
    defer { (numbers, flags, codes, times, spans) = ([], [], [], [], []) }
    return switch kind {
    case .number: .numbers(arranged(numbers, order))
    case .flag: .flags(arranged(flags, order))
    case .date: .dates(arranged(codes, order))
    case .time: .times(arranged(times, order))
    case .text: .texts(arranged(codes, order))
    case .choice: .choices(arranged(codes, order))
    case .asset: .assets(arranged(codes, order))
    case .list: .lists(list(arranged(spans, order)))
    }
  }

  private func list(_ spans: [Range<Int32>]) -> ListColumn {
    var offsets: [Int32] = [0]
    offsets.reserveCapacity(spans.count + 1)
    var positions: [Int32] = []
    for span in spans {
      positions += span
      offsets.append(Int32(positions.count))
    }
    return ListColumn(offsets: offsets, members: members?.members(positions) ?? .texts([]))
  }

  private func members(_ positions: [Int32]) -> ListColumn.Members {
    switch kind {
    case .number: .numbers(arranged(numbers, positions))
    case .flag: .numbers(positions.map { Double(flags[Int($0)]) })
    case .time: .numbers(positions.map { Double(times[Int($0)]) })
    case .date: .dates(arranged(codes, positions))
    case .text, .list: .texts(arranged(codes, positions))
    case .choice: .choices(arranged(codes, positions))
    case .asset: .assets(arranged(codes, positions))
    }
  }

  private func arranged<Element>(_ values: [Element], _ order: [Int32]?) -> [Element] {
    guard let order else { return values }
    return order.map { values[Int($0)] }
  }
}

/// The columns that a statement fills, row by row.
struct ColumnFiller {
  private let builders: [ColumnBuilder]
  /// The same. A column is taken up once for each value of a table, and counting its references each time takes as long
  /// as everything else; `builders` keeps them alive.
  private let borrowed: [Unmanaged<ColumnBuilder>]
  private let first: Int

  /// - Parameter first: the column of the statement that feeds the first builder.
  init(_ builders: [ColumnBuilder], first: Int) {
    self.builders = builders
    self.first = first
    borrowed = builders.map { Unmanaged.passUnretained($0) }
  }

  /// Adds a row to the builders.
  func append(_ statement: RawStatement) {
    for index in borrowed.indices {
      borrowed[index]._withUnsafeGuaranteedRef { $0.append(statement, first + index) }
    }
  }
}
