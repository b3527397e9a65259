import RuleSemantics

/// The rows of a frame of pairs.
struct FrameRows {
  /// The pairs of outer row `i` are at `starts[i]..<starts[i + 1]`.
  var starts: [Int32]
  var outer: [Int32]
  var inner: [Int32]
}

/// The inner rows of each contact or account: `rows[starts[i]..<ends[i]]`, or those numbers themselves.
struct LinkRows {
  var starts: [Int32]
  var ends: [Int32]
  var rows: [Int32]?
  /// Whether the row of the same number is left out.
  var excludesSelf = false
}

/// All interactions of contacts or accounts in one table, sorted by owner, time, id, type.
struct Interactions {
  var owners: [Int32] = []
  var times: [Int64] = []
  var worths: [Double] = []
  /// Where each event stands: its type and row.
  var types: [Int32] = []
  var rows: [Int32] = []
}

extension Evaluation {
  func rowCount(_ frame: FrameID, _ batch: BatchState?) -> Int {
    switch plan.graph[frame] {
    case .scalar: 1
    case .table(let table): rowCount(table)
    case .occurrences: batch?.batch.count ?? 0
    case .pairs(let grouping):
      plan.graph[frame].isOfCandidates ? focus?.candidates.count ?? 0 : pairs(frame, grouping, batch).inner.count
    }
  }

  func rowCount(_ table: Table) -> Int {
    switch table {
    case .contacts: snapshot.contacts.count
    case .accounts: snapshot.accounts.count
    case .deals: snapshot.deals.count
    case .assets: plan.program.assets.count
    case .events(.everybody(let event)): everybodysTable(event).count
    case .events(.type(let event)): eventTable(event).count
    case .events(.interactions(of: let subject)): interactions(of: subject).times.count
    }
  }

  func eventTable(_ event: EventID) -> EventTable {
    snapshot.events.indices.contains(event.index) ? snapshot.events[event.index] : .empty
  }

  func everybodysTable(_ event: EventID) -> EventTable {
    askedForEverybody = true
    return snapshot.everybodysEvents[event] ?? eventTable(event)
  }

  func times(of source: EventSource) -> [Int64] {
    switch source {
    case .everybody(let event): everybodysTable(event).times
    case .type(let event): eventTable(event).times
    case .interactions(of: let subject): interactions(of: subject).times
    }
  }

  /// The row that a step leads to, for each row of a frame; -1 for none.
  func index(_ step: Step, from frame: FrameID, _ batch: BatchState?) -> [Int32] {
    switch (plan.graph[frame], step) {
    case (.pairs, .outer) where plan.graph[frame].isOfCandidates:
      Array(repeating: focus?.contact ?? Column.missingCode, count: rowCount(frame, batch))
    case (.pairs, .inner) where plan.graph[frame].isOfCandidates: focus?.candidates ?? []
    case (.table(.contacts), .account): snapshot.accountOfContact
    case (.table(.deals), .account): snapshot.accountOfDeal
    case (.occurrences, .outer): batch?.batch.subjects ?? []
    case (.occurrences, .inner): eventRows(batch)
    case (.pairs(let grouping), .outer): pairs(frame, grouping, batch).outer
    case (.pairs(let grouping), .inner): pairs(frame, grouping, batch).inner
    default: Array(repeating: Column.missingCode, count: rowCount(frame, batch))
    }
  }

  private func eventRows(_ batch: BatchState?) -> [Int32] {
    guard let batch, case .events(rows: let rows) = batch.batch.triggers else {
      return Array(repeating: Column.missingCode, count: batch?.batch.count ?? 0)
    }
    return rows
  }

  /// The contact or account of each row of a grouping's outer frame; `nil` when each row is its own.
  func entities(_ grouping: Grouping, _ batch: BatchState?) -> [Int32]? {
    var frame = grouping.outer
    var rows: [Int32]?
    for step in grouping.path {
      let next = index(step, from: frame, batch)
      rows = rows.map { gather(next, $0, missing: Column.missingCode) } ?? next
      frame = target(of: step, from: frame)
    }
    return rows
  }

  private func target(of step: Step, from frame: FrameID) -> FrameID {
    switch (plan.graph[frame], step) {
    case (.pairs(let grouping), .outer): grouping.outer
    default: frame
    }
  }

  /// The pairs of a frame, in the order of outer row, then inner row.
  func pairs(_ frame: FrameID, _ grouping: Grouping, _ batch: BatchState?) -> FrameRows {
    let isBatch = plan.graph.isBatch[frame.index]
    if let known = isBatch ? batch?.frames[frame] : frames[frame] { return known }
    let rows = expand(ranges(of: grouping, batch), 0..<rowCount(grouping.outer, batch))
    if isBatch { batch?.frames[frame] = rows } else { frames[frame] = rows }
    return rows
  }

  /// The inner rows of each outer row of a grouping.
  func ranges(of grouping: Grouping, _ batch: BatchState?) -> GroupRanges {
    let link = linkRows(grouping.link)
    let entities = entities(grouping, batch)
    guard let entities else {
      return GroupRanges(
        low: link.starts, high: link.ends, rows: link.rows,
        selfRows: link.excludesSelf ? (0..<Int32(link.starts.count)).map(\.self) : nil)
    }
    return GroupRanges(
      low: gather(link.starts, entities, missing: 0), high: gather(link.ends, entities, missing: 0), rows: link.rows,
      selfRows: link.excludesSelf ? entities : nil)
  }

  // MARK: - Links

  func linkRows(_ link: Grouping.Link) -> LinkRows {
    if let known = links[link] { return known }
    let made = makeLink(link)
    links[link] = made
    return made
  }

  private func makeLink(_ link: Grouping.Link) -> LinkRows {
    switch link {
    case .events(of: let subject, let source): return eventLink(of: subject, source)
    case .people(of: .account):
      return groupByOwner(snapshot.accountOfContact, ownerCount: snapshot.accounts.count)
    case .people(of: .contact): return viaAccount(linkRows(.people(of: .account)))
    case .colleagues:
      var link = viaAccount(linkRows(.people(of: .account)))
      link.excludesSelf = true
      return link
    case .deals(of: .account): return groupByOwner(snapshot.accountOfDeal, ownerCount: snapshot.accounts.count)
    case .deals(of: .contact): return viaAccount(linkRows(.deals(of: .account)))
    // Candidates are the same for every contact; `focus` holds them.
    case .candidates: return LinkRows(starts: [], ends: [], rows: nil)
    }
  }

  private func eventLink(of subject: Subject, _ source: EventSource) -> LinkRows {
    let ownerCount = table(subject).count
    guard case .type(let event) = source else {
      return contiguousRanges(of: interactions(of: subject).owners, ownerCount: ownerCount)
    }
    let events = eventTable(event)
    switch (subject, plan.program[event].isForAccount) {
    case (.contact, false), (.account, true): return contiguousRanges(of: events.owners, ownerCount: ownerCount)
    case (.contact, true): return viaAccount(linkRows(.events(of: .account, source)))
    case (.account, false):
      let accounts = gather(snapshot.accountOfContact, events.owners, missing: Column.missingCode)
      return groupByOwner(accounts, ownerCount: ownerCount) { left, right in
        (events.times[left], events.ids[left]) < (events.times[right], events.ids[right])
      }
    }
  }

  private func viaAccount(_ link: LinkRows) -> LinkRows {
    LinkRows(
      starts: gather(link.starts, snapshot.accountOfContact, missing: 0),
      ends: gather(link.ends, snapshot.accountOfContact, missing: 0), rows: link.rows)
  }

  func interactions(of subject: Subject) -> Interactions {
    if let known = interactions[subject] { return known }
    let made = makeInteractions(of: subject)
    interactions[subject] = made
    return made
  }

  private func makeInteractions(of subject: Subject) -> Interactions {
    switch subject {
    case .contact: mergeInteractions()
    case .account: sortInteractions(of: subject)
    }
  }

  /// Of contacts, whose events stand in order already, type by type: owner after owner the types are merged.
  private func mergeInteractions() -> Interactions {
    let types = plan.program.interactions(of: .contact).filter { eventTable($0).count > 0 }
    let tables = types.map(eventTable)
    let worths = types.map { plan.program[$0].worth ?? .nan }
    let count = tables.reduce(0) { $0 + $1.count }
    var merged = Interactions()
    merged.owners.reserveCapacity(count)
    merged.times.reserveCapacity(count)
    merged.worths.reserveCapacity(count)
    merged.types.reserveCapacity(count)
    merged.rows.reserveCapacity(count)
    var next = Array(repeating: 0, count: types.count)
    for owner in 0..<Int32(snapshot.contacts.count) {
      // Each turn takes the least of the types' next events of the owner.
      while true {
        var best = -1
        for type in tables.indices {
          let row = next[type]
          guard row < tables[type].count, tables[type].owners[row] == owner else { continue }
          guard best >= 0 else {
            best = type
            continue
          }
          let (time, bestTime) = (tables[type].times[row], tables[best].times[next[best]])
          // Types are in ascending order, so that of equal ones the first stays.
          if time < bestTime || time == bestTime && tables[type].ids[row] < tables[best].ids[next[best]] { best = type }
        }
        guard best >= 0 else { break }
        let row = next[best]
        next[best] += 1
        merged.owners.append(owner)
        merged.times.append(tables[best].times[row])
        merged.worths.append(worths[best])
        merged.types.append(Int32(types[best].index))
        merged.rows.append(Int32(row))
      }
    }
    return merged
  }

  private func sortInteractions(of subject: Subject) -> Interactions {
    struct Entry {
      var owner: Int32
      var time: Int64
      var id: Int64
      var type: Int32
      var row: Int32
    }
    var entries: [Entry] = []
    for event in plan.program.interactions(of: subject) {
      let table = eventTable(event)
      let viaContact = subject == .account && !plan.program[event].isForAccount
      for row in 0..<table.count {
        let owner = viaContact ? snapshot.accountOfContact[Int(table.owners[row])] : table.owners[row]
        guard owner >= 0 else { continue }
        entries.append(
          Entry(owner: owner, time: table.times[row], id: table.ids[row], type: Int32(event.index), row: Int32(row)))
      }
    }
    entries.sort { ($0.owner, $0.time, $0.id, $0.type) < ($1.owner, $1.time, $1.id, $1.type) }
    return Interactions(
      owners: entries.map(\.owner), times: entries.map(\.time),
      worths: entries.map { plan.program[EventID(Int($0.type))].worth ?? .nan }, types: entries.map(\.type),
      rows: entries.map(\.row))
  }
}
