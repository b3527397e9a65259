import BusinessTime
import RuleDiagnostics

// `did E`, `no E`, the rows of aggregates, and their windows.
extension Parser {
  // MARK: - Did and no

  mutating func parseDid() -> Expression {
    let start = index
    checkEventFilter()
    _ = accept(.did)
    let isNegated = accept(.not)
    return parseDid(from: start, isNegated: isNegated)
  }

  private mutating func parseDid(from start: Int, isNegated: Bool) -> Expression {
    height = 1
    guard let query = parseEventQuery() else { return Expression(.missing, range(from: start)) }
    height += 1
    return Expression(.did(query, isNegated: isNegated), range(from: start))
  }

  /// `no` is the flag unless an event and one of its qualifiers follow.
  var isNoEvent: Bool { isName(at: index + 1) && isQualifier(at: index + 2) }

  mutating func parseNoEvent() -> Expression {
    let start = index
    checkEventFilter()
    _ = accept(.no)
    height = 1
    guard let query = parseEventQuery() else { return Expression(.missing, range(from: start)) }
    height += 1
    return Expression(.noEvent(query), range(from: start))
  }

  /// `has done E`, `has not done E`
  var isHasDone: Bool {
    lexeme(at: index + 1) == .done || (lexeme(at: index + 1) == .not && lexeme(at: index + 2) == .done)
  }

  mutating func parseHasDone() -> Expression {
    let start = index
    checkEventFilter()
    let isNegated = lexeme(at: index + 1) == .not
    index += isNegated ? 3 : 2
    understand(from: start, as: isNegated ? "did not" : "did") { .foreignWording($0, canonical: $1, edit: $2) }
    return parseDid(from: start, isNegated: isNegated)
  }

  private mutating func checkEventFilter() {
    if isInEventFilter { report(.didInEventFilter(at: range(of: index))) }
  }

  private func isQualifier(at position: Int) -> Bool {
    switch lexeme(at: position) {
    case .where, .within: true
    case .at: lexeme(at: position + 1) == .least
    case .exactly, .from: kind(at: position + 1) == .number
    case .since: isPrimaryStart(at: position + 1)
    case .in, .during: foreignWindow(at: position) != nil
    default: false
    }
  }

  /// `3 times` without what it is to be compared by.
  private func isBareTimes(at position: Int) -> Bool {
    kind(at: position) == .number && (lexeme(at: position + 1) == .times || lexeme(at: position + 1) == .time)
  }

  /// How many words `in the last`, `in last`, `during the past` and the like have, when a number follows.
  private func foreignWindow(at position: Int) -> Int? {
    guard lexeme(at: position) == .in || lexeme(at: position) == .during else { return nil }
    let words = lexeme(at: position + 1) == .the ? 3 : 2
    let last = lexeme(at: position + words - 1)
    return (last == .last || last == .past) && kind(at: position + words) == .number ? words : nil
  }

  /// `E [where …] [at least N times | exactly N times] [window]`; `where` takes one comparison.
  private mutating func parseEventQuery() -> Expression.EventQuery? {
    let start = index
    guard let event = expectName(.eventName) else { return nil }
    var query = Expression.EventQuery(event: event, filter: nil, times: nil, window: nil, range: event.range)
    var firsts: [String: Int] = [:]
    while isQualifier(at: index) || isBareTimes(at: index) {
      let first = index
      switch lexeme {
      case .where:
        checkOnce("where", first, &firsts)
        _ = accept(.where)
        query.filter = parseEventFilter { $0.parseNot() }
      case .at:
        checkOnce("at least", first, &firsts)
        _ = accept(.at, .least)
        query.times = .atLeast(expectNumber())
        expectTimes()
      case .exactly:
        checkOnce("at least", first, &firsts)
        _ = accept(.exactly)
        query.times = .exactly(expectNumber())
        expectTimes()
      case nil where kind == .number:
        checkOnce("at least", first, &firsts)
        let edit = TextEdit(startOf(range(of: first)), "at least ")
        report(.missingWord("at least", before: written(first), at: range(of: first), insertion: edit))
        query.times = .atLeast(expectNumber())
        expectTimes()
      default:
        checkOnce("a time", first, &firsts)
        query.window = parseWindow()
      }
    }
    query.range = range(from: start)
    return query
  }

  private mutating func expectTimes() {
    if at(.time) {
      advance()
      understand(from: index - 1, as: "times") { .foreignWording($0, canonical: $1, edit: $2) }
    } else {
      expect(.times)
    }
  }

  /// Reads the condition of a `where` about events.
  mutating func parseEventFilter(_ read: (inout Parser) -> Expression) -> Expression {
    let wasInFilter = isInEventFilter
    isInEventFilter = true
    defer { isInEventFilter = wasInFilter }
    return read(&self)
  }

  mutating func checkOnce(_ clause: String, _ place: Int, _ firsts: inout [String: Int]) {
    if let first = firsts[clause] {
      report(.duplicateClause(clause, at: range(of: place), first: range(of: first)))
    } else {
      firsts[clause] = place
    }
  }

  // MARK: - Windows

  func isWindowStart(at position: Int) -> Bool {
    switch lexeme(at: position) {
    case .within: true
    case .since: isPrimaryStart(at: position + 1)
    case .from: kind(at: position + 1) == .number
    case .in, .during: foreignWindow(at: position) != nil
    default: false
    }
  }

  /// `within D`, `since step S`, `since T`, `from D ago to D ago`
  mutating func parseWindow() -> Expression.Window {
    if accept(.within) { return .within(parseDuration()) }
    if let words = foreignWindow(at: index) {
      index += words
      understand(from: index - words, as: "within") { .foreignWording($0, canonical: $1, edit: $2) }
      return .within(parseDuration())
    }
    if accept(.since) {
      if at(.step), isName(at: index + 1) {
        _ = accept(.step)
        return .sinceStep(takeName())
      }
      return .since(parseSum())
    }
    _ = accept(.from)
    let from = parseDuration()
    expect(.ago)
    expect(.to)
    let to = parseDuration()
    expect(.ago)
    return .fromTo(from, to)
  }

  // MARK: - Durations

  /// The unit that starts at the token, and how many words it has.
  func unit(at position: Int) -> (TimeSpan.Unit, Int)? {
    switch lexeme(at: position) {
    case .minute, .minutes: (.minutes, 1)
    case .hour, .hours: (.hours, 1)
    case .day, .days: (.days, 1)
    case .week, .weeks: (.weeks, 1)
    case .month, .months: (.months, 1)
    case .business:
      switch lexeme(at: position + 1) {
      case .hour, .hours: (.businessHours, 2)
      case .day, .days: (.businessDays, 2)
      default: nil
      }
    default: nil
    }
  }

  /// A duration where the grammar wants one.
  mutating func parseDuration() -> Expression.Duration {
    let start = index
    let nothing = Expression.Duration(TimeSpan(1, .days), range(of: max(index - 1, 0)))
    guard at(kind: .number) else {
      missing(.duration)
      return nothing
    }
    let amount = numericValue(of: index)
    advance()
    if let (unit, words) = unit(at: index) {
      takeWords(words)
      return Expression.Duration(TimeSpan(amount, unit), range(from: start))
    }
    reportUnit(after: start)
    return nothing
  }

  mutating func takeWords(_ count: Int) {
    for _ in 0..<count {
      if let lexeme { checkCase(of: lexeme, at: index) }
      advance()
    }
  }

  /// Says that the number at `start` has no unit, or one that does not exist, which is taken.
  mutating func reportUnit(after start: Int) {
    guard kind == .name, !isFirstOnLine(index), !(lexeme?.isReserved ?? false) else {
      return report(.missingUnit(after: written(start), at: range(of: start)))
    }
    let words: [Lexeme] = [
      .minutes, .hours, .days, .weeks, .months, .minute, .hour, .day, .week, .month, .business,
    ]
    let isForeign = Parser.foreignUnits.contains(written(index).lowercased())
    let meant = isForeign ? nil : misspelledWord(among: words)
    guard isForeign || meant != nil || (lexeme == nil && !isItemOfOpenBlock) else {
      return report(.missingUnit(after: written(start), at: range(of: start)))
    }
    report(.unknownUnit(written(index), at: range(of: index), suggestion: meant?.rawValue))
    advance()
    if meant == .business, unit(at: index) != nil { advance() }
  }

  private var isItemOfOpenBlock: Bool { openBlocks.contains { isItemStart(of: $0.kind, at: index) } }

  static let foreignUnits: Set<String> = [
    "year", "years", "second", "seconds", "quarter", "quarters", "working",
  ]

  // MARK: - Rows

  /// The rows of an aggregate, up to its closing parenthesis.
  mutating func parseRows() -> Expression.Rows? {
    let start = index
    let source: Expression.Rows.Source
    if let people = acceptPeople() {
      source = .people(people, range(from: start))
    } else {
      guard let event = expectName(.eventName) else { return nil }
      source = .event(event)
    }
    var rows = Expression.Rows(source: source, filter: nil, window: nil, halfLife: nil, range: range(from: start))
    var firsts: [String: Int] = [:]
    var highest = 0
    while true {
      if at(.where) {
        checkOnce("where", index, &firsts)
        _ = accept(.where)
        if case .event = source {
          rows.filter = parseEventFilter { $0.parseExpression() }
        } else {
          let wasInFilter = isInEventFilter
          isInEventFilter = false
          rows.filter = parseExpression()
          isInEventFilter = wasInFilter
        }
      } else if isWindowStart(at: index) {
        checkOnce("a time", index, &firsts)
        height = 1
        rows.window = parseWindow()
      } else {
        break
      }
      highest = max(highest, height)
    }
    if at(kind: .comma), lexeme(at: index + 1) == .half {
      advance()
      rows.halfLife = parseHalfLife()
    } else if at(.half, .life) {
      report(.missingComma(at: range(of: index), insertion: TextEdit(range(of: index - 1).after, ",")))
      rows.halfLife = parseHalfLife()
    }
    height = highest + 1
    rows.range = range(from: start)
    return rows
  }

  private mutating func acceptPeople() -> Expression.Rows.People? {
    switch lexeme {
    case .contacts: accept(.contacts) ? .contacts : nil
    case .colleagues: accept(.colleagues) ? .colleagues : nil
    case .deals: accept(.deals) ? .deals : nil
    case .account where kind(at: index + 1) == .dot:
      switch lexeme(at: index + 2) {
      case .contacts: take(3, .accountContacts)
      case .deals: take(3, .accountDeals)
      default: nil
      }
    default: nil
    }
  }

  private mutating func take(_ count: Int, _ people: Expression.Rows.People) -> Expression.Rows.People {
    index += count
    return people
  }

  mutating func parseHalfLife() -> Expression.Duration {
    expect(.half)
    expect(.life)
    return parseDuration()
  }
}
