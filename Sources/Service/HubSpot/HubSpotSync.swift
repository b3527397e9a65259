package import BusinessTime
package import ContactStore
package import HubSpot
package import Logging
import RuleSemantics

/// Reads from HubSpot: everything once, then what has changed. Each page and the cursor after it are one transaction, so
/// that reading goes on where it was interrupted.
package struct HubSpotSync: Sendable {
  private let book: RuleBook
  private let store: Store
  private let client: HubSpotClient
  private let settings: HubSpotSettings
  private let now: @Sendable () -> Instant
  private let logger: Logger
  /// Deleted records are looked for this often; webhooks tell of them at once.
  private static let archiveMilliseconds: Int64 = 3_600_000

  package init(
    book: RuleBook, store: Store, client: HubSpotClient, settings: HubSpotSettings,
    now: @escaping @Sendable () -> Instant, logger: Logger = HubSpotConnection.quietLogger
  ) {
    self.book = book
    self.store = store
    self.client = client
    self.settings = settings
    self.now = now
    self.logger = logger
  }

  /// How far it has come, for a person who waits.
  package struct Progress: Sendable {
    package var stream: String
    package var records: Int
  }

  /// Reads what there is to read, and goes on where an earlier reading stopped.
  ///
  /// - Parameter isDryRun: whether to find out what would change, and keep nothing.
  package func run(
    isDryRun: Bool = false, progress: (Progress) -> Void = { _ in }
  ) async throws -> SyncSummary {
    try await AccountCheck.require(store, client, isKept: !isDryRun)
    var summary = SyncSummary(isDryRun: isDryRun)
    if !isDryRun { summary.corrections += try await writeCorrections() }
    let owners = try await readOwners(isDryRun: isDryRun)
    summary.owners = owners.count
    // Companies first: contacts and deals belong to them.
    for object in [SyncedObject.companies, .contacts, .deals] {
      guard let plan = SyncPlan(object, book.program, settings) else { continue }
      var stream = try await read(plan, owners, isDryRun, progress)
      if !isDryRun { stream.deleted = try await readArchived(plan, isFull: stream.isFull) }
      summary.streams.append(stream)
    }
    for (name, source) in settings.events.sorted(by: { $0.key < $1.key }) {
      guard let index = book.program.events.firstIndex(where: { $0.name == name }), index > 0 else { continue }
      summary.streams.append(try await read(EventID(index), source, isDryRun, progress))
    }
    if !isDryRun { summary.corrections += try await writeCorrections() }
    return summary
  }

  private func readOwners(isDryRun: Bool) async throws -> [String: String] {
    let owners = try await client.owners()
    if !isDryRun {
      try store.replaceOwners(owners.map { SyncedOwner(id: $0.id, email: $0.email, isArchived: $0.isArchived) })
    }
    return Dictionary(owners.map { ($0.id, $0.email) }) { first, _ in first }
  }

  // MARK: - Records

  private func read(
    _ plan: SyncPlan, _ owners: [String: String], _ isDryRun: Bool, _ progress: (Progress) -> Void
  ) async throws -> SyncSummary.Stream {
    let name = plan.object.rawValue
    let properties = plan.properties
    var cursor = try await begin(name, properties: properties, isDryRun: isDryRun) { known in
      // Fields that were read before may have changed since, which is no import.
      let read = known.map { Set($0.properties.split(separator: ",").map(String.init)) } ?? []
      return try store.beginSyncImport(
        plan.object, fields: plan.fields(without: read), goingOn: known?.phase == .full ? known?.importID : nil,
        now: now())
    }
    var stream = SyncSummary.Stream(name: name, isFull: cursor.phase == .full)
    while cursor.phase != .idle {
      try Task.checkCancellation()
      let asOf = asOf(cursor)
      let page = try await page(plan.crmObject, &cursor, properties)
      let (counts, merged) = try await take(page, plan, owners, cursor: cursor, asOf: asOf, isKept: !isDryRun)
      stream.counts = stream.counts + counts
      stream.merged += merged
      if !isDryRun { stream.counts = stream.counts + (try await settleDoubts(plan, owners)) }
      progress(Progress(stream: name, records: cursor.records))
    }
    return stream
  }

  /// Where reading a stream goes on: in the middle of an earlier reading, at its beginning, or with the next window.
  private func begin(
    _ stream: String, properties: [String], isDryRun: Bool, beginImport: (SyncCursor?) throws -> Int64?
  ) async throws -> SyncCursor {
    // What changed when is told by HubSpot's clock, and ours may be another.
    let now = await client.serverTime ?? now()
    let asked = properties.joined(separator: ",")
    let known = try store.syncCursor(stream)
    // Where other properties are asked for than before, those that did not change must be read too.
    guard var cursor = known, cursor.properties == asked else {
      return SyncCursor(
        stream: stream, phase: .full, properties: asked, from: now, to: now,
        importID: isDryRun ? nil : try beginImport(known))
    }
    guard cursor.phase == .idle else { return cursor }
    cursor.importID = nil
    cursor.position = nil
    cursor.records = 0
    if let window = ChangeWindow.next(after: cursor.to, now: now) {
      (cursor.from, cursor.to) = window
      cursor.phase = .window
    }
    return cursor
  }

  /// From when at the latest the records are of a page that is asked for now.
  private func asOf(_ cursor: SyncCursor) -> Instant {
    cursor.phase == .window ? now().adding(milliseconds: -ChangeWindow.indexLag) : now()
  }

  /// The next page, and the cursor after it.
  private func page(
    _ object: CRMObject, _ cursor: inout SyncCursor, _ properties: [String]
  ) async throws -> [HubSpotRecord] {
    let records: [HubSpotRecord]
    switch cursor.phase {
    case .full:
      let page = try await client.list(object, properties: properties, after: cursor.position)
      records = page.records
      // The cursor must move on, or reading would never end.
      cursor.phase = page.next == nil || page.next == cursor.position ? .idle : .full
      cursor.position = page.next
    case .window:
      records = try await client.search(
        object,
        filters: ChangeWindow.filters(object, from: cursor.from, to: cursor.to, after: cursor.position),
        properties: properties)
      let last = records.last?.id
      cursor.phase = records.count < HubSpotClient.searchPage || last == cursor.position ? .idle : .window
      cursor.position = last
    case .idle: return []
    }
    cursor.records += records.count
    return records
  }

  private func take(
    _ page: [HubSpotRecord], _ plan: SyncPlan, _ owners: [String: String], cursor: SyncCursor?,
    isCertain: Bool = false, asOf: Instant, isKept: Bool
  ) async throws -> (SyncCounts, merged: Int) {
    var companies: [String: [String]]?
    if plan.object != .companies, !page.isEmpty {
      companies = try await client.associated(plan.crmObject, page.map(\.id), with: .companies)
    }
    let records = page.map { found in
      plan.synced(found, owners: owners, company: companies.map { $0[found.id]?.first })
    }
    var merged = 0
    for found in page where isKept {
      let ids = plan.merged(found)
      // Where none stands for a record of its own any more, there is nothing to merge.
      guard try store.unknownHubSpotIDs(plan.object, Set(ids)) != Set(ids) else { continue }
      try store.merge(plan.object, ids, into: found.id, program: book.program, now: now())
      merged += ids.count
    }
    let counts = try store.take(
      records, of: plan.object, program: book.program, winners: settings.rulesWin, cursor: cursor,
      isCertain: isCertain, asOf: asOf, isKept: isKept, now: now())
    return (counts, merged)
  }

  /// Reads anew together what may be one record here or several.
  private func settleDoubts(_ plan: SyncPlan, _ owners: [String: String]) async throws -> SyncCounts {
    var counts = SyncCounts()
    while true {
      let ids = try store.doubtfulRecords(plan.object)
      if ids.isEmpty { return counts }
      try Task.checkCancellation()
      let asOf = now()
      let found = try await client.read(plan.crmObject, ids, properties: plan.properties)
      counts = counts + (try await take(found, plan, owners, cursor: nil, isCertain: true, asOf: asOf, isKept: true)).0
      try store.removeDoubts(plan.object, ids)
    }
  }

  // MARK: - Deleted records

  /// HubSpot's bin has no order of time, so that it is read as a whole, once in a while.
  private func readArchived(_ plan: SyncPlan, isFull: Bool) async throws -> Int {
    let name = "\(plan.object.rawValue):archived"
    let known = try store.syncCursor(name)
    var cursor = known ?? SyncCursor(stream: name, phase: .idle, properties: "", from: now(), to: .earliest)
    if cursor.phase == .idle {
      guard isFull || now().milliseconds - cursor.to.milliseconds >= Self.archiveMilliseconds else { return 0 }
      cursor.phase = .full
      cursor.to = now()
      cursor.position = nil
    }
    var deleted = 0
    while cursor.phase != .idle {
      try Task.checkCancellation()
      let page = try await client.list(plan.crmObject, properties: [], after: cursor.position, isArchived: true)
      deleted += try store.markDeleted(plan.object, ids: page.records.map(\.id), now: now())
      cursor.phase = page.next == nil || page.next == cursor.position ? .idle : .full
      cursor.position = page.next
      try store.save(cursor, now: now())
    }
    return deleted
  }

  // MARK: - Events

  private func read(
    _ event: EventID, _ source: HubSpotSettings.EventSource, _ isDryRun: Bool, _ progress: (Progress) -> Void
  ) async throws -> SyncSummary.Stream {
    let schema = book.program[event]
    let name = "event:\(schema.name)"
    let wanted = Set(
      [source.at, source.object.modifiedProperty] + source.filters.keys + source.fields.values
    ).sorted()
    var cursor = try await begin(name, properties: wanted, isDryRun: isDryRun) { _ in nil }
    var stream = SyncSummary.Stream(name: schema.name, isFull: cursor.phase == .full)
    while cursor.phase != .idle {
      try Task.checkCancellation()
      let page = try await page(source.object, &cursor, wanted).filter { record in
        source.filters.allSatisfy { record.properties[$0.key] == $0.value }
      }
      let contacts =
        page.isEmpty ? [:] : try await client.associated(source.object, page.map(\.id), with: .contacts)
      let events = page.compactMap { record -> SyncedEvent? in
        guard let at = PropertyValue.instant(record.properties[source.at]) else { return nil }
        var values: [Int: String] = [:]
        for (position, field) in schema.record.fields.enumerated() {
          guard let property = source.fields[field.name] else { continue }
          values[position] = PropertyValue.isoText(record.properties[property] ?? "")
        }
        return SyncedEvent(
          hubspotID: "\(source.object.rawValue):\(record.id)", contacts: contacts[record.id] ?? [], at: at,
          values: values)
      }
      if !isDryRun {
        let inserted = try store.take(events, of: event, program: book.program, cursor: cursor, now: now())
        stream.counts.inserted += inserted
        stream.counts.unchanged += max(0, page.count - inserted)
      } else {
        stream.counts.unchanged += page.count
      }
      progress(Progress(stream: schema.name, records: cursor.records))
    }
    return stream
  }

  // MARK: - Out of turn, as webhooks ask

  /// Reads records anew: whatever a webhook says, the record itself is the truth.
  package func refresh(_ object: SyncedObject, ids: [String]) async throws {
    _ = try await readAnew(object, ids)
  }

  /// - Returns: the ids that HubSpot has records of.
  private func readAnew(_ object: SyncedObject, _ ids: [String]) async throws -> Set<String> {
    guard let plan = SyncPlan(object, book.program, settings), !ids.isEmpty else { return [] }
    try await AccountCheck.require(store, client)
    let asOf = now()
    let found = try await client.read(plan.crmObject, ids, properties: plan.properties)
    var owners = Dictionary(try store.owners().map { ($0.id, $0.email) }) { first, _ in first }
    if found.contains(where: { $0.properties["hubspot_owner_id"].map { owners[$0] == nil } ?? false }) {
      owners = try await readOwners(isDryRun: false)
    }
    _ = try await take(found, plan, owners, cursor: nil, asOf: asOf, isKept: true)
    _ = try await settleDoubts(plan, owners)
    return Set(found.map(\.id))
  }

  /// HubSpot says that it deleted records; those that it still or again has are read anew instead.
  ///
  /// - Parameter isErasure: whether the people asked for it: then nothing of them stays, whatever HubSpot still has.
  package func deleted(_ object: SyncedObject, ids: [String], isErasure: Bool) async throws {
    if isErasure, object == .contacts {
      _ = try store.erase(contacts: ids, now: now())
    } else {
      let living = try await readAnew(object, ids)
      _ = try store.markDeleted(object, ids: ids.filter { !living.contains($0) }, now: now())
    }
  }

  /// HubSpot merged records into one, which is read anew.
  package func merged(_ object: SyncedObject, into survivor: String, from ids: [String]) async throws {
    try store.merge(object, ids, into: survivor, program: book.program, now: now())
    try await refresh(object, ids: [survivor])
  }

  // MARK: - Values of ours that win

  private func writeCorrections() async throws -> Int {
    var count = 0
    while true {
      let corrections = try store.corrections(limit: 1_000)
      if corrections.isEmpty { return count }
      for object in SyncedObject.allCases {
        guard let crmObject = CRMObject(named: object.rawValue) else { continue }
        let own = Dictionary(grouping: corrections.filter { $0.object == object }, by: \.hubspotID)
        let inputs = own.sorted { $0.key < $1.key }.map { id, values in
          RecordInput(id: id, properties: Dictionary(values.map { ($0.property, $0.value) }) { $1 })
        }
        for start in stride(from: 0, to: inputs.count, by: HubSpotClient.batchSize) {
          let chunk = Array(inputs[start..<min(start + HubSpotClient.batchSize, inputs.count)])
          for (input, result) in zip(chunk, try await client.update(crmObject, chunk)) {
            switch result {
            case .written: count += own[input.id]?.count ?? 0
            case .problem(let problem):
              // It is not tried for ever; the next change of the record brings it up again.
              logger.warning("a value could not be written back", metadata: ["problem": "\(problem.text)"])
            case .unmentioned: logger.warning("an answer does not mention a value that was written back")
            }
          }
        }
      }
      try store.removeCorrections(corrections)
    }
  }
}
