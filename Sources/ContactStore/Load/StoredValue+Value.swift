import BusinessTime
import RuleSemantics

extension Value {
  /// What a stored value is for a rule of this program; missing when it is none of the type.
  init(_ stored: StoredValue, _ type: ValueType, _ program: CheckedProgram) {
    self = Value.read(stored, type, program) ?? .missing
  }

  private static func read(_ stored: StoredValue, _ type: ValueType, _ program: CheckedProgram) -> Value? {
    switch (stored, type) {
    case (.null, _): return nil
    case (.integer(let value), .number): return .number(Double(value))
    case (.real(let value), .number): return .number(value)
    case (.integer(let value), .flag): return .flag(value != 0)
    case (.integer(let value), .time): return .time(Instant(milliseconds: value))
    case (.text(let bytes), _): return read(bytes.text, type, program)
    default: return nil
    }
  }

  /// A member of a list, or a value that is stored as text.
  private static func read(_ text: String, _ type: ValueType, _ program: CheckedProgram) -> Value? {
    switch type {
    case .text, .error: return .text(text)
    case .number: return Double(text).map { .number($0) }
    case .flag: return .flag(text == "1")
    case .date: return CivilDate(iso: text).map { .date($0) }
    case .time: return Int64(text).map { .time(Instant(milliseconds: $0)) }
    case .choice(let set): return program[set].values.firstIndex(of: text).map { .choice(set, $0) }
    case .asset: return program.asset(named: text).map { .asset($0) }
    case .list(let member):
      var text = text
      return text.withUTF8 { bytes in
        .list(JSONList.members(bytes).compactMap { read($0, member, program) })
      }
    }
  }

  /// Lends the value to `body` in the form that its column stores.
  func withStored<Result>(_ program: CheckedProgram, _ body: (StoredValue) throws -> Result) rethrows -> Result {
    func lend(_ text: String) throws -> Result {
      var text = text
      return try text.withUTF8 { try body(.text($0)) }
    }
    switch self {
    case .missing: return try body(.null)
    case .number(let value): return try body(.real(value))
    case .flag(let value): return try body(.integer(value ? 1 : 0))
    case .time(let value): return try body(.integer(value.milliseconds))
    case .text(let value): return try lend(value)
    case .date(let value): return try lend(value.description)
    case .choice(let set, let position): return try lend(program[set].values[position])
    case .asset(let asset): return try lend(program[asset].name)
    case .list(let members):
      if members.isEmpty { return try body(.null) }
      return try lend(Value.json(members, program))
    }
  }

  private static func json(_ members: [Value], _ program: CheckedProgram) -> String {
    var json: [UInt8] = [UInt8(ascii: "[")]
    for (index, member) in members.enumerated() {
      if index > 0 { json.append(UInt8(ascii: ",")) }
      member.withStored(program) { stored in
        switch stored {
        case .text(let bytes): JSONList.append(bytes, to: &json)
        case .integer(let value): json += Array("\(value)".utf8)
        case .real(let value): json += Array("\(value)".utf8)
        case .null: json += Array("null".utf8)
        }
      }
    }
    json.append(UInt8(ascii: "]"))
    return String(decoding: json, as: UTF8.self)
  }
}
