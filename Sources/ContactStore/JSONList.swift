/// Lists as their columns keep them: JSON arrays of texts or numbers, written and read here alone.
enum JSONList {
  /// Adds a text in quotes.
  static func append(_ text: some Collection<UInt8>, to json: inout [UInt8]) {
    json.append(UInt8(ascii: "\""))
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        json.append(UInt8(ascii: "\\"))
        json.append(byte)
      case 0..<0x20:
        json += Array("\\u00".utf8)
        json.append(hexDigit(byte >> 4))
        json.append(hexDigit(byte & 15))
      default: json.append(byte)
      }
    }
    json.append(UInt8(ascii: "\""))
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x57 + value
  }

  /// The members of an array, texts without their quotes, numbers as they are written. What is no array has none.
  static func members(_ json: Bytes) -> [String] {
    var members: [String] = []
    var index = 0
    func skipBlanks() {
      while index < json.count, json[index].isBlank || json[index] == UInt8(ascii: ",") { index += 1 }
    }
    guard json.first == UInt8(ascii: "[") else { return [] }
    index = 1
    skipBlanks()
    while index < json.count, json[index] != UInt8(ascii: "]") {
      if json[index] == UInt8(ascii: "\"") {
        members.append(text(json, &index))
      } else {
        let start = index
        while index < json.count, json[index] != UInt8(ascii: ","), json[index] != UInt8(ascii: "]") { index += 1 }
        members.append(Bytes(rebasing: json[start..<index]).trimmed.text)
      }
      skipBlanks()
    }
    return members
  }

  /// The text whose opening quote is at `index`, which moves past the closing one.
  private static func text(_ json: Bytes, _ index: inout Int) -> String {
    var text: [UInt8] = []
    index += 1
    while index < json.count, json[index] != UInt8(ascii: "\"") {
      guard json[index] == UInt8(ascii: "\\"), index + 1 < json.count else {
        text.append(json[index])
        index += 1
        continue
      }
      index += 1
      switch json[index] {
      case UInt8(ascii: "n"): text.append(0x0A)
      case UInt8(ascii: "r"): text.append(0x0D)
      case UInt8(ascii: "t"): text.append(0x09)
      case UInt8(ascii: "b"): text.append(0x08)
      case UInt8(ascii: "f"): text.append(0x0C)
      case UInt8(ascii: "u"):
        let digits = json[min(index + 1, json.count)..<min(index + 5, json.count)]
        let scalar = UInt32(String(decoding: digits, as: UTF8.self), radix: 16).flatMap(Unicode.Scalar.init)
        text += Array(String(Character(scalar ?? "\u{FFFD}")).utf8)
        index += digits.count
      default: text.append(json[index])
      }
      index += 1
    }
    index += 1
    return String(decoding: text, as: UTF8.self)
  }
}
