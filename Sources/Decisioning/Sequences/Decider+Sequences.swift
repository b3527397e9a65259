import BusinessTime
import RuleDiagnostics
import RuleEngine
import RuleSemantics

// One sequence: who comes in, and how far everybody gets. Whoever is in it goes through the version they entered.
extension Decider {
  func decide(_ plan: SequencePlan) {
    let sequence = plan.sequence
    var report = Decisions.SequenceReport(name: sequence.name, range: sequence.range)
    let history = SequenceHistory(of: sequence, in: state.sequences)
    report.isNew = history.deployment == nil
    report.isPaused = sequence.frequency.isPaused || history.deployment?.isPaused == true
    let rests = report.isPaused
    var draft = SequenceDraft(
      report: report, salt: history.salt(of: sequence, at: now),
      isFirstReach: history.deployment == nil)
    let new = newcomers(to: plan, history, rests: rests, &draft)
    // A sequence that is new and asks about everybody has not begun; among some alone it does not begin at all.
    let isAsked = history.deployment == nil && draft.report.approval != nil
    if !rests, !isAsked, options.population == nil, history.isChanged(by: sequence) {
      decisions.changes.sequences.deployments.append(history.deploying(sequence, text: plan.text, at: now))
    }
    let all = (history.enrolments + new).sorted { $0.contact < $1.contact }
    if rests {
      for enrolment in all { rest(enrolment, sequence, &draft) }
    } else {
      leadOn(all, plan, history, &draft)
    }
    keep(draft)
  }

  /// Nobody gets anywhere; whoever is to be taken out is.
  private func rest(_ enrolment: Enrolment, _ sequence: CheckedSequence, _ draft: inout SequenceDraft) {
    var enrolment = enrolment
    if let by = removal(of: enrolment.contact, from: sequence.name) {
      enrolment.end(.removed(by: by), at: now)
      draft.changed.append(enrolment)
    }
    draft.report.count(enrolment)
  }

  // MARK: - Who comes in

  /// In no particular order; those for whom the goal or an exit is true already are among them, for now.
  private func newcomers(
    to plan: SequencePlan, _ history: SequenceHistory, rests: Bool, _ draft: inout SequenceDraft
  ) -> [Enrolment] {
    guard let enroll = plan.enroll, let version = plan.versions[plan.sequence.version] else { return [] }
    let frequency = plan.sequence.frequency
    let truths = evaluation.truths(enroll, of: .contact)
    let leavesAlone = frequency.isFromNowOn && draft.report.isNew
    let inside = Set(history.enrolments.map(\.contact))
    var rows: [Int32] = []
    var position = 0
    for row in 0..<Int32(truths.count) {
      // The entries are sorted as the rows are: the two are read side by side.
      while position < history.entries.rows.count, history.entries.rows[position] < row { position += 1 }
      let hasEntry = position < history.entries.rows.count && history.entries.rows[position] == row
      let entry = hasEntry ? history.entries.firings[position] : .none
      switch truths[Int(row)] {
      case 0:
        if !rests, hasEntry, let armed = entry.armed() { draft.entries[row] = armed }
      case 1:
        draft.report.matched += 1
        if rests { continue }
        if leavesAlone {
          draft.entries[row] = Firing(isExcluded: true)
        } else if !entry.isExcluded, !inside.contains(row), !isSkipped(.contact, row),
          claims[.enrolment(plan.sequence.name, row)] == nil
        {
          if frequency.repetition.allows(entry, isOver: { isOver($0, since: $1, .contact, row) }) {
            rows.append(row)
          } else {
            lookAgain(frequency.repetition, entry, .contact, row)
          }
        }
      default: draft.report.unknown += 1
      }
    }
    rows = withoutThoseWhoAreThrough(rows, version)
    leaveToEverybody(plan, history, rows, rests: rests)
    if let perAccount = frequency.perAccount {
      rows = limited(ranked(rows, perAccount, plan.rank), perAccount, history)
    }
    return allowed(rows, into: plan, history, &draft).map { row in
      let new = Enrolment(
        of: row, drawnKeys(row), in: plan.sequence, salt: options.fixedArms != nil ? nil : draft.salt,
        source: .condition, at: now)
      draft.entries[row] = .acted(at: now)
      draft.new.insert(row)
      if new.isHeldOut { draft.report.heldOut += 1 } else { draft.report.enrolled += 1 }
      return new
    }
  }

  /// There is nothing to win where the goal is reached already, and nobody comes in who would go out at once.
  private func withoutThoseWhoAreThrough(_ rows: [Int32], _ version: SequenceVersion) -> [Int32] {
    guard !rows.isEmpty else { return [] }
    let would = rows.map { row in
      Enrolment(contact: row, version: "", enteredAt: now, source: .condition, place: version.program.start)
    }
    let batch = OccurrenceBatch(would, version.sequence)
    let out = ([version.goal] + version.exits.map(\.node)).compactMap(\.self).map { batch.truths($0, evaluation) }
    return rows.indices.filter { index in out.allSatisfy { $0[index] != 1 } }.map { rows[$0] }
  }

  private func limited(
    _ rows: [Int32], _ perAccount: CheckedRule.PerAccount, _ history: SequenceHistory
  ) -> [Int32] {
    let start = calendars.common.subtract(perAccount.per, from: now)
    var taken: Set<Int32> = []
    for row in rows {
      let account = snapshot.accountOfContact[Int(row)]
      let others =
        account < 0
        ? 0
        : contacts(ofAccount: account).count { other in
          other != row && (taken.contains(other) || (history.entries[other].reached.map { $0 > start } ?? false))
        }
      if others < perAccount.limit { taken.insert(row) }
    }
    for row in rows where !taken.contains(row) {
      let account = snapshot.accountOfContact[Int(row)]
      let times = contacts(ofAccount: account).filter { $0 != row }.compactMap { history.entries[$0].reached }
      if let first = times.filter({ $0 > start }).min() {
        look(.contact, row, at: calendars.common.add(perAccount.per, to: first))
      }
    }
    return rows.filter(taken.contains)
  }

  func drawnKeys(_ row: Int32) -> DrawnKeys {
    let account = snapshot.accountOfContact[Int(row)]
    return DrawnKeys(
      contact: key(of: .contact, row: row), account: account < 0 ? nil : key(of: .account, row: account))
  }

  // MARK: - How far everybody gets

  private func leadOn(
    _ all: [Enrolment], _ plan: SequencePlan, _ history: SequenceHistory, _ draft: inout SequenceDraft
  ) {
    let parts = Dictionary(grouping: all.indices, by: { all[$0].version })
    var batches: [String: SequenceBatch] = [:]
    for (version, indices) in parts {
      guard let compiled = plan.versions[version] else { continue }
      batches[version] = SequenceBatch(indices.map { all[$0] }, compiled, evaluation)
    }
    var positions: [String: Int] = [:]
    for enrolment in all {
      let position = positions[enrolment.version, default: 0]
      positions[enrolment.version] = position + 1
      guard let batch = batches[enrolment.version] else {
        // Its version cannot be read any more: when in doubt nothing is done.
        draft.report.stranded += 1
        draft.report.problem = draft.report.problem ?? plan.broken[enrolment.version]?.problem
        rest(enrolment, plan.sequence, &draft)
        continue
      }
      lead(enrolment, batch, position, plan.sequence, &draft)
    }
  }

  private func lead(
    _ before: Enrolment, _ batch: SequenceBatch, _ position: Int, _ sequence: CheckedSequence,
    _ draft: inout SequenceDraft
  ) {
    var enrolment = before
    let isNew = draft.new.contains(before.contact)
    guard !before.isPaused, !isSkipped(.contact, before.contact) else { return rest(before, sequence, &draft) }
    var surroundings = SequenceSurroundings(
      decider: self, batch: batch, position: position, sequence: sequence.name, enrolment: before, salt: draft.salt)
    assigned = nil
    advance(&enrolment, through: batch.version.program, &surroundings)
    draft.actions += surroundings.actions
    switch enrolment.rest {
    case .waiting(let until), .held(let until), .closed(let until): look(.contact, enrolment.contact, at: until)
    case .ready: break
    }
    // Whoever is through may come in again.
    if enrolment.ending != nil {
      let entry =
        draft.entries[before.contact] ?? SequenceHistory(of: sequence, in: state.sequences).entries[before.contact]
      lookAgain(sequence.frequency.repetition, entry, .contact, before.contact)
    }
    if surroundings.actions.contains(where: { $0.outcome == .act }) { draft.report.acted += 1 }
    if isNew || enrolment != before { draft.changed.append(enrolment) }
    draft.report.count(enrolment)
  }

  private func keep(_ draft: SequenceDraft) {
    let name = draft.report.name
    decisions.sequences.append(draft.report)
    memberships[name] = Dictionary(
      draft.changed.map { ($0.contact, $0.ending == nil) }, uniquingKeysWith: { $1 })
    decisions.actions += draft.actions
    decisions.changes.sequences.enrolments += draft.changed.map {
      .init(sequence: name, enrolment: $0, isNew: draft.new.contains($0.contact))
    }
    decisions.changes.sequences.entries += draft.entries.keys.sorted().compactMap { row in
      draft.entries[row].map { .init(sequence: name, row: row, entry: $0) }
    }
  }

  // MARK: - What rules ask for

  /// By whom the contact is taken out of the sequence in this run.
  func removal(of row: Int32, from sequence: String) -> String? {
    guard let claim = claims[.enrolment(sequence, row)], claim.value == .flag(false) else { return nil }
    return claim.rule
  }

  func resolveEnrolment(_ action: CheckedAction, _ index: Int, _ place: Place) -> ResolvedAction {
    let name = action.name(.sequence) ?? ""
    let isMember = action.id == .enroll
    let target = Claims.Target.enrolment(name, place.row)
    var resolved = ResolvedAction(
      id: action.id, index: index, arguments: [.init(.sequence, .text(name))],
      request: .members([
        ("kind", .text(action.id.requestKind)), ("sequence", .text(name)),
        ("object", .text(place.subject.rawValue)), ("key", .text(key(of: place.subject, row: place.row))),
      ]), effect: .enrolment(sequence: name, isMember: isMember), target: name, claim: (target, .flag(isMember)))
    guard let plan = plan.sequences.first(where: { $0.sequence.name == name }) else {
      resolved.outcome = .already
      return resolved
    }
    let history = SequenceHistory(of: plan.sequence, in: state.sequences)
    if let claim = claims[target], claim.rule != place.rule {
      resolved.outcome = claim.value == .flag(isMember) ? .already : .overridden(by: claim.rule)
    } else if isEnrolled(place.row, name, history) == isMember {
      resolved.outcome = .already
    } else if isMember, let last = tooSoon(place.row, plan.sequence, history) {
      resolved.outcome = .enrolledBefore(at: last)
    }
    if resolved.outcome != .act { resolved.claim = resolved.outcome == .already ? resolved.claim : nil }
    return resolved
  }

  /// With what this run has done so far.
  private func isEnrolled(_ row: Int32, _ name: String, _ history: SequenceHistory) -> Bool {
    memberships[name]?[row] ?? (history.enrolment(of: row) != nil)
  }

  /// When the contact was enrolled last, where the sequence does not take it again yet. A rule that enrolls says itself
  /// when; the sequence says how often.
  private func tooSoon(_ row: Int32, _ sequence: CheckedSequence, _ history: SequenceHistory) -> Instant? {
    guard let last = history.entries[row].last else { return nil }
    switch sequence.frequency.repetition {
    case .everyTime, .upkeep: return nil
    case .once: return last
    case .onceEvery(let span): return calendars[.contact, row].add(span, to: last) <= now ? nil : last
    }
  }

  /// Enrolls and takes out whom rules named. Whoever a rule enrolls is in the sequence from this run on and taken on by
  /// the next, as all effects of a run show in the next.
  func finishSequences() {
    let requests = decisions.changes.sequences.requests
    decisions.changes.sequences.requests = []
    // Where each contact's change stands, so that a removal finds it.
    var known: [String: [Int32: Int]] = [:]
    if requests.contains(where: { !$0.isMember }) {
      for (index, change) in decisions.changes.sequences.enrolments.enumerated() {
        known[change.sequence, default: [:]][change.enrolment.contact] = index
      }
    }
    for request in requests {
      guard let plan = plan.sequences.first(where: { $0.sequence.name == request.sequence }) else { continue }
      if request.isMember {
        enroll(request.row, plan)
      } else {
        remove(request.row, plan, by: request.by, known: known[request.sequence]?[request.row])
      }
    }
    let turned = turns.filter { state.sequences.turns[$0.key] != $0.value }
    decisions.changes.sequences.turns = turned
  }

  private func enroll(_ row: Int32, _ plan: SequencePlan) {
    // Somebody may come into a sequence that has never acted, since it is paused.
    let isDeployed = decisions.changes.sequences.deployments.contains { $0.sequence == plan.sequence.name }
    let history = SequenceHistory(of: plan.sequence, in: state.sequences)
    let salt = options.fixedArms != nil ? nil : history.salt(of: plan.sequence, at: now)
    if !isDeployed, history.isChanged(by: plan.sequence) {
      decisions.changes.sequences.deployments.append(history.deploying(plan.sequence, text: plan.text, at: now))
    }
    let new = Enrolment(of: row, drawnKeys(row), in: plan.sequence, salt: salt, source: .action, at: now)
    // The next run takes it on.
    look(.contact, row, at: now)
    decisions.changes.sequences.enrolments.append(
      .init(sequence: plan.sequence.name, enrolment: new, isNew: true))
    decisions.changes.sequences.entries.append(
      .init(sequence: plan.sequence.name, row: row, entry: .acted(at: now)))
    guard let report = decisions.sequences.firstIndex(where: { $0.name == plan.sequence.name }) else { return }
    if new.isHeldOut { decisions.sequences[report].heldOut += 1 } else { decisions.sequences[report].enrolled += 1 }
    decisions.sequences[report].count(new)
  }

  /// Where the sequence had its turn before the rule, what it did is done; from now on it does no more.
  private func remove(_ row: Int32, _ plan: SequencePlan, by rule: String, known: Int?) {
    let name = plan.sequence.name
    if let known {
      guard decisions.changes.sequences.enrolments[known].enrolment.ending == nil else { return }
      decisions.changes.sequences.enrolments[known].enrolment.end(.removed(by: rule), at: now)
    } else if var enrolment = SequenceHistory(of: plan.sequence, in: state.sequences).enrolment(of: row) {
      enrolment.end(.removed(by: rule), at: now)
      decisions.changes.sequences.enrolments.append(.init(sequence: name, enrolment: enrolment, isNew: false))
    } else {
      return
    }
    guard let report = decisions.sequences.firstIndex(where: { $0.name == name }) else { return }
    decisions.sequences[report].removed += 1
  }
}

/// What comes of a sequence in one run.
struct SequenceDraft {
  var report: Decisions.SequenceReport
  let salt: String
  /// Whether those who were there before the sequence are still to be asked about.
  var isFirstReach: Bool
  var actions: [DecidedAction] = []
  var changed: [Enrolment] = []
  var entries: [Int32: Firing] = [:]
  /// Who came in.
  var new: Set<Int32> = []
}

/// What the state knows of a sequence, also under its former name.
struct SequenceHistory {
  /// Under which the state keeps it.
  let name: String
  let deployment: SequenceDeployment?
  let enrolments: [Enrolment]
  let entries: FiringTable

  init(of sequence: CheckedSequence, in state: SequenceState) {
    let former = sequence.formerName.flatMap { state.deployments[$0] == nil ? nil : $0 }
    name = state.deployments[sequence.name] == nil ? former ?? sequence.name : sequence.name
    deployment = state.deployments[name]
    enrolments = state.enrolments[name] ?? []
    entries = state.entries[name] ?? FiringTable()
  }

  func enrolment(of row: Int32) -> Enrolment? {
    var low = 0
    var high = enrolments.count
    while low < high {
      let middle = (low + high) / 2
      if enrolments[middle].contact < row { low = middle + 1 } else { high = middle }
    }
    return low < enrolments.count && enrolments[low].contact == row ? enrolments[low] : nil
  }

  /// Whether the store does not know the present name and text yet.
  func isChanged(by sequence: CheckedSequence) -> Bool {
    name != sequence.name || deployment?.version != sequence.version
  }

  /// Written down at the first deployment.
  func salt(of sequence: CheckedSequence, at now: Instant) -> String {
    deployment?.salt ?? sequence.newSalt(at: now)
  }
}

extension SequencePlan {
  /// Whether it goes before a rule: priority first, then name.
  func goesBefore(_ rule: CheckedRule) -> Bool {
    (rule.priority, sequence.name) < (sequence.priority, rule.name)
  }
}
