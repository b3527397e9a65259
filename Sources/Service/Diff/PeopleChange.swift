import BusinessTime
import ContactStore
import Decisioning
import RuleDiagnostics
import RuleEngine
package import RuleSemantics

/// What two rule books make of the same people at the same time: who enters, who leaves, who stands elsewhere.
package struct PeopleChange: Hashable, Sendable {
  /// A move that some people make together.
  package struct Move: Hashable, Sendable {
    /// `enter`, `leave`, `decision → consideration`, `up`, `down`.
    package var what: String
    /// Keys, in the order in which they are named: of a score those who move furthest first.
    package var keys: [String]
    /// For each key what it had and has, where that says more than the move.
    package var details: [String] = []
  }

  /// `rule`, `sequence`, `segment`, `journey`, `score`, `define`.
  package var kind: String
  package var name: String
  package var subject: Subject
  /// How many it was about, and is: who is acted on, who is in the sequence after the next run, members, people with a
  /// value.
  package var before: Int
  package var after: Int
  package var moves: [Move]
}

/// Decides by two rule books upon one database, at one time; writes nothing.
struct PeopleComparison {
  private let old: Side
  private let new: Side

  private struct Side {
    let program: CheckedProgram
    let attempt: RunService.Attempt

    init(_ book: RuleBook, _ store: Store, _ now: Instant) throws {
      program = book.program
      // A halt would hide who is acted on.
      // A question about many would hide who comes into a sequence, as a halt would.
      attempt = try RunService.Attempt(
        book, store, now,
        RunService.Options(approvedRules: Set(book.program.sequences.map(\.name)), goesBeyondHalt: true))
    }

    func keys(_ subject: Subject) -> [String] {
      let snapshot = attempt.evaluation.snapshot
      let table = subject == .contact ? snapshot.contacts : snapshot.accounts
      return table.keys.map { snapshot.texts.text($0) }
    }

    func people(in sequence: CheckedSequence) -> Set<String> {
      let state = attempt.loaded.state.sequences
      let names = [sequence.name, sequence.formerName].compactMap(\.self)
      let stored = names.first { state.deployments[$0] != nil } ?? sequence.name
      var rows = Set((state.enrolments[stored] ?? []).map(\.contact))
      for change in attempt.decisions.changes.sequences.enrolments where change.sequence == sequence.name {
        switch change.enrolment.ending {
        case .goal, .exited, .removed: rows.remove(change.enrolment.contact)
        case .finished, nil: rows.insert(change.enrolment.contact)
        }
      }
      let keys = keys(.contact)
      return Set(rows.map { keys[Int($0)] })
    }

    /// Whom each rule would act on, or ask a person about.
    func acting() -> [String: Set<String>] {
      var acting: [String: Set<String>] = [:]
      for action in attempt.decisions.actions where !action.isSync {
        switch action.outcome {
        case .act, .needsApproval: acting[action.rule, default: []].insert(action.key)
        default: break
        }
      }
      return acting
    }
  }

  /// Whom a run of each side would leave in a sequence, or lead through it to its end: who is in it and who comes in,
  /// without those who leave by goal, exit or removal.
  private func sequenceChanges() -> [PeopleChange] {
    let former = Set(new.program.sequences.compactMap(\.formerName))
    let gone = old.program.sequences.filter { sequence in
      !new.program.sequences.contains { $0.name == sequence.name } && !former.contains(sequence.name)
    }
    return (new.program.sequences + gone).compactMap { sequence in
      let earlier =
        old.program.sequences.first { $0.name == sequence.name }
        ?? old.program.sequences.first { $0.name == sequence.formerName }
      let was = earlier.map(old.people) ?? []
      let isGone = gone.contains { $0.name == sequence.name }
      let stays = isGone ? [] : new.people(in: sequence)
      let moves = PeopleComparison.moves(was, stays)
      guard !moves.isEmpty else { return nil }
      return PeopleChange(
        kind: "sequence", name: sequence.name, subject: .contact, before: was.count, after: stays.count, moves: moves)
    }
  }

  init(_ old: RuleBook, _ new: RuleBook, _ store: Store, at now: Instant) throws {
    self.old = try Side(old, store, now)
    self.new = try Side(new, store, now)
  }

  var contacts: Int { new.attempt.evaluation.snapshot.contacts.count }
  var accounts: Int { new.attempt.evaluation.snapshot.accounts.count }

  /// In the order of the new rule book, definitions first; only those that make a difference to somebody.
  func changes() -> [PeopleChange] { definitionChanges() + ruleChanges() + sequenceChanges() }

  // MARK: - Rules

  private func ruleChanges() -> [PeopleChange] {
    let (before, after) = (old.acting(), new.acting())
    let former = Dictionary(
      new.program.rules.compactMap { rule in rule.formerName.map { ($0, rule.name) } },
      uniquingKeysWith: { first, _ in first })
    let gone = old.program.rules.filter { rule in
      !new.program.rules.contains { $0.name == rule.name } && former[rule.name] == nil
    }
    return (new.program.rules + gone).compactMap { rule in
      let was = before[rule.name] ?? rule.formerName.flatMap { before[$0] } ?? []
      let acts = after[rule.name] ?? []
      let moves = PeopleComparison.moves(was, acts)
      guard !moves.isEmpty else { return nil }
      return PeopleChange(
        kind: "rule", name: rule.name, subject: rule.subject, before: was.count, after: acts.count, moves: moves)
    }
  }

  private static func moves(_ was: Set<String>, _ now: Set<String>) -> [PeopleChange.Move] {
    [("enter", now.subtracting(was)), ("leave", was.subtracting(now))].compactMap { what, keys in
      keys.isEmpty ? nil : .init(what: what, keys: keys.sorted())
    }
  }

  // MARK: - Definitions

  private func definitionChanges() -> [PeopleChange] {
    new.program.definitions.compactMap { definition in
      let earlier =
        old.program.definitions.first { $0.name == definition.name && $0.subject == definition.subject }
        ?? old.program.definitions.first { $0.name == definition.formerName && $0.subject == definition.subject }
      guard let earlier else { return nil }
      let (before, after) = (values(earlier, old), values(definition, new))
      let moves: [PeopleChange.Move]
      switch definition.body {
      case .segment: moves = PeopleComparison.moves(members(before), members(after))
      case .factorScore, .pointsScore: moves = scoreMoves(before, after)
      case .define where definition.type == .number: moves = scoreMoves(before, after)
      case .define, .journey: moves = valueMoves(before, after)
      case .malformed: moves = []
      }
      guard !moves.isEmpty else { return nil }
      let isMembership = if case .segment = definition.body { true } else { false }
      func count(_ values: [String: JSONValue]) -> Int {
        isMembership ? members(values).count : values.values.count { $0 != .null }
      }
      return PeopleChange(
        kind: definition.kind, name: definition.name, subject: definition.subject, before: count(before),
        after: count(after), moves: moves)
    }
  }

  /// By key of the subject.
  private func values(_ definition: Definition, _ side: Side) -> [String: JSONValue] {
    let evaluation = side.attempt.evaluation
    let column = evaluation.column(of: definition.id)
    var values: [String: JSONValue] = [:]
    for (row, key) in side.keys(definition.subject).enumerated() {
      values[key] = side.program.json(column.value(at: row, definition.type, evaluation.texts))
    }
    return values
  }

  private func members(_ values: [String: JSONValue]) -> Set<String> {
    Set(values.filter { $0.value == .flag(true) }.keys)
  }

  /// A difference of less than a twentieth is none that anybody sees.
  private func scoreMoves(_ before: [String: JSONValue], _ after: [String: JSONValue]) -> [PeopleChange.Move] {
    var moved: [(key: String, from: Double?, to: Double?, by: Double)] = []
    for (key, value) in after {
      let (from, to) = (before[key]?.number, value.number)
      if from == nil, to == nil { continue }
      let difference = (to ?? 0) - (from ?? 0)
      if from != nil, to != nil, abs(difference) < 0.05 { continue }
      moved.append((key, from, to, difference))
    }
    func text(_ number: Double?) -> String {
      number.map { JSONValue.spelling(of: ($0 * 10).rounded() / 10) } ?? "missing"
    }
    return [("up", true), ("down", false)].compactMap { what, isUp in
      let group = moved.filter { ($0.by >= 0) == isUp }.sorted { (-abs($0.by), $0.key) < (-abs($1.by), $1.key) }
      guard !group.isEmpty else { return nil }
      return .init(what: what, keys: group.map(\.key), details: group.map { "\(text($0.from)) → \(text($0.to))" })
    }
  }

  private func valueMoves(_ before: [String: JSONValue], _ after: [String: JSONValue]) -> [PeopleChange.Move] {
    var moves: [String: [String]] = [:]
    func text(_ value: JSONValue?) -> String {
      switch value {
      case nil, .null: "missing"
      case .text(let text): text
      case .flag(let flag): flag ? "yes" : "no"
      case let other?: other.text
      }
    }
    for (key, value) in after where before[key] != value {
      moves["\(text(before[key])) → \(text(value))", default: []].append(key)
    }
    return moves.map { PeopleChange.Move(what: $0.key, keys: $0.value.sorted()) }
      .sorted { (-$0.keys.count, $0.what) < (-$1.keys.count, $1.what) }
  }
}

extension JSONValue {
  fileprivate var number: Double? {
    if case .number(let number) = self { number } else { nil }
  }
}
