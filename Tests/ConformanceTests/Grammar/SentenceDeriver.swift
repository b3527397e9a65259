import TestSupport

/// Writes random sentences of the grammar, no deeper than asked for.
struct SentenceDeriver {
  private let grammar: Grammar
  private var random: SeededGenerator
  private let deepest: Int
  /// How deep a production goes at least.
  private let heights: [String: Int]
  /// Whether the condition that is being written is about an event, which cannot do something.
  private var isInEventFilter = false

  /// What is one piece of text and has rules that the notation does not say, such as which days there are. Names are
  /// no words of the language and not near to one, since those are taken for misspellings.
  private static let pools: [String: [String]] = [
    "NAME": ["qx", "zebra7", "kiwi", "Übung", "x_1", "`when`", "`no word`"],
    "DATE": ["2026-03-01", "1999-12-31", "2024-02-29"],
    "TIME": ["9:00", "09:30", "23:59", "00:00"],
    "REGEX": ["/a.b/", "/^x[/\"]+$/i", "/a\\/b/", "/\\d{2}/"],
    "CHARACTER": ["a", "Z", "é", " ", "7", "#", "/", "'", ".", "%"],
    "DIGIT": ["0", "1", "2", "7", "9"],
  ]

  init(_ grammar: Grammar, seed: UInt64, deepest: Int) {
    self.grammar = grammar
    random = SeededGenerator(seed: seed)
    self.deepest = deepest
    var heights = Dictionary(uniqueKeysWithValues: Self.pools.keys.map { ($0, 0) })
    var hasChanged = true
    while hasChanged {
      hasChanged = false
      for (name, part) in grammar.productions where Self.pools[name] == nil {
        guard let height = Self.height(of: part, heights), height + 1 < heights[name] ?? .max else { continue }
        heights[name] = height + 1
        hasChanged = true
      }
    }
    self.heights = heights
  }

  /// A sentence that starts from the production.
  mutating func sentence(from production: String) -> String {
    var pieces: [String] = []
    derive(.production(production), depth: 0, into: &pieces)
    var text = ""
    for piece in pieces {
      if !text.isEmpty { text += gap() }
      text += piece
    }
    return text + "\n"
  }

  private mutating func gap() -> String {
    switch Int.random(in: 0..<20, using: &random) {
    case 0: "\n  "
    case 1: " # a comment, with \"quotes\" and { braces\n\t"
    case 2: "\r\n\n    "
    default: " "
    }
  }

  private mutating func derive(_ part: GrammarPart, depth: Int, into pieces: inout [String]) {
    switch part {
    case .word(let word): pieces.append(word)
    case .production(let name): derive(production: name, depth: depth, into: &pieces)
    case .sequence(let parts):
      for part in parts { derive(part, depth: depth, into: &pieces) }
    case .choice(let parts):
      derive(chosen(among: parts, depth: depth), depth: depth, into: &pieces)
    case .optional(let part):
      if depth < deepest, Bool.random(using: &random) { derive(part, depth: depth, into: &pieces) }
    case .repetition(let part):
      let most = depth < deepest / 2 ? 3 : depth < deepest ? 1 : 0
      for _ in 0..<Int.random(in: 0...most, using: &random) { derive(part, depth: depth, into: &pieces) }
    case .interleaved(let parts):
      for part in spread(parts, depth: depth) { derive(part, depth: depth, into: &pieces) }
    }
  }

  private mutating func derive(production name: String, depth: Int, into pieces: inout [String]) {
    if Grammar.isToken(name) { return pieces.append(token(name, depth: depth)) }
    guard let part = grammar.productions[name] else { preconditionFailure("there is no production `\(name)`") }
    let wasInFilter = isInEventFilter
    if name == "event_filter" || name == "brief_filter" { isInEventFilter = true }
    derive(part, depth: depth + 1, into: &pieces)
    isInEventFilter = wasInFilter
  }

  /// The parts in a random order, without some of those that may be left out.
  private mutating func spread(_ parts: [GrammarPart], depth: Int) -> [GrammarPart] {
    var result: [GrammarPart] = []
    for part in parts {
      switch part {
      case .optional(let inner):
        if depth < deepest, Int.random(in: 0..<3, using: &random) == 0 { result.append(inner) }
      case .repetition(let inner):
        let most = depth < deepest ? 3 : 0
        result += Array(repeating: inner, count: Int.random(in: 0...most, using: &random))
      case .choice(let choices):
        // A choice of interleaved parts, which mix with the others.
        let choice = chosen(among: choices, depth: depth)
        if case .interleaved(let inner) = choice {
          result += spread(inner, depth: depth)
        } else {
          result.append(choice)
        }
      default: result.append(part)
      }
    }
    return result.shuffled(using: &random)
  }

  private mutating func chosen(among parts: [GrammarPart], depth: Int) -> GrammarPart {
    let possible = parts.filter { part in
      guard isInEventFilter, case .production(let name) = part else { return true }
      return name != "did" && name != "no_event"
    }
    guard depth >= deepest else { return possible.randomElement(using: &random) ?? parts[0] }
    let lowest = possible.compactMap { Self.height(of: $0, heights) }.min() ?? 0
    let low = possible.filter { Self.height(of: $0, heights) == lowest }
    return low.randomElement(using: &random) ?? parts[0]
  }

  // MARK: - Pieces of text

  private mutating func token(_ name: String, depth: Int) -> String {
    if let pool = Self.pools[name] { return pool.randomElement(using: &random) ?? pool[0] }
    guard let part = grammar.productions[name] else { preconditionFailure("there is no piece of text `\(name)`") }
    var text = ""
    spell(part, depth: depth + 1, into: &text)
    return text
  }

  private mutating func spell(_ part: GrammarPart, depth: Int, into text: inout String) {
    switch part {
    case .word(let word): text += word
    case .production(let name) where Grammar.isToken(name): text += token(name, depth: depth)
    case .production(let name):
      var pieces: [String] = []
      derive(production: name, depth: depth, into: &pieces)
      text += pieces.joined(separator: " ")
    case .sequence(let parts), .interleaved(let parts):
      for part in parts { spell(part, depth: depth, into: &text) }
    case .choice(let parts): spell(chosen(among: parts, depth: depth), depth: depth, into: &text)
    case .optional(let part):
      if Bool.random(using: &random) { spell(part, depth: depth, into: &text) }
    case .repetition(let part):
      for _ in 0..<Int.random(in: 0...3, using: &random) {
        spell(part, depth: depth, into: &text)
      }
    }
  }

  // MARK: - Heights

  private static func height(of part: GrammarPart, _ known: [String: Int]) -> Int? {
    switch part {
    case .word, .optional, .repetition: return 0
    case .production(let name): return known[name]
    case .sequence(let parts), .interleaved(let parts):
      let heights = parts.map { height(of: $0, known) }
      return heights.contains(nil) ? nil : heights.compactMap { $0 }.max()
    case .choice(let parts): return parts.compactMap { height(of: $0, known) }.min()
    }
  }
}
