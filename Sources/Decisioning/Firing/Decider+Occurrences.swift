import BusinessTime
import RuleEngine
import RuleSemantics

// What happened that an `on` rule asks for: not before its deployment, not recorded too late, and not done with.
extension Decider {
  /// In no particular order; `due` is when it happened, until the wait is added. The `where` is not checked yet.
  func occurrences(of plan: RulePlan, _ history: History) -> [Occurrence] {
    recorded(for: plan, from: earliestInterest(of: plan, history)).filter { occurrence in
      !isRecordedTooLate(occurrence)
        && !state.handled.contains(history.occurrence(plan.rule.subject, occurrence.row, occurrence.key))
    }
  }

  /// All that was recorded, whether or not it can still set off the rule.
  func recorded(for plan: RulePlan, from earliest: Instant) -> [Occurrence] {
    switch plan.rule.trigger?.occurrence {
    case nil: return []
    case .event(.type(let event)): return eventOccurrences(event, of: plan, from: earliest)
    case .event(.interactions):
      return program.interactionTypes.flatMap { eventOccurrences($0, of: plan, from: earliest) }
    case .changed(let reference, let value): return changeOccurrences(reference, to: value, of: plan, from: earliest)
    }
  }

  /// Events that came to be known too long after they happened set off nothing.
  func isRecordedTooLate(_ occurrence: Occurrence) -> Bool {
    guard case .event(let event, let index) = occurrence.source else { return false }
    let latenessMilliseconds = Int64(DecisionState.lateness.elapsedMilliseconds ?? 0)
    return snapshot.events[event.index].recordedAt[index] - occurrence.at.milliseconds > latenessMilliseconds
  }

  /// What happened before cannot be due any more, nor be held. An `until` can name any time, so that everything since
  /// the deployment is of interest.
  private func earliestInterest(of plan: RulePlan, _ history: History) -> Instant {
    let deployed = history.deployment?.firstAt ?? now
    let wait: TimeSpan
    switch plan.rule.trigger?.wait {
    case .until: return deployed
    case .duration(let span): wait = span
    case nil: wait = TimeSpan(0, .hours)
    }
    let held = state.holds.filter { $0.key.rule == history.name }.values.map(\.since).min() ?? now
    let asked = state.approvals.questions[history.name]?.askedAt ?? now
    let late = calendars.common.subtract(DecisionState.lateness, from: min(held, asked, now))
    // A contact's own holidays can make a business wait longer than the common calendar does.
    let margin: TimeSpan
    switch wait.unit {
    case .minutes, .hours: margin = TimeSpan(0, .hours)
    case .days, .weeks, .months: margin = TimeSpan(1, .days)
    case .businessHours, .businessDays: margin = TimeSpan(30, .days)
    }
    let start = calendars.common.subtract(margin, from: calendars.common.subtract(wait, from: late))
    return max(deployed, start)
  }

  private func eventOccurrences(
    _ event: EventID, of plan: RulePlan, from earliest: Instant
  ) -> [Occurrence] {
    guard event.index < snapshot.events.count else { return [] }
    let table = snapshot.events[event.index]
    let schema = program[event]
    var found: [Occurrence] = []
    for index in 0..<table.count {
      let at = table.times[index]
      guard at >= earliest.milliseconds else { continue }
      let owner: Subject = schema.isForAccount ? .account : .contact
      guard at <= now.milliseconds else {
        look(owner, table.owners[index], at: Instant(milliseconds: at))
        continue
      }
      let key = OccurrenceKey.event(type: schema.name, id: table.ids[index])
      add(
        Occurrence(
          row: 0, key: key, at: Instant(milliseconds: at), source: .event(event, index),
          due: Instant(milliseconds: at)), owner, table.owners[index], plan, to: &found)
    }
    return found
  }

  private func changeOccurrences(
    _ reference: Reference, to value: Value?, of plan: RulePlan, from earliest: Instant
  ) -> [Occurrence] {
    let owner: Subject = reference.viaAccount ? .account : plan.rule.subject
    var missingMeans: Value?
    if case .field(let field) = reference.attribute { missingMeans = program.record(of: owner)[field].missingMeans }
    var found: [Occurrence] = []
    // A simulation keeps the changes of months: most are not copied.
    let earlier = state.changes.indices.filter { state.changes[$0].at >= earliest && state.changes[$0].at <= now }
    for var change in [earlier.map { state.changes[$0] }, transitions].joined() {
      guard change.subject == owner, change.attribute == reference.attribute, change.source != .import,
        change.at >= earliest, change.at <= now
      else { continue }
      if let missingMeans {
        // Rules see the default in place of nothing; where it is written down, nothing changes for them.
        if change.old == .missing { change.old = missingMeans }
        if change.new == .missing { change.new = missingMeans }
        if change.old == change.new { continue }
      }
      if change.new == .missing { continue }
      if let value, !isSame(change.new, value) { continue }
      let key: OccurrenceKey
      if case .definition(let id) = change.attribute {
        key = .transition(definition: program[id].name, at: change.at)
      } else {
        key = .change(id: change.id)
      }
      add(
        Occurrence(row: 0, key: key, at: change.at, source: .change(change), due: change.at), owner, change.row, plan,
        to: &found)
    }
    return found
  }

  /// Adds the occurrence for everyone it concerns: what happens to an account happens to its people, and what a contact
  /// does, its account does.
  private func add(
    _ occurrence: Occurrence, _ owner: Subject, _ ownerRow: Int32, _ plan: RulePlan,
    to found: inout [Occurrence]
  ) {
    let rows: [Int32]
    switch (owner, plan.rule.subject) {
    case (.contact, .contact), (.account, .account): rows = [ownerRow]
    case (.account, .contact): rows = contacts(ofAccount: ownerRow)
    case (.contact, .account):
      let account = snapshot.accountOfContact[Int(ownerRow)]
      rows = account < 0 ? [] : [account]
    }
    for row in rows {
      var occurrence = occurrence
      occurrence.row = row
      found.append(occurrence)
    }
  }

  /// Text compares without regard to case.
  private func isSame(_ left: Value, _ right: Value) -> Bool {
    guard case .text(let left) = left, case .text(let right) = right else { return left == right }
    var pool = TextPool()
    let codes = [left, right].map { pool.code(for: $0) }
    return pool.folded(codes[0]) == pool.folded(codes[1])
  }
}

extension CheckedProgram {
  /// The types of events with a worth.
  var interactionTypes: [EventID] {
    events.indices.filter { events[$0].worth != nil }.map(EventID.init)
  }
}
