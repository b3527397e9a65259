import Synchronization

extension Zone {
  /// The zone that a text of a contact names: an IANA identifier in any case (`europe/london`), or as HubSpot spells
  /// them (`us_slash_eastern`, `us_slash_east_hyphen_indiana`); `nil` for anything else, such as `EST` or a city.
  package init?(spelling text: String) {
    if let exact = Zone(identifier: text) {
      self = exact
      return
    }
    if let known = Zone.spellings.withLock({ $0[text] }) {
      guard let known else { return nil }
      self = known
      return
    }
    let lowercased = Zone.withoutHubSpotWords(text).lowercased()
    let known = Zone.knownSpellings[lowercased].map { [$0] } ?? Zone.capitalizations(of: lowercased)
    let zone = known.lazy.compactMap(Zone.init(identifier:)).first
    Zone.spellings.withLock { if $0.count < Zone.spellingsLimit { $0[text] = .some(zone) } }
    guard let zone else { return nil }
    self = zone
  }

  /// What was asked before, so that a million contacts cost one search for each distinct text; bounded, since the texts
  /// come from data.
  private static let spellings = Mutex<[String: Zone?]>([:])
  private static let spellingsLimit = 4096

  private static let knownSpellings = Dictionary(
    knownIdentifiers.map { ($0.lowercased(), $0) }, uniquingKeysWith: { first, _ in first })

  private static func withoutHubSpotWords(_ text: String) -> String {
    var rest = text[...]
    var plain = ""
    while !rest.isEmpty {
      if rest.hasPrefix("_slash_") {
        plain.append("/")
        rest = rest.dropFirst("_slash_".count)
      } else if rest.hasPrefix("_hyphen_") {
        plain.append("-")
        rest = rest.dropFirst("_hyphen_".count)
      } else {
        plain.append(rest.removeFirst())
      }
    }
    return plain
  }

  /// The ways in which the older identifiers, which are not among the known ones, use capitals: `Asia/Dacca` and
  /// `Japan`, `US/Eastern`, `Etc/UTC`.
  private static func capitalizations(of text: String) -> [String] {
    let words = capitalized(text)
    guard let slash = text.firstIndex(of: "/") else { return [words] }
    let area = String(text[..<slash])
    let name = String(text[slash...])
    return [words, area.uppercased() + capitalized(name), capitalized(area) + name.uppercased()]
  }

  private static func capitalized(_ text: String) -> String {
    var capitalized = ""
    for letter in text {
      let isFirst = capitalized.last.map { !$0.isLetter } ?? true
      capitalized += isFirst ? letter.uppercased() : String(letter)
    }
    return capitalized
  }
}
