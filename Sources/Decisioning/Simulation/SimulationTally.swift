package import BusinessTime
package import RuleDiagnostics
import RuleEngine
package import RuleSemantics

/// What a simulation came to, day by day.
package struct SimulationTally: Sendable {
  package struct Rule: Sendable {
    package var name: String
    package var subject: Subject
    package var range: SourceRange
    /// How often it acted, by day; one who is acted on twice counts twice.
    package var acted: [Int]
    /// Messages among what it did, by day.
    package var messages: [Int]
    /// Who was acted on at all, ascending rows.
    package fileprivate(set) var people: Set<Int32> = []
    /// On how many days it asked whether it may act.
    package var daysAsking = 0
    fileprivate var lastDayAsking = -1
  }

  /// How many contacts got so many messages in a week; positions are numbers of messages.
  package struct Week: Sendable {
    package var first: CivilDate
    package var contactsByMessages: [Int]
  }

  /// Ascending, without gaps.
  package let days: [CivilDate]
  /// In the order in which rules go, then sequences.
  package private(set) var rules: [Rule]
  package private(set) var weeks: [Week] = []
  /// Messages that a cap or quiet hours hold back, or that are dropped, by reason and day: the most at one time.
  package private(set) var heldBack: [String: [Int]] = [:]
  /// Messages that wait, at the end of each day.
  package private(set) var queue: [Int]
  /// Actions that wait for a person, at the end of each day; nothing does where approvals are given.
  package private(set) var unanswered: [Int]
  /// People who are at a wait of a sequence, or outside its hours, at the end of each day.
  package private(set) var underway: [Int]
  /// How many messages each contact got.
  package private(set) var messagesByContact: [Int32: Int] = [:]
  /// Days on which the run would have been halted, and by how many people.
  package private(set) var halts: [(day: CivilDate, halt: Decisions.Halt)] = []
  package private(set) var runs = 0

  private let zone: Zone
  private var indexByRule: [String: Int]
  private var messagesOfWeek: [Int32: Int] = [:]
  private var weekOfDay: Int?

  /// - Parameters:
  ///   - first, last: the days of the first and the last run.
  package init(_ program: CheckedProgram, from first: CivilDate, to last: CivilDate) {
    zone = Zone(identifier: program.policy.zone) ?? .utc
    let count = max(last.days(since: first), 0) + 1
    days = (0..<count).map { first.adding(days: $0) }
    let none = [Int](repeating: 0, count: count)
    rules = program.rules
      .sorted { ($1.priority, $0.name) < ($0.priority, $1.name) }
      .map { Rule(name: $0.name, subject: $0.subject, range: $0.range, acted: none, messages: none) }
    rules += program.sequences.map {
      Rule(name: $0.name, subject: .contact, range: $0.range, acted: none, messages: none)
    }
    indexByRule = Dictionary(
      rules.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
    (queue, unanswered, underway) = (none, none, none)
  }

  package mutating func add(_ run: Simulation.Run) {
    let day = zone.day(of: run.now)
    let index = day.days(since: days[0])
    guard days.indices.contains(index) else { return }
    closeWeek(before: day)
    runs += 1
    var heldBack: [String: Int] = [:]
    var acting: Set<Subjects> = []
    for action in run.decisions.actions where !action.isSync {
      guard let rule = indexByRule[action.rule] else { continue }
      switch action.outcome {
      case .act:
        if acting.insert(Subjects(rule: rule, row: action.row, occurrence: action.occurrence)).inserted {
          rules[rule].acted[index] += 1
          rules[rule].people.insert(action.row)
        }
        guard action.action.descriptor.isMessage else { continue }
        rules[rule].messages[index] += 1
        messagesByContact[action.row, default: 0] += 1
        messagesOfWeek[action.row, default: 0] += 1
      case .held(_, .together): break
      case .held, .dropped, .needsApproval, .suppressed, .noConsent, .neverMessage, .repeated, .accountLimit:
        heldBack[SimulationTally.heading(action.outcome), default: 0] += 1
      default: break
      }
    }
    for (reason, count) in heldBack {
      self.heldBack[reason, default: days.map { _ in 0 }][index] = max(self.heldBack[reason]?[index] ?? 0, count)
    }
    for asking in run.asking {
      guard let rule = indexByRule[asking.rule], rules[rule].lastDayAsking != index else { continue }
      rules[rule].daysAsking += 1
      rules[rule].lastDayAsking = index
    }
    if let halt = run.halt { halts.append((day, halt)) }
    queue[index] = run.held
    unanswered[index] = run.unanswered
    underway[index] = run.underway
  }

  /// What one rule does for one subject at one time counts once, however many actions it has.
  private struct Subjects: Hashable {
    var rule: Int
    var row: Int32
    var occurrence: OccurrenceKey
  }

  /// Counts the last week; call it after the last run.
  package mutating func finish() {
    if let week = weekOfDay { close(week) }
    weekOfDay = nil
  }

  private mutating func closeWeek(before day: CivilDate) {
    // 1970-01-05 was a Monday.
    let week = Int((Double(day.dayNumber - 4) / 7).rounded(.down))
    if let open = weekOfDay, open != week { close(open) }
    weekOfDay = week
  }

  private mutating func close(_ week: Int) {
    var counts: [Int] = []
    for count in messagesOfWeek.values {
      while counts.count <= count { counts.append(0) }
      counts[count] += 1
    }
    weeks.append(Week(first: CivilDate(dayNumber: Int32(week * 7 + 4)), contactsByMessages: counts))
    messagesOfWeek = [:]
  }

  private static func heading(_ outcome: Outcome) -> String {
    switch outcome {
    case .held(_, let reason): reason.text
    case .noConsent(let purpose): "no consent for \(purpose)"
    case .neverMessage: "never message"
    case .dropped(.cap(let limit, let perAccount, let per)):
      "dropped: \(Outcome.HoldReason.cap(limit: limit, perAccount: perAccount, per: per).text)"
    default: outcome.name
    }
  }

  package var totalActed: Int { rules.reduce(0) { $0 + $1.acted.reduce(0, +) } }
  package var totalMessages: Int { rules.reduce(0) { $0 + $1.messages.reduce(0, +) } }
}
