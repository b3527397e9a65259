import RuleDiagnostics

// Where clauses and declarations start. Their words are contextual, so each is told by what follows it as well.
extension Parser {
  /// Whether the token starts an item of a block of this kind.
  func isItemStart(of block: SyntaxBlock, at position: Int) -> Bool {
    guard position < tokens.count else { return false }
    switch block {
    case .fields: return isName(at: position) && isTypeStart(at: position + 1)
    case .record: return isName(at: position) && isLiteralStart(at: position + 1)
    case .team: return kind(at: position) == .textStart
    default:
      guard tokens[position].kind == .name, let word = lexemes[position] else { return false }
      return isItemStart(of: block, at: position, as: word)
    }
  }

  /// Whether an item of the block would start here if the token were this word.
  func isItemStart(of block: SyntaxBlock, at position: Int, as word: Lexeme) -> Bool {
    let next = lexeme(at: position + 1)
    let nextKind = kind(at: position + 1)
    switch block {
    case .fields, .record, .team: return isItemStart(of: block, at: position)
    case .score:
      switch word {
      case .factor: return isName(at: position + 1)
      case .add, .subtract: return nextKind == .number || nextKind == .percent || next == .when || next == .per
      case .limit: return nextKind == .number || next == .minus || next == .to
      default: return false
      }
    case .journey:
      switch word {
      case .stage: return isName(at: position + 1) || next == .when
      case .moves: return next == .back || nextKind == .name
      case .never: return nextKind == .name && next != .repeat
      default: return false
      }
    case .rule:
      switch word {
      case .on: return isName(at: position + 1)
      case .when, .then: return true
      case .priority: return nextKind == .number
      default: return isFrequencyStart(at: position, as: word)
      }
    case .recommendation:
      switch word {
      case .from: return next == .asset || nextKind == .name
      case .never: return next == .repeat || nextKind == .name
      case .factor: return isName(at: position + 1)
      case .pick: return nextKind == .name || nextKind == .number
      default: return false
      }
    case .sequence:
      switch word {
      case .enroll, .goal, .exit: return next != .in && nextKind == .name
      case .priority: return nextKind == .number
      case .holdout: return nextKind == .percent || nextKind == .number
      case .act: return nextKind == .name
      case .step: return (isName(at: position + 1) || nextKind == .leftBrace) && lexeme(at: position - 1) != .since
      default: return isFrequencyStart(at: position, as: word)
      }
    case .steps:
      switch word {
      case .if: return true
      case .wait: return nextKind == .number || next == .up || next == .until
      case .split: return nextKind == .leftBrace || next == .by || next == .arm
      default: return isActionStart(at: position, as: word)
      }
    case .split: return word == .arm && (isName(at: position + 1) || nextKind == .percent)
    case .policy: return isPolicyItemStart(at: position, as: word)
    case .experiment:
      return (word == .arm && (isName(at: position + 1) || nextKind == .percent))
        || word == .measure
    case .test:
      switch word {
      case .at: return nextKind == .date || nextKind == .clockTime
      case .with: return next == .policy || (nextKind == .name && next != .priority && isFirstOnLine(position))
      case .given: return nextKind == .name
      case .wait: return nextKind == .number
      case .expect: return true
      default: return false
      }
    }
  }

  func isFrequencyStart(at position: Int, as word: Lexeme) -> Bool {
    let next = lexeme(at: position + 1)
    switch word {
    case .once:
      return next == .every || isFollowedByClause(position)
    case .every: return next == .time
    case .from: return next == .now
    case .existing: return next == .too
    case .paused: return isFollowedByClause(position)
    case .at: return next == .most
    default: return false
    }
  }

  /// Whether nothing that could belong to an expression follows the word.
  private func isFollowedByClause(_ position: Int) -> Bool {
    switch kind(at: position + 1) {
    case .rightBrace, .endOfFile, .name, .number: true
    default: false
    }
  }

  private func isPolicyItemStart(at position: Int, as word: Lexeme) -> Bool {
    let next = lexeme(at: position + 1)
    let nextKind = kind(at: position + 1)
    switch word {
    case .timezone: return nextKind == .textStart || nextKind == .name
    case .business: return next == .hours || next == .hour || nextKind == .clockTime
    case .holidays: return next == .from || nextKind == .textStart
    case .at: return next == .most || nextKind == .number
    case .quiet: return next == .between || nextKind == .clockTime
    case .never: return next == .message || next == .repeat || next == .when || nextKind == .name
    case .require: return nextKind == .name || nextKind == .textStart
    case .approve: return nextKind == .name
    case .approvals: return next == .expire || nextKind == .name
    case .halt: return nextKind == .name
    case .send: return next == .on || nextKind == .name
    case .weekend: return next == .on || nextKind == .leftParenthesis || nextKind == .name
    case .evaluate: return next == .every || nextKind == .number
    default: return false
    }
  }

  /// The words that items of the block start with, to tell which one was meant.
  func itemWords(of block: SyntaxBlock) -> [Lexeme] {
    switch block {
    case .fields, .record, .team: []
    case .score: [.factor, .add, .subtract, .limit]
    case .journey: [.stage, .moves, .never]
    case .rule: [.when, .then, .on, .once, .every, .from, .existing, .paused, .priority]
    case .recommendation: [.from, .never, .factor, .pick]
    case .sequence: [.enroll, .goal, .exit, .step, .once, .every, .holdout, .act, .priority, .paused]
    case .steps:
      [
        .send, .wait, .if, .split, .create, .add, .set, .notify, .recommend, .enroll, .remove, .advance, .clear,
        .assign,
        .call, .skip,
      ]
    case .split: [.arm]
    case .policy:
      [
        .timezone, .business, .holidays, .weekend, .quiet, .send, .never, .require, .approve, .approvals, .halt,
        .evaluate,
      ]
    case .experiment: [.arm, .measure]
    case .test: [.given, .expect, .wait, .with]
    }
  }

  // MARK: - Actions

  /// Whether an action starts here, told by its first two words.
  func isActionStart(at position: Int) -> Bool {
    guard kind(at: position) == .name, let word = lexemes[position] else { return false }
    return isActionStart(at: position, as: word)
  }

  func isActionStart(at position: Int, as word: Lexeme) -> Bool {
    let next = lexeme(at: position + 1)
    let nextKind = kind(at: position + 1)
    switch word {
    case .send: return nextKind == .name || nextKind == .textStart
    case .recommend, .advance, .clear: return isName(at: position + 1)
    case .set: return isName(at: position + 1)
    case .enroll: return next != .when && nextKind == .name
    case .remove: return next == .from || next == .list || next == .sequence
    case .add: return next == .to || next == .list
    case .assign: return next == .owner || next == .from
    case .create: return next == .task || next == .note || nextKind == .textStart || nextKind == .name
    case .notify: return nextKind == .textStart || nextKind == .name
    case .call: return next == .webhook || nextKind == .textStart
    case .skip: return next == .lower || next == .rules
    default: return false
    }
  }

  /// Whether two words stand here that can be nothing but the start of an action, even where a value is wanted.
  func isPlainAction(at position: Int) -> Bool {
    guard let next = lexeme(at: position + 1) else { return false }
    switch lexemes[position] {
    case .send: return next == .asset || next == .best || next == .email
    case .create: return next == .task || next == .note
    case .notify, .assign: return next == .owner
    case .call: return next == .webhook
    case .skip: return next == .lower
    default: return false
    }
  }

  // MARK: - Types and literals

  func isTypeStart(at position: Int) -> Bool {
    guard kind(at: position) == .name, let word = lexemes[position] else { return false }
    switch word {
    case .one: return lexeme(at: position + 1) == .of || kind(at: position + 1) == .leftParenthesis
    case .list: return kind(at: position + 1) == .name
    default: return word.isType
    }
  }

  func isLiteralStart(at position: Int) -> Bool {
    switch kind(at: position) {
    case .number, .percent, .textStart, .date, .clockTime, .leftParenthesis: true
    case .name: isName(at: position) || lexemes[position] == .yes || lexemes[position] == .no
    case .sign: lexemes[position] == .minus || lexemes[position] == .assignSign
    default: false
    }
  }

  // MARK: - Declarations

  /// Whether a declaration starts here, told by its word and what follows it.
  func isDeclaration(at position: Int) -> Bool {
    guard position < tokens.count, tokens[position].kind == .name, let word = lexemes[position] else { return false }
    return isDeclaration(at: position, as: word)
  }

  func isDeclaration(at position: Int, as word: Lexeme) -> Bool {
    let next = kind(at: position + 1)
    switch word {
    case .contact, .account, .deal:
      return next == .leftBrace || (isName(at: position + 1) && isTypeStart(at: position + 2))
    case .asset: return next == .leftBrace || (isName(at: position + 1) && lexeme(at: position + 1) != .key)
    case .assets: return lexeme(at: position + 1) == .from || next == .textStart
    case .event: return isName(at: position + 1)
    case .team, .define, .score, .journey, .segment, .rule, .recommendation, .sequence, .experiment:
      return next == .name || next == .textStart || next == .leftBrace
    case .policy: return next == .leftBrace || next == .name
    case .test: return next == .textStart || next == .leftBrace
    case .on: return isName(at: position + 1)
    case .when: return true
    default: return false
    }
  }
}
