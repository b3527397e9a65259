import Glibc

/// Reads `1234.5`, `-7`, `1e3`; thousands in groups of three (`1,234,567.8`); `nil` for anything that can be read in two
/// ways or holds anything else.
///
/// - Parameter decimalComma: how files from countries that write `12,5` do, which separate their columns by semicolons:
///   the comma is the decimal point and full stops separate thousands. `1,234` is then either, and so `nil`.
func number(_ bytes: Bytes, decimalComma: Bool) -> Double? {
  var digits: UInt64 = 0
  var digitCount = 0
  var scale = 0
  var index = 0
  let isNegative = bytes.first == UInt8(ascii: "-")
  if isNegative || bytes.first == UInt8(ascii: "+") { index = 1 }
  let start = index
  while index < bytes.count, bytes[index].isDigit {
    digits = digits &* 10 &+ UInt64(bytes[index] &- 0x30)
    index &+= 1
  }
  digitCount = index - start
  if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
    index += 1
    let point = index
    while index < bytes.count, bytes[index].isDigit {
      digits = digits &* 10 &+ UInt64(bytes[index] &- 0x30)
      index &+= 1
    }
    scale = index - point
    digitCount += scale
  }
  // Up to 15 digits and 10^22 are exact doubles, and their quotient is the nearest one: what `strtod` gives.
  if index == bytes.count, digitCount > 0, digitCount <= 15, scale <= 22 {
    let value = Double(digits) / powersOfTen[scale]
    return isNegative ? -value : value
  }
  return slowNumber(bytes, decimalComma: decimalComma)
}

private let powersOfTen: [Double] = (0...22).map { exponent in
  (0..<exponent).reduce(1.0) { power, _ in power * 10 }
}

private func slowNumber(_ bytes: Bytes, decimalComma: Bool) -> Double? {
  guard !bytes.isEmpty, bytes.count <= 64, let plain = plainNumber(bytes, decimalComma: decimalComma) else {
    return nil
  }
  let value = strtod(plain, nil)
  return value.isFinite ? value : nil
}

/// The same number as C writes it; `nil` when it is none.
private func plainNumber(_ bytes: Bytes, decimalComma: Bool) -> String? {
  let point = UInt8(ascii: decimalComma ? "," : ".")
  let group = UInt8(ascii: decimalComma ? "." : ",")
  var plain: [UInt8] = []
  var index = 0
  if bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") {
    plain.append(bytes[0])
    index = 1
  }
  let end = bytes.firstIndex { $0 | 0x20 == UInt8(ascii: "e") } ?? bytes.count
  let mantissa = Bytes(rebasing: bytes[index..<end])
  let wholeEnd = mantissa.firstIndex(of: point) ?? mantissa.count
  let whole = Bytes(rebasing: mantissa[..<wholeEnd])
  let groups = whole.split(separator: group, omittingEmptySubsequences: false)
  if groups.count > 1 {
    guard (1...3).contains(groups[0].count), groups.dropFirst().allSatisfy({ $0.count == 3 }) else {
      // A full stop that separates no thousands is the decimal point of a program.
      return decimalComma ? plainNumber(bytes, decimalComma: false) : nil
    }
    // `1.234` in a file of decimal commas, from a program as likely as from a person.
    if decimalComma, groups.count == 2, wholeEnd == mantissa.count { return plainNumber(bytes, decimalComma: false) }
  }
  let fraction = wholeEnd < mantissa.count ? Bytes(rebasing: mantissa[(wholeEnd + 1)...]) : Bytes(start: nil, count: 0)
  if decimalComma, groups.count == 1, fraction.count == 3, (1...3).contains(whole.count) { return nil }
  let digits = groups.flatMap { Array($0) } + Array(fraction)
  guard !digits.isEmpty, digits.allSatisfy(\.isDigit) else { return nil }
  plain += groups.flatMap { Array($0) }
  if !fraction.isEmpty { plain += [UInt8(ascii: ".")] + Array(fraction) }
  if end < bytes.count {
    let exponent = bytes[(end + 1)...]
    let unsigned =
      exponent.first == UInt8(ascii: "-") || exponent.first == UInt8(ascii: "+")
      ? exponent.dropFirst() : exponent[...]
    guard !unsigned.isEmpty, unsigned.count <= 4, unsigned.allSatisfy(\.isDigit) else { return nil }
    plain += [UInt8(ascii: "e")] + Array(exponent)
  }
  return String(decoding: plain, as: UTF8.self)
}

/// The usual spellings of yes and no; `nil` for anything else.
func flag(_ bytes: Bytes) -> Bool? {
  switch bytes.count {
  case 1:
    switch bytes[0].lowercased {
    case UInt8(ascii: "1"), UInt8(ascii: "y"), UInt8(ascii: "x"), UInt8(ascii: "t"): true
    case UInt8(ascii: "0"), UInt8(ascii: "n"), UInt8(ascii: "f"): false
    default: nil
    }
  case 2: bytes.matches("no") ? false : bytes.matches("on") ? true : nil
  case 3: bytes.matches("yes") ? true : bytes.matches("off") ? false : nil
  case 4: bytes.matches("true") ? true : nil
  case 5: bytes.matches("false") ? false : nil
  default: nil
  }
}
