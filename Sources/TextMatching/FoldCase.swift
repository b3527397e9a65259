/// The text with Unicode's simple case folding: texts that differ only in case fold to equal texts.
/// Source: Unicode `CaseFolding.txt`, statuses C and S.
package func foldCase(_ text: String) -> String {
  if text.utf8.allSatisfy({ $0 < 0x80 }) {
    return String(
      decoding: text.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }
  var folded = String.UnicodeScalarView()
  for scalar in text.unicodeScalars { folded.append(folding(of: scalar)) }
  return String(folded)
}

private func folding(of scalar: Unicode.Scalar) -> Unicode.Scalar {
  // The dotted capital and the dotless small i have no simple folding outside of Turkish.
  if scalar.value == 0x130 || scalar.value == 0x131 { return scalar }
  let upper = only(scalar.properties.uppercaseMapping) ?? scalar
  return only(upper.properties.lowercaseMapping) ?? only(scalar.properties.lowercaseMapping) ?? scalar
}

private func only(_ text: String) -> Unicode.Scalar? {
  let scalars = text.unicodeScalars
  return scalars.count == 1 ? scalars.first : nil
}
