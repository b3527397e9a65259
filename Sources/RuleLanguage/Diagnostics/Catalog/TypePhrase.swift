/// A type as messages say it.
package indirect enum TypePhrase: Hashable, Sendable {
  case text, number, flag, date, time
  /// A value of the field, define or journey of that name.
  case choice(of: String)
  case asset
  case list(TypePhrase)
  case anything

  /// With its article: `a number`.
  var words: String {
    switch self {
    case .text: "a text"
    case .number: "a number"
    case .flag: "yes or no"
    case .date: "a date"
    case .time: "a date with a time of day"
    case .choice(let name): "a value of `\(name)`"
    case .asset: "an asset"
    case .list: "a list"
    case .anything: "a value"
    }
  }

  /// How one is written, for help.
  var example: String? {
    switch self {
    case .text: "a text stands in quotes: `\"Germany\"`"
    case .number: "a number has no quotes: `70`"
    case .flag: "write `yes` or `no`, or a condition"
    case .date: "a date is written `2026-03-01`"
    case .time: "a date with a time of day is written `2026-03-01 09:00`; `now` and `3 days ago` are such, too"
    case .asset: "name a declared asset, without quotes"
    case .list: "several values stand in parentheses: `(a, b)`"
    case .choice, .anything: nil
    }
  }
}

/// A few words and a repair, when the right word is known.
struct Suggestion {
  var help: [String]
  var fixes: [FixIt]

  init(_ suggestion: String?, at range: SourceRange, otherwise help: [String] = []) {
    if let suggestion {
      self.help = ["did you mean `\(suggestion)`?"]
      fixes = [.replacing(range, with: suggestion)]
    } else {
      self.help = help
      fixes = []
    }
  }
}

/// The first of many names, for help lines: `a, b, c and 12 more`.
func listed(_ names: [String], atMost limit: Int = 12) -> String {
  if names.count <= limit { return names.joined(separator: ", ") }
  return names.prefix(limit).joined(separator: ", ") + " and \(names.count - limit) more"
}

extension FixIt {
  /// Writes something else, of which the reader must judge whether it is what was meant.
  static func rewriting(_ range: SourceRange, as text: String, isSafe: Bool = false) -> FixIt {
    FixIt("write `\(text)`", isSafe: isSafe, edits: [TextEdit(range, text)])
  }

  static func swapping(_ first: (SourceRange, String), _ second: (SourceRange, String)) -> FixIt {
    FixIt(
      "swap `\(first.1)` and `\(second.1)`", isSafe: false,
      edits: [TextEdit(first.0, second.1), TextEdit(second.0, first.1)])
  }
}
