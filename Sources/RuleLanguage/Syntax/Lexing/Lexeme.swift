/// A word or sign that the grammar names, with its canonical spelling. Only `isReserved` words are no names; what the
/// others mean depends on where they stand. The last groups are understood and rewritten.
enum Lexeme: String, Hashable, Sendable, CaseIterable {
  // Reserved
  case and, or, not, `if`, then, `else`, when, `where`, `in`, `is`, between, otherwise, did, no, yes, within, contains
  case matches

  // Declarations and their parts
  case contact, account, deal, event, asset, assets, team, define, score, journey, segment, rule, on, recommendation
  case sequence, policy, experiment, test
  case was, `for`, worth, key, from, hubspot, column, missing, means, text, number, flag, date, time, one, list, of
  case property, sync, to, factor, add, subtract, per, at, most, once, half, life, up, limit, stage, moves, back, never
  case until

  // Rules and actions
  case every, now, existing, too, paused, contacts, highest, lowest, first, priority, changed, wait, send, via, owner
  case best, email, `as`, transactional, recommend, approval, enroll, remove, advance, set, clear, assign, create, task
  case note, notify, call, webhook, skip, lower, rules, due, with, high, medium, low

  // Recommendations, sequences, policies, experiments, tests
  case `repeat`, pick, scoring, least, goal, exit, holdout, by, act, step, split, arm, timezone, holidays, messages
  case hold, the, rest, drop, quiet, message, an, require, consent, approve, that, more, than, halt, a, run, acts
  case evaluate, measure, release, over, weekend, approvals, expire, afterwards, given, nothing, enrolled, expect

  // Expressions
  case minute, minutes, hour, hours, day, days, week, weeks, month, months, business, ago, after
  case before, known, unknown, last, next
  case starts, ends, unchanged, times, exactly, since, count, any, share, sum, average, min, max, distinct, rate, prior
  case popularity
  case colleagues, deals

  // Words of other tools
  case `true`, `false`, empty, blank, null, has, have, done, does, contain, equals, equal, noneWord = "none", greater,
    less, select
  case end, value, like, past, during

  // Signs
  case assignSign = "=", equalSign = "==", notEqual = "!=", lessSign = "<", lessOrEqual = "<=", greaterSign = ">"
  case greaterOrEqual = ">=", plus = "+", minus = "-", star = "*", slash = "/"

  // Signs of other tools
  case diamond = "<>", tripleEqual = "===", equalLess = "=<", equalGreater = "=>", ampersand = "&"
  case doubleAmpersand = "&&", pipe = "|", doublePipe = "||", bang = "!", percentSign = "%", notEqualSign = "≠"
  case lessOrEqualSign = "≤", greaterOrEqualSign = "≥", minusSign = "−", timesSign = "×", divisionSign = "÷"

  /// Whether the word needs backticks where it is a name.
  var isReserved: Bool {
    switch self {
    case .and, .or, .not, .if, .then, .else, .when, .where, .in, .is, .between, .otherwise, .did, .no, .yes, .within,
      .contains, .matches:
      true
    default: false
    }
  }

  /// Whether a type starts with the word.
  var isType: Bool {
    switch self {
    case .text, .number, .flag, .date, .time, .asset, .one, .list: true
    default: false
    }
  }

  /// The words that may start a declaration.
  static let declarationWords: [Lexeme] = [
    .contact, .account, .deal, .event, .asset, .assets, .team, .define, .score, .journey, .segment, .rule, .on, .when,
    .recommendation, .sequence, .policy, .experiment, .test,
  ]
}

/// Finds the lexeme of a word by its bytes, without regard to case, without building a text.
struct LexemeTable: Sendable {
  static let shared = LexemeTable()
  static let longest = 16

  private static let slots = 1024
  private var table: [UInt8]
  private let words: [Lexeme]
  private let spellings: [[UInt8]]

  private init() {
    words = Lexeme.allCases.filter { $0.rawValue.utf8.allSatisfy { (0x61...0x7A).contains($0) } }
    spellings = words.map { Array($0.rawValue.utf8) }
    precondition(words.count < 255, "a slot of the table is one byte")
    table = [UInt8](repeating: 255, count: LexemeTable.slots)
    for (number, spelling) in spellings.enumerated() {
      var slot = spelling.reduce(0) { LexemeTable.hash($0, $1) } & (LexemeTable.slots - 1)
      while table[slot] != 255 { slot = (slot + 1) & (LexemeTable.slots - 1) }
      table[slot] = UInt8(number)
    }
  }

  /// Folds one more byte of the word into its hash.
  @inline(__always)
  static func hash(_ hash: Int, _ byte: UInt8) -> Int {
    (hash &* 31) &+ Int(byte | 0x20)
  }

  /// The lexeme of the ASCII word in `bytes`, whose hash was folded with `hash(_:_:)`.
  func lexeme(of bytes: [UInt8], from start: Int, to end: Int, hash: Int) -> Lexeme? {
    var slot = hash & (LexemeTable.slots - 1)
    while table[slot] != 255 {
      let number = Int(table[slot])
      let spelling = spellings[number]
      if spelling.count == end - start {
        var position = 0
        while position < spelling.count, spelling[position] == bytes[start + position] | 0x20 { position += 1 }
        if position == spelling.count { return words[number] }
      }
      slot = (slot + 1) & (LexemeTable.slots - 1)
    }
    return nil
  }
}
