package import BusinessTime
package import ContactStore
import Decisioning
import RuleDiagnostics
package import RuleSemantics
import RuleSyntax

/// What a person asks of sequences.
package struct SequenceCommands {
  private let book: RuleBook
  private let store: Store
  private let now: Instant

  package init(_ book: RuleBook, _ store: Store, at now: Instant) throws {
    self.book = try book.joined(with: store)
    self.store = store
    self.now = now
  }

  package struct UnknownSequence: WrongUsage, CustomStringConvertible {
    let name: String
    let declared: [String]

    package var description: String {
      let hint = nearest(to: name, among: declared).map { "; did you mean `\($0)`?" } ?? ""
      return "the rule book has no sequence `\(name)`\(hint)"
    }
  }

  package struct UnknownStep: WrongUsage, CustomStringConvertible {
    let step: String
    let sequence: String
    let declared: [String]

    package var description: String {
      "`\(sequence)` has no step `\(step)`; it has \(declared.joined(separator: ", "))"
    }
  }

  /// What became of each contact.
  package struct Outcome: Hashable, Sendable {
    package var done: [String] = []
    /// Enrolled to be compared with, without anything being done.
    package var heldOut: [String] = []
    /// It was so already.
    package var unchanged: [String] = []
    package var unknown: [String] = []
  }

  package func sequence(named name: String) throws -> CheckedSequence {
    guard let sequence = book.program.sequences.first(where: { $0.name == name }) else {
      throw UnknownSequence(name: name, declared: book.program.sequences.map(\.name))
    }
    return sequence
  }

  // MARK: - Changing who is in it

  package func enroll(_ keys: [String], in name: String) throws -> Outcome {
    let sequence = try sequence(named: name)
    let text = book.source.text(sequence.declaration)
    let members = try store.members(of: name, keys: keys, program: book.program)
    var outcome = Outcome(unknown: unknown(keys, members))
    let changes = try store.change(name, by: "enroll", keys: keys, program: book.program, now: now) { members in
      members.state.enrolling(members.contacts.map(\.keys), in: sequence, text: text, at: now)
    }
    let new = Dictionary(uniqueKeysWithValues: changes.enrolments.map { ($0.enrolment.contact, $0.enrolment) })
    for (row, member) in members.contacts.enumerated() {
      switch new[Int32(row)]?.isHeldOut {
      case nil: outcome.unchanged.append(member.keys.contact)
      case true?: outcome.heldOut.append(member.keys.contact)
      case false?: outcome.done.append(member.keys.contact)
      }
    }
    return outcome
  }

  /// - Parameter withdraws: whether what their steps left in the outbox is dropped, with the removal as its reason.
  package func remove(_ keys: [String], from name: String, withdraws: Bool = true) throws -> Outcome {
    let stored = try storedName(of: name)
    return try change(keys, stored, "remove", withdraws: withdraws) { $0.removing(from: stored, at: now) }
  }

  /// Contacts, or with none given the whole sequence.
  package func setPaused(_ isPaused: Bool, _ keys: [String], in name: String) throws -> Outcome {
    let stored = try storedName(of: name)
    let verb = isPaused ? "pause" : "resume"
    if !keys.isEmpty { return try change(keys, stored, verb) { $0.pausing(isPaused, in: stored) } }
    let state = try store.members(of: stored, keys: [], program: book.program).state
    guard let deployment = state.deployments[stored], deployment.isPaused != isPaused else {
      return Outcome(unchanged: [name])
    }
    try store.setPaused(stored, isPaused, now: now)
    return Outcome(done: [name])
  }

  private func change(
    _ keys: [String], _ sequence: String, _ verb: String, withdraws: Bool = true,
    _ change: (SequenceState) -> SequenceChanges
  ) throws -> Outcome {
    let members = try store.members(of: sequence, keys: keys, program: book.program)
    let changes = try store.change(
      sequence, by: verb, keys: keys, program: book.program, now: now, withdraws: withdraws
    ) { change($0.state) }
    let changed = Set(changes.enrolments.map(\.enrolment.contact))
    var outcome = Outcome(unknown: unknown(keys, members))
    for (row, member) in members.contacts.enumerated() {
      if changed.contains(Int32(row)) {
        outcome.done.append(member.keys.contact)
      } else {
        outcome.unchanged.append(member.keys.contact)
      }
    }
    return outcome
  }

  private func unknown(_ keys: [String], _ members: SequenceMembers) -> [String] {
    let known = Set(members.contacts.map { $0.keys.contact.lowercased() })
    return keys.filter { !known.contains($0.lowercased()) }
  }

  /// Under which the database keeps it: a new name counts from the next run on. One that is no longer declared can still
  /// be emptied and stopped.
  private func storedName(of name: String) throws -> String {
    let state = try store.members(of: name, keys: [], program: book.program).state
    if state.deployments[name] != nil { return name }
    guard let former = try sequence(named: name).formerName, state.deployments[former] != nil else { return name }
    return former
  }

  // MARK: - Another version

  /// - Parameter step: where whoever stands on a step that is gone goes, at its start.
  package func migration(of name: String, to step: String?) throws -> SequenceMigration {
    let sequence = try sequence(named: name)
    if let step, !sequence.steps.contains(where: { $0.name == step }) {
      throw UnknownStep(step: step, sequence: name, declared: sequence.steps.map(\.name))
    }
    let stored = try storedName(of: name)
    let members = try store.members(of: stored, keys: nil, program: book.program)
    let finder = finder(for: sequence, to: step)
    let program = SequenceProgram(sequence)
    let calendar = book.program.policy.calendar(holidays: PolicyHolidays(of: book).days)
    let moves = (members.state.enrolments[stored] ?? []).filter { $0.version != sequence.version }.map { enrolment in
      let target = finder?.target(of: enrolment) ?? .nowhere
      let isWaiting = if case (.same, .waiting) = (target, enrolment.rest) { true } else { false }
      let wait = isWaiting ? nil : target.place.flatMap(program.wait)
      return SequenceMigration.Move(
        contact: members.contacts[Int(enrolment.contact)].keys.contact, row: enrolment.contact,
        version: enrolment.version, from: enrolment, target: target,
        waitsUntil: wait.map { calendar.add($0, to: enrolment.clock) }.flatMap { $0 > now ? $0 : nil })
    }
    return SequenceMigration(sequence: name, version: sequence.version, moves: moves)
  }

  /// Moves people exactly as the plan says; whoever came in or went on since it was made is left where they are.
  package func apply(_ migration: SequenceMigration) throws {
    let sequence = try sequence(named: migration.sequence)
    let stored = try storedName(of: migration.sequence)
    let text = book.source.text(sequence.declaration)
    let planned = Dictionary(uniqueKeysWithValues: migration.moves.map { ($0.contact, $0) })
    try store.change(stored, by: "migrate", keys: nil, program: book.program, now: now) { members in
      var places: [Int32: MovedPlace] = [:]
      for enrolment in members.state.enrolments[stored] ?? [] {
        let key = members.contacts[Int(enrolment.contact)].keys.contact
        guard let move = planned[key], move.from.version == enrolment.version, move.from.place == enrolment.place,
          let place = migration.places[move.row]
        else { continue }
        places[enrolment.contact] = place
      }
      return members.state.migrating(places, to: sequence, text: text, at: now)
    }
  }

  private func finder(for sequence: CheckedSequence, to step: String?) -> PlaceFinder? {
    func declaration(_ trees: [SyntaxTree], _ name: String?) -> (declaration: SequenceDeclaration, tree: SyntaxTree)? {
      for tree in trees {
        for case .sequence(let declaration) in tree.declarations
        where name == nil || declaration.head.name.text == name { return (declaration, tree) }
      }
      return nil
    }
    guard let present = declaration(book.trees, sequence.name) else { return nil }
    var earlier: [String: (declaration: SequenceDeclaration, tree: SyntaxTree)] = [:]
    for version in book.earlier where version.name == sequence.name {
      earlier[version.version] = declaration([version.tree], nil)
    }
    return PlaceFinder(program: SequenceProgram(sequence), present: present, earlier: earlier, fallback: step)
  }

  // MARK: - Looking

  package func overview() throws -> [SequenceSummary] {
    try book.program.sequences.map { try summary(of: $0) }
  }

  package func summary(named name: String) throws -> SequenceSummary {
    try summary(of: try sequence(named: name))
  }

  private func summary(of sequence: CheckedSequence) throws -> SequenceSummary {
    let stored = try storedName(of: sequence.name)
    let deployment = try store.members(of: stored, keys: [], program: book.program).state.deployments[stored]
    let asked = try store.approvals(now: now).count { record in
      record.status == .open && record.item != nil && [sequence.name, stored].contains(record.rule)
    }
    return SequenceSummary(
      name: sequence.name, title: sequence.title, version: sequence.version, steps: sequence.steps.map(\.name),
      deployment: deployment, isPausedByText: sequence.frequency.isPaused, holdout: sequence.holdout,
      performance: try store.performance(of: stored), asked: asked)
  }
}
