/// What a production of the grammar says.
indirect enum GrammarPart: Hashable, Sendable {
  /// Text that stands for itself.
  case word(String)
  /// The name of another production.
  case production(String)
  case sequence([GrammarPart])
  case choice([GrammarPart])
  case optional(GrammarPart)
  case repetition(GrammarPart)
  /// All parts in any order; optional ones may be left out, repetitions may stand anywhere in between.
  case interleaved([GrammarPart])
}

/// `grammar/abm-rules.ebnf`, read.
struct Grammar: Sendable {
  /// In the order of the page.
  let names: [String]
  let productions: [String: GrammarPart]
  /// Every word and sign that stands for itself between other parts, not inside a piece of text.
  let words: Set<String>

  static let reserved: Set<String> = [
    "and", "or", "not", "if", "then", "else", "when", "where", "in", "is", "between", "otherwise", "did", "no", "yes",
    "within", "contains", "matches",
  ]

  /// A production in capitals is one piece of text.
  static func isToken(_ name: String) -> Bool { name == name.uppercased() }

  static func load() throws -> Grammar {
    var reader = GrammarReader(try Repository.text("grammar/abm-rules.ebnf"))
    return try Grammar(reader.read())
  }

  init(_ read: [(name: String, part: GrammarPart)]) {
    names = read.map(\.name)
    productions = Dictionary(read.map { ($0.name, $0.part) }, uniquingKeysWith: { first, _ in first })
    var words: Set<String> = []
    for (name, part) in read where !Grammar.isToken(name) {
      part.visit { if case .word(let word) = $0 { words.insert(word) } }
    }
    self.words = words
  }
}

extension GrammarPart {
  /// Calls `body` with this part and all parts in it.
  func visit(_ body: (GrammarPart) -> Void) {
    body(self)
    switch self {
    case .word, .production: break
    case .sequence(let parts), .choice(let parts), .interleaved(let parts): parts.forEach { $0.visit(body) }
    case .optional(let part), .repetition(let part): part.visit(body)
    }
  }

  /// Whether the part may be left out as a whole.
  var mayBeLeftOut: Bool {
    switch self {
    case .optional, .repetition: true
    default: false
    }
  }
}
