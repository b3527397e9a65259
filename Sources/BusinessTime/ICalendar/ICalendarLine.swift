/// A content line of a calendar file, with its continuation lines.
struct ICalendarLine {
  /// Of its first physical line, counted from 1.
  var number: Int
  var text: String

  /// Its name and parameters, in capitals, and its value; `nil` when it is not `NAME;PARAMETER=VALUE:VALUE`.
  func property() -> ICalendarProperty? {
    var isQuoted = false
    var parts: [String] = [""]
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      if scalar == ":" && !isQuoted {
        guard !parts[0].isEmpty else { return nil }
        return property(parts, value: String(rest))
      }
      if scalar == "\"" { isQuoted.toggle() }
      if scalar == ";" && !isQuoted {
        parts.append("")
      } else {
        parts[parts.count - 1].unicodeScalars.append(scalar)
      }
    }
    return nil
  }

  private func property(_ parts: [String], value: String) -> ICalendarProperty? {
    var parameters: [String: String] = [:]
    for part in parts.dropFirst() {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2 else { return nil }
      parameters[sides[0].uppercased()] = sides[1].uppercased()
    }
    return ICalendarProperty(line: number, name: parts[0].uppercased(), parameters: parameters, value: value)
  }
}

/// A content line, taken apart.
struct ICalendarProperty {
  var line: Int
  var name: String
  var parameters: [String: String]
  var value: String

  func problem(_ reason: HolidayProblem.Reason) -> HolidayProblem {
    HolidayProblem(line: line, reason: reason)
  }

  var malformed: HolidayProblem { problem(.malformedValue(property: name, value: value)) }
}

/// The content lines: physical lines that begin with a blank continue the one before, without that blank. Lines end
/// in CRLF or LF; empty ones are skipped.
func unfoldedLines(of text: String) -> [ICalendarLine] {
  var lines: [ICalendarLine] = []
  // Joined as bytes, since a fold may fall inside a letter.
  var current: (number: Int, bytes: [UInt8])?
  func close() {
    guard let line = current, !line.bytes.isEmpty else { return }
    lines.append(ICalendarLine(number: line.number, text: String(decoding: line.bytes, as: UTF8.self)))
  }
  var bytes = Array(text.utf8)[...]
  if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
  for (index, var line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
    if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
    if let first = line.first, first == UInt8(ascii: " ") || first == UInt8(ascii: "\t"), current != nil {
      current?.bytes += line.dropFirst()
    } else {
      close()
      current = (index + 1, Array(line))
    }
  }
  close()
  return lines
}
