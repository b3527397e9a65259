/// The text as it compares without regard to case: every scalar replaced by its simple case folding (CaseFolding.txt,
/// statuses C and S), so that no text gets longer in scalars. ß stays ß, and the Turkish dotted and dotless i stay
/// themselves, since no folding that knows no language may decide about them.
package func foldCase(_ text: String) -> String {
  var text = text
  let (isASCII, hasCapitals) = text.withUTF8 { bytes in
    var all: UInt8 = 0
    var hasCapitals = false
    for byte in bytes {
      all |= byte
      hasCapitals = hasCapitals || (byte &- 65 < 26)
    }
    return (all < 128, hasCapitals)
  }
  if isASCII {
    return hasCapitals ? foldASCII(text) : text
  }
  var folded = String.UnicodeScalarView()
  folded.reserveCapacity(text.utf8.count)
  for scalar in text.unicodeScalars { folded.append(foldCase(scalar)) }
  return String(folded)
}

/// The simple case folding of one scalar.
package func foldCase(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
  if scalar.isASCII {
    return (65...90).contains(scalar.value) ? Unicode.Scalar(UInt8(scalar.value) + 32) : scalar
  }
  guard scalar.properties.changesWhenCaseMapped else { return scalar }
  switch scalar.value {
  // Dotted and dotless i fold only in Turkish (status T).
  case 0x130, 0x131: return scalar
  // Cherokee had no small letters at first; its folding goes to the capitals, and so stays stable.
  case 0x13A0...0x13F5: return scalar
  case 0x13F8...0x13FD, 0xAB70...0xABBF: return single(scalar.properties.uppercaseMapping) ?? scalar
  // Three twins of characters whose capitals are several letters; folded together since Unicode 15.1.
  case 0x1FD3: return "\u{390}"
  case 0x1FE3: return "\u{3B0}"
  case 0xFB05: return "\u{FB06}"
  default: break
  }
  // By way of the capital, where it is one letter: ſ, ς, µ and the Kelvin sign meet s, σ, μ and k there.
  let capital = single(scalar.properties.uppercaseMapping) ?? scalar
  return single(capital.properties.lowercaseMapping) ?? capital
}

private func foldASCII(_ text: String) -> String {
  var text = text
  return text.withUTF8 { bytes in
    String(unsafeUninitializedCapacity: bytes.count) { folded in
      for (index, byte) in bytes.enumerated() {
        folded[index] = byte &- 65 < 26 ? byte + 32 : byte
      }
      return bytes.count
    }
  }
}

/// The only scalar of a mapping; `nil` when it maps to several.
private func single(_ mapping: String) -> Unicode.Scalar? {
  let scalars = mapping.unicodeScalars
  guard let first = scalars.first, scalars.index(after: scalars.startIndex) == scalars.endIndex else { return nil }
  return first
}
