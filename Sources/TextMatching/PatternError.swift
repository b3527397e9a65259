/// Why a pattern cannot be used.
package enum PatternError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where the pattern goes wrong: `message` in PCRE2's words, at a byte of the pattern's UTF-8 (its length for the end).
  case malformed(message: String, byteOffset: Int)
  /// A letter after the closing slash that means nothing.
  case unknownOption(Character)
  /// A letter after the closing slash that is there twice.
  case repeatedOption(Character)

  package var description: String {
    switch self {
    case .malformed(let message, _): message
    case .unknownOption(let letter): "there is no pattern option `\(letter)`; `i` ignores case"
    case .repeatedOption(let letter): "the pattern option `\(letter)` is given twice"
    }
  }

  /// The byte of the pattern where it goes wrong; `nil` when an option is at fault.
  package var byteOffset: Int? {
    switch self {
    case .malformed(_, let byteOffset): byteOffset
    case .unknownOption, .repeatedOption: nil
    }
  }
}
