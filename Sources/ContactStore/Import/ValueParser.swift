import BusinessTime
import RuleSemantics
import TextMatching

/// Turns the texts of one column into what its field stores. A class, since it lends its own memory to the values that
/// it returns: they hold until its next call.
final class ValueParser {
  enum Parsed {
    case missing
    case integer(Int64)
    case real(Double)
    case text(Bytes)
    /// None of the field's choices: counts as missing, and is reported.
    case outside
    /// The name of an asset that the rule book does not declare; kept, since it may come to declare it.
    case unresolved(Bytes)
    /// Not a value of the type.
    case malformed
  }

  /// How a column is written, apart from its type.
  struct Style {
    var dates: TimestampFormat
    var zone: Zone
    var decimalComma: Bool

    static let stored = Style(dates: .iso, zone: .utc, decimalComma: false)
  }

  private enum Kind {
    case text, number, flag, date, time
    case choice(ByteMap, names: [[UInt8]])
    case asset(ByteMap, names: [[UInt8]])
    case list(ValueParser)
  }

  private let kind: Kind
  private let style: Style
  private let missingSpellings: [[UInt8]]
  /// Normalized spellings of choices or assets, with their positions.
  private let spellings: [String: Int]
  private var memory: UnsafeMutableBufferPointer<UInt8>
  /// What a list left out, until it is asked for.
  private(set) var outsideMembers: [String] = []
  /// What the type is called where a value is malformed.
  let expectation: String

  init(_ type: ValueType, missingSpellings: [String] = [], program: CheckedProgram, style: Style) {
    self.style = style
    self.missingSpellings = missingSpellings.map { $0.utf8.map(\.lowercased) }
    memory = .allocate(capacity: 32)
    var spellings: [String: Int] = [:]
    switch type {
    case .text, .error:
      kind = .text
      expectation = "a text"
    case .number:
      kind = .number
      expectation = "a number"
    case .flag:
      kind = .flag
      expectation = "yes or no"
    case .date:
      kind = .date
      expectation = "a date as --dates \(style.dates.optionName) writes it"
    case .time:
      kind = .time
      expectation = "a time as --dates \(style.dates.optionName) writes it"
    case .choice(let set):
      let choices = program[set]
      // Spellings first: where one is another choice's name, the source means what it says.
      for (index, spelling) in choices.spellings.enumerated() {
        if let spelling { spellings[normalized(spelling)] = index }
      }
      for (index, name) in choices.values.enumerated() where spellings[normalized(name)] == nil {
        spellings[normalized(name)] = index
      }
      kind = .choice(ByteMap(), names: choices.values.map { Array($0.utf8) })
      expectation = "one of the choices"
    case .asset:
      for (index, asset) in program.assets.enumerated() where spellings[normalized(asset.name)] == nil {
        spellings[normalized(asset.name)] = index
      }
      for (index, asset) in program.assets.enumerated() {
        if let former = asset.formerName, spellings[normalized(former)] == nil { spellings[normalized(former)] = index }
      }
      kind = .asset(ByteMap(), names: program.assets.map { Array($0.name.utf8) })
      expectation = "an asset"
    case .list(let member):
      let members = ValueParser(member, program: program, style: style)
      kind = .list(members)
      expectation = "a list of which each member is \(members.expectation)"
    }
    self.spellings = spellings
  }

  deinit {
    memory.deallocate()
  }

  /// Blanks around the text do not count; nothing is left of it is missing.
  func parse(_ bytes: Bytes) -> Parsed {
    let bytes = bytes.trimmed
    if bytes.isEmpty || isMissing(bytes) { return .missing }
    switch kind {
    case .text: return .text(bytes)
    case .number: return ContactStore.number(bytes, decimalComma: style.decimalComma).map { .real($0) } ?? .malformed
    case .flag: return ContactStore.flag(bytes).map { .integer($0 ? 1 : 0) } ?? .malformed
    case .date: return date(bytes).map { .text(stored($0)) } ?? .malformed
    case .time:
      return style.dates.parse(bytes.span, in: style.zone).map { .integer($0.milliseconds) } ?? .malformed
    case .choice(let cache, let names):
      let position = position(bytes, cache)
      return position < 0 ? .outside : .text(stored(names[position]))
    case .asset(let cache, let names):
      let position = position(bytes, cache)
      return position < 0 ? .unresolved(bytes) : .text(stored(names[position]))
    case .list(let members): return list(bytes, members)
    }
  }

  /// The members that the last lists left out, each once for each time.
  func takeOutsideMembers() -> [String] {
    defer { outsideMembers.removeAll() }
    return outsideMembers
  }

  private func isMissing(_ bytes: Bytes) -> Bool {
    missingSpellings.contains { spelling in
      spelling.count == bytes.count && zip(spelling, bytes).allSatisfy { $0 == $1.lowercased }
    }
  }

  private func date(_ bytes: Bytes) -> CivilDate? {
    switch style.dates {
    case .iso:
      // The day as it is written, whatever offset follows.
      guard bytes.count > 10 else {
        return TimestampFormat.iso.parse(bytes.span, in: .utc).map { Zone.utc.day(of: $0) }
      }
      guard TimestampFormat.iso.parse(bytes.span, in: .utc) != nil else { return nil }
      let day = Bytes(rebasing: bytes[..<10])
      return TimestampFormat.iso.parse(day.span, in: .utc).map { Zone.utc.day(of: $0) }
    case .us, .european: return style.dates.parse(bytes.span, in: .utc).map { Zone.utc.day(of: $0) }
    case .unixSeconds, .unixMilliseconds:
      return style.dates.parse(bytes.span, in: style.zone).map { style.zone.day(of: $0) }
    }
  }

  /// -1 for none; texts that were seen before cost one look-up.
  private func position(_ bytes: Bytes, _ cache: ByteMap) -> Int {
    if let known = cache[bytes] { return Int(known) }
    let position = spellings[normalized(bytes.text)] ?? -1
    if cache.count < ValueParser.cacheLimit { cache.insert(bytes, Int64(position)) }
    return position
  }

  private static let cacheLimit = 4096

  private func list(_ bytes: Bytes, _ members: ValueParser) -> Parsed {
    var json: [UInt8] = [UInt8(ascii: "[")]
    for part in bytes.split(separator: UInt8(ascii: ";")) {
      let start = json.count
      if start > 1 { json.append(UInt8(ascii: ",")) }
      switch members.parse(Bytes(rebasing: part)) {
      case .missing: json.removeLast(json.count - start)
      case .integer(let value): json += Array("\(value)".utf8)
      case .real(let value): json += Array("\(value)".utf8)
      case .text(let value), .unresolved(let value): JSONList.append(value, to: &json)
      case .outside:
        json.removeLast(json.count - start)
        outsideMembers.append(Bytes(rebasing: part).trimmed.text)
      case .malformed: return .malformed
      }
    }
    if json.count == 1 { return .missing }
    json.append(UInt8(ascii: "]"))
    return .text(stored(json))
  }

  private func stored(_ bytes: [UInt8]) -> Bytes {
    if memory.count < bytes.count {
      memory.deallocate()
      memory = .allocate(capacity: bytes.count * 2)
    }
    _ = memory.initialize(from: bytes)
    return Bytes(rebasing: memory[..<bytes.count])
  }

  private func stored(_ date: CivilDate) -> Bytes {
    let (year, month, day) = date.components
    for (index, place) in [(0, 1000), (1, 100), (2, 10), (3, 1)] { memory[index] = digit(year / place) }
    memory[4] = UInt8(ascii: "-")
    memory[5] = digit(month / 10)
    memory[6] = digit(month)
    memory[7] = UInt8(ascii: "-")
    memory[8] = digit(day / 10)
    memory[9] = digit(day)
    return Bytes(rebasing: memory[..<10])
  }

  private func digit(_ number: Int) -> UInt8 { UInt8(0x30 + number % 10) }
}

/// A name or header as people mean it: without regard to case, and to whether words are parted by blanks, hyphens or
/// underscores.
func normalized(_ name: String) -> String {
  var words = ""
  for scalar in foldCase(name).unicodeScalars {
    switch scalar {
    case " ", "_", "-", ".", "\t", "\u{A0}":
      if !words.isEmpty, words.last != "_" { words.append("_") }
    default: words.unicodeScalars.append(scalar)
    }
  }
  if words.last == "_" { words.removeLast() }
  return words
}

extension TimestampFormat {
  /// As `--dates` takes it.
  package var optionName: String {
    switch self {
    case .iso: "iso"
    case .us: "us"
    case .european: "european"
    case .unixSeconds: "unix"
    case .unixMilliseconds: "unix-ms"
    }
  }

  /// Reads what `optionName` writes.
  package init?(optionName: String) {
    guard let format = TimestampFormat.allCases.first(where: { $0.optionName == optionName }) else { return nil }
    self = format
  }
}
