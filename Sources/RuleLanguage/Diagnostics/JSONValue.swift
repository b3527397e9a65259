/// A JSON value with its members in the order they were given, so that the same value is the same bytes on any machine.
package indirect enum JSONValue: Hashable, Sendable {
  case null
  case flag(Bool)
  /// Finite; anything else is written as null. Whole numbers are written without a fraction.
  case number(Double)
  case text(String)
  case list([JSONValue])
  case record([Member])

  package struct Member: Hashable, Sendable {
    package var name: String
    package var value: JSONValue

    package init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// Members without a value are left out.
  package static func members(_ members: [(String, JSONValue?)]) -> JSONValue {
    .record(members.compactMap { name, value in value.map { Member(name, $0) } })
  }

  package static func integer(_ number: Int) -> JSONValue { .number(Double(number)) }

  /// On one line, without blanks between tokens; RFC 8259.
  package var text: String {
    var output = ""
    write(to: &output, indent: nil)
    return output
  }

  /// Over several lines, indented by two blanks a level.
  package var indentedText: String {
    var output = ""
    write(to: &output, indent: 0)
    return output
  }

  /// The shortest text that reads back as the same number.
  package static func spelling(of number: Double) -> String {
    guard number.isFinite else { return "null" }
    if number.rounded() == number, abs(number) < 1e15 { return String(Int64(number)) }
    return "\(number)"
  }

  private func write(to output: inout String, indent: Int?) {
    switch self {
    case .null: output += "null"
    case .flag(let value): output += value ? "true" : "false"
    case .number(let value): output += JSONValue.spelling(of: value)
    case .text(let value): JSONValue.writeQuoted(value, to: &output)
    case .list(let values):
      JSONValue.writeItems(values, "[", "]", to: &output, indent: indent) { value, output, inner in
        value.write(to: &output, indent: inner)
      }
    case .record(let members):
      JSONValue.writeItems(members, "{", "}", to: &output, indent: indent) { member, output, inner in
        JSONValue.writeQuoted(member.name, to: &output)
        output += inner == nil ? ":" : ": "
        member.value.write(to: &output, indent: inner)
      }
    }
  }

  private static func writeItems<Item>(
    _ items: [Item], _ open: String, _ close: String, to output: inout String, indent: Int?,
    writeItem: (Item, inout String, Int?) -> Void
  ) {
    output += open
    for (position, item) in items.enumerated() {
      if position > 0 { output += "," }
      if let indent { output += "\n" + String(repeating: "  ", count: indent + 1) }
      writeItem(item, &output, indent.map { $0 + 1 })
    }
    if let indent, !items.isEmpty { output += "\n" + String(repeating: "  ", count: indent) }
    output += close
  }

  private static func writeQuoted(_ text: String, to output: inout String) {
    output += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: output.unicodeScalars.append(scalar)
      }
    }
    output += "\""
  }
}
