package import BusinessTime
package import ContactStore
import Decisioning
import RuleEngine
import RuleSemantics

/// Decides about those alone of whom something changed or whose time has come, and about everybody where that is needed:
/// for a rule book that is new here, when another program wrote to the database, when so many are concerned that a person
/// has to be asked, and as a net every so often.
///
/// What is kept in memory says whom to look at and when; what is decided upon is loaded from the store, by the same road
/// as a run over everybody. So the decisions are those that such a run would make at the same instant.
// @unchecked: one step runs at a time; the daemon calls them on one queue.
package final class LiveRuns: @unchecked Sendable {
  private let store: Store
  private var watch: Watch?
  private var lastRun: Instant?
  private var nextNet = Instant.earliest
  /// Before that no change makes another run over everybody; so these take little of the time.
  private var earliestEverybody = Instant.earliest
  /// Whether those who wait can only be decided about with everybody.
  private var isBlocked = false
  /// How often a record was decided about because of what was decided about it before, since the last net.
  private var echoes: [RunSubject: Int] = [:]

  /// What is known of the data while a rule book is followed.
  private struct Watch {
    let hash: String
    let prepared: PreparedBook
    let live: LiveEvaluation
    var records: LiveRecords
    var due = DueRecords()
    /// When something is due that concerns everybody.
    var everybodyDue: Instant?
    /// What everybody does, as long as nothing of it changes.
    var everybodysEvents: EverybodysEvents?
    /// Decided about next.
    var waiting = WaitingRecords()
    var foreignVersion: Int64
    /// Whether `live` holds what is no longer so; it is made anew with the next run over everybody.
    var isOutdated = false
  }

  /// What came of a step.
  package struct Step: Sendable {
    /// Each run that was made, whether or not it decided anything.
    package var runs: [RunResult] = []
    /// When to step again without anything happening.
    package var next: Instant
    /// Whether a run over everybody was among them.
    package var wasEverybody = false
    /// Whether somebody still waits of whom it was known before the step that they are to be decided about.
    package var isBehind = false
  }

  /// More than that share of the contacts are not looked up one by one.
  private static let largestShare = 0.1
  /// So many records at once, so that none waits long for others.
  private static let batch = 100
  /// So often what a record's own actions change is followed at once; then it waits for the net.
  private static let mostEchoes = 10
  /// So long time has to pass by itself before it is looked at again.
  private static let leastMilliseconds: Int64 = 1_000
  /// A day and an hour.
  private static let longestStandstill: Int64 = 90_000_000

  package init(_ store: Store) { self.store = store }

  /// Decides what there is to decide.
  ///
  /// - Parameters:
  ///   - clock: the time of each run; it never goes back here.
  ///   - everyMilliseconds: how long after a run over everybody comes the next at the latest.
  package func step(
    _ book: RuleBook, everyMilliseconds: Int64, clock: () -> Instant
  ) throws -> Step {
    var step = Step(next: .earliest)
    let now = time(clock)
    if watch?.hash == book.hash {
      try takeChanges(now)
      if let due = watch?.everybodyDue, due <= now { nextNet = min(nextNet, now) }
    } else {
      watch = nil
    }
    let mark = watch?.waiting.mark ?? 0
    do {
      if watch == nil || now >= nextNet {
        try runEverybody(book, clock, everyMilliseconds, &step)
      } else if !isBlocked {
        try runWaiting(book, clock, everyMilliseconds, &step)
      }
    } catch {
      // What was committed may not be taken over.
      watch?.isOutdated = true
      nextNet = .earliest
      throw error
    }
    step.next = next(after: time(clock))
    step.isBehind = watch?.waiting.holdsAny(before: mark) ?? true
    return step
  }

  /// When to step again if nothing happens.
  private func next(after now: Instant) -> Instant {
    guard watch != nil else { return now }
    if watch?.waiting.isEmpty == false { return isBlocked ? max(now, nextNet) : now }
    let times = [watch?.live.nextInstant, watch?.due.next(), watch?.everybodyDue].compactMap(\.self)
    let soonest = now.adding(milliseconds: Self.leastMilliseconds)
    return max(soonest, min(times.min() ?? nextNet, nextNet))
  }

  /// Time stands still here while the clock shows what was before the last run.
  private func time(_ clock: () -> Instant) -> Instant {
    let now = clock()
    guard let next = lastRun?.adding(milliseconds: 1), next > now else { return now }
    // So far back nobody puts a clock on purpose: the run says so.
    return next.milliseconds - now.milliseconds > Self.longestStandstill ? now : next
  }

  /// Everybody is to be decided about, soon.
  private func wantEverybody(_ now: Instant) { nextNet = min(nextNet, max(now, earliestEverybody)) }

  // MARK: - Everybody

  private func runEverybody(
    _ book: RuleBook, _ clock: () -> Instant, _ everyMilliseconds: Int64, _ step: inout Step
  ) throws {
    if lastRun == nil { lastRun = try store.runs(limit: 1).first?.at }
    let now = time(clock)
    let former = watch
    let isKept = former.map { $0.hash == book.hash && !$0.isOutdated } ?? false
    // Whatever goes wrong from here on, the next step begins anew.
    watch = nil
    let prepared = try PreparedBook(book, store)
    var version = former?.foreignVersion ?? 0
    if !isKept { version = try store.watch(prepared.program) }
    let attempt = try RunService.Attempt(prepared, store, now)
    let result = try attempt.commit(to: store)
    step.runs.append(result)
    step.wasEverybody = true
    lastRun = now
    isBlocked = false
    nextNet = now.adding(milliseconds: everyMilliseconds)
    earliestEverybody = now.adding(milliseconds: min(30_000, 10 * max(0, clock().milliseconds - now.milliseconds)))
    echoes.removeAll()
    var next: Watch
    if isKept, let former {
      next = former
      next.waiting.removeAll()
    } else {
      next = Watch(
        hash: book.hash, prepared: prepared,
        live: LiveEvaluation(
          plan: prepared.plan.evaluation, snapshot: attempt.loaded.snapshot, now: now, calendar: prepared.calendar,
          loaded: prepared.reads),
        records: LiveRecords(attempt.loaded.rows, attempt.loaded.snapshot), foreignVersion: version)
    }
    next.due.removeAll()
    watch = next
    let (looks, rows) = (result.decisions.nextLooks, attempt.loaded.rows)
    for (row, time) in looks.contacts { setDue(.contact, rows.contacts[Int(row)], time) }
    for (row, time) in looks.accounts { setDue(.account, rows.accounts[Int(row)], time) }
    watch?.everybodyDue = looks.everybody
    try takeOver(result.decisions, rows, known: isKept ? nil : attempt.loaded)
    // What was written before the data were read is in the decisions already.
    if result.decisions.halt != nil { watch?.waiting.removeAll() }
  }

  // MARK: - Some

  private func runWaiting(
    _ book: RuleBook, _ clock: () -> Instant, _ everyMilliseconds: Int64, _ step: inout Step
  ) throws {
    // Not the whole of `watch`, or what is changed below would be copied first.
    guard let prepared = watch?.prepared, let live = watch?.live, let waiting = watch?.waiting.count, waiting > 0 else {
      return
    }
    let now = time(clock)
    let population = DecisionOptions.Population(
      contacts: live.count(of: .contact), accounts: live.count(of: .account))
    if Double(waiting) > max(Double(Self.batch), Self.largestShare * Double(population.contacts)) {
      wantEverybody(now)
      if now >= nextNet { return try runEverybody(book, clock, everyMilliseconds, &step) }
    }
    let some = watch?.waiting.first(Self.batch) ?? []
    let scope = RunScope(
      contacts: some.filter { $0.subject == .contact }.map(\.id).sorted(),
      accounts: some.filter { $0.subject == .account }.map(\.id).sorted())
    let attempt = try RunService.Attempt(
      prepared, store, now, about: scope, of: population, everybody: watch?.everybodysEvents)
    if attempt.decisions.concernsEverybody {
      wantEverybody(now)
      if now >= nextNet { return try runEverybody(book, clock, everyMilliseconds, &step) }
      isBlocked = true
      return
    }
    if attempt.decisions.wantsEverybody { wantEverybody(now) }
    if let events = attempt.loaded.snapshot.knownToAll {
      watch?.everybodysEvents = .known(events, marks: attempt.loaded.everybodysMarks)
    }
    let result = try attempt.commitNews(to: store)
    step.runs.append(result)
    if result.committed != nil { lastRun = now }
    watch?.waiting.remove(some)
    let (looks, rows) = (result.decisions.nextLooks, attempt.loaded.rows)
    for (row, id) in rows.contacts.enumerated() { setDue(.contact, id, looks.contacts[Int32(row)]) }
    for (row, id) in rows.accounts.enumerated() { setDue(.account, id, looks.accounts[Int32(row)]) }
    // Questions are looked at by a run over everybody alone.
    try takeOver(result.decisions, rows, known: nil)
  }

  // MARK: - What changed

  private func setDue(_ subject: Subject, _ id: Int64, _ time: Instant?) {
    watch?.due.set(time, for: RunSubject(subject: subject, id: id))
  }

  /// Takes over what a run wrote.
  ///
  /// - Parameter known: what the live evaluation was just made from, and holds already.
  private func takeOver(_ decisions: Decisions, _ rows: RowIdentities, known: LoadedState?) throws {
    try takeChanges(decisions.now, past: (decisions.changes, rows), known: known)
  }

  /// Somebody is to be decided about. What a record's own actions change is followed too, but not for ever.
  private func wait(for subject: Subject, id: Int64, isOwn: Bool = false) {
    let subject = RunSubject(subject: subject, id: id)
    if isOwn {
      echoes[subject, default: 0] += 1
      if echoes[subject, default: 0] > Self.mostEchoes { return }
    }
    watch?.waiting.insert(subject)
  }

  /// Brings what is kept up to date, and finds out who is to be decided about.
  private func takeChanges(
    _ now: Instant, past: (StateChanges, RowIdentities)? = nil, known: LoadedState? = nil
  ) throws {
    guard let prepared = watch?.prepared, let live = watch?.live else { return }
    let changes = try store.takeChanges(of: prepared.program, reading: prepared.reads)
    if changes.foreignVersion != watch?.foreignVersion || changes.isTooMuch {
      watch?.foreignVersion = changes.foreignVersion
      watch?.isOutdated = true
      wantEverybody(now)
    }
    if changes.isLossy { watch?.isOutdated = true }
    let everybodys = prepared.reads.everybodysFields
    let isAboutEverybody = changes.events.contains { everybodys[$0.type] != nil }
    // Whoever is new is counted among everybody.
    let isAnyNew = changes.contacts.contains { watch?.records.contacts.row($0.id) == nil }
    if isAboutEverybody || isAnyNew || changes.isLossy || watch?.isOutdated == true { watch?.everybodysEvents = nil }
    if let (past, rows) = past { apply(past, rows, at: now, to: live) }
    apply(changes, to: live, known: known)
    for flip in live.advance(to: now) {
      guard let row = flip.row else {
        // The same for everybody.
        wantEverybody(now)
        continue
      }
      let subject = live.answers[flip.answer].subject
      if let id = watch?.records[subject].ids[Int(row)] { wait(for: subject, id: id, isOwn: past != nil) }
    }
    for subject in watch?.due.take(upTo: now) ?? [] { wait(for: subject.subject, id: subject.id, isOwn: past != nil) }
  }

  private func apply(_ changes: DataChanges, to live: LiveEvaluation, known: LoadedState?) {
    for record in changes.accounts { apply(record, .account, to: live) }
    for record in changes.contacts { apply(record, .contact, to: live) }
    for record in changes.deals { applyDeal(record, to: live) }
    let loaded = known.map { KnownEvents($0.snapshot) }
    for event in changes.events {
      let subject: Subject = live.plan.program[event.type].isForAccount ? .account : .contact
      guard let row = watch?.records[subject].row(event.owner) else { continue }
      wait(for: subject, id: event.owner, isOwn: event.isOwn)
      if loaded?.holds(event, of: row) == true { continue }
      live.apply(
        .event(
          event.type, owner: row, id: event.id, at: event.at, recordedAt: event.recordedAt, fields: event.fields))
    }
    for contact in changes.others { wait(for: .contact, id: contact) }
  }

  private func apply(_ record: DataChanges.Record, _ subject: Subject, to live: LiveEvaluation) {
    wait(for: subject, id: record.id, isOwn: record.isOwn)
    let account = record.account.flatMap { watch?.records.accounts.row($0) }
    guard let row = watch?.records[subject].row(record.id) else {
      switch subject {
      case .contact:
        live.apply(.contact(key: record.key, account: account, owner: record.owner, fields: record.fields))
        watch?.records.appendContact(record.id, of: account)
      case .account:
        live.apply(.account(key: record.key, owner: record.owner, fields: record.fields))
        watch?.records.appendAccount(record.id)
      }
      return
    }
    // Keys that change stand in another order from then on.
    if live.key(of: subject, row: row) != record.key { watch?.isOutdated = true }
    live.apply(.owner(subject, row: row, record.owner))
    let reads = watch?.prepared.reads
    for field in (subject == .contact ? reads?.contactFields : reads?.accountFields) ?? [] {
      live.apply(
        .field(subject, row: row, field, record.fields[field.index], at: record.changedAt[field]))
    }
    if subject == .contact, watch?.records.moveContact(row, to: account) == true {
      live.apply(.accountOfContact(row: row, account))
    }
  }

  private func applyDeal(_ record: DataChanges.Record, to live: LiveEvaluation) {
    let account = record.account.flatMap { watch?.records.accounts.row($0) }
    if let id = record.account { wait(for: .account, id: id) }
    guard let row = watch?.records.deals.row(record.id) else {
      live.apply(.deal(key: record.key, account: account, owner: record.owner, fields: record.fields))
      watch?.records.appendDeal(record.id, of: account)
      return
    }
    for field in watch?.prepared.reads.dealFields ?? [] {
      live.apply(.dealField(row: row, field, record.fields[field.index]))
    }
    if watch?.records.moveDeal(row, to: account) == true { live.apply(.accountOfDeal(row: row, account)) }
  }

  /// What a run leaves behind of journeys and segments.
  private func apply(_ past: StateChanges, _ rows: RowIdentities, at now: Instant, to live: LiveEvaluation) {
    func row(_ subject: Subject, _ row: Int32) -> Int32? {
      watch?.records[subject].row(subject == .contact ? rows.contacts[Int(row)] : rows.accounts[Int(row)])
    }
    for definition in past.begun { live.apply(.begun(definition)) }
    for change in past.stages {
      guard let row = row(change.subject, change.row) else { continue }
      live.apply(.stage(change.definition, row: row, change.to, at: now))
    }
    for change in past.memberships {
      guard let row = row(change.subject, change.row) else { continue }
      live.apply(.member(change.definition, row: row, change.isMember, at: now))
    }
  }
}

extension Snapshot {
  /// What everybody does, for another snapshot: `nil` where it was not read, or refers to the texts of this one.
  fileprivate var knownToAll: [EventID: EventTable]? {
    if everybodysEvents.isEmpty { return nil }
    let isFree = everybodysEvents.values.allSatisfy { table in
      table.columns.allSatisfy { column in
        switch column {
        case .texts, .lists, .coded: false
        default: true
        }
      }
    }
    return isFree ? everybodysEvents : nil
  }
}

/// The events of a snapshot, to find one.
private struct KnownEvents {
  private let tables: [EventTable]

  init(_ snapshot: Snapshot) { tables = snapshot.events }

  func holds(_ event: DataChanges.Event, of row: Int32) -> Bool {
    guard tables.indices.contains(event.type.index) else { return false }
    let table = tables[event.type.index]
    var (low, high) = (0, table.count)
    while low < high {
      let middle = (low + high) / 2
      if table.owners[middle] < row { low = middle + 1 } else { high = middle }
    }
    while low < table.count, table.owners[low] == row {
      if table.ids[low] == event.id, table.times[low] == event.at.milliseconds { return true }
      low += 1
    }
    return false
  }
}
