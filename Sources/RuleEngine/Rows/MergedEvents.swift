import RuleSemantics

/// Events of several types or owners in the order of time, id and type, one stretch after another.
struct MergedEvents {
  private(set) var times: [Int64] = []
  private(set) var types: [Int32] = []
  private(set) var rows: [Int32] = []
  /// Where the stretch of an owner is that was made last.
  private var stretches: [Key: (owner: Int, range: Range<Int>)] = [:]

  enum Key: Hashable {
    case interactions(Subject)
    /// Events of one type of an account's people.
    case people(Int)
  }

  mutating func removeAll() {
    times.removeAll(keepingCapacity: true)
    types.removeAll(keepingCapacity: true)
    rows.removeAll(keepingCapacity: true)
    stretches.removeAll(keepingCapacity: true)
  }

  func known(_ key: Key, of owner: Int) -> Range<Int>? {
    stretches[key].flatMap { $0.owner == owner ? $0.range : nil }
  }

  /// Makes the stretch of an owner from rows of types that stand in the order of time and id each.
  mutating func merge(_ parts: [(type: Int, rows: Range<Int>)], _ events: [RowEvents], _ key: Key, of owner: Int)
    -> Range<Int>
  {
    let start = times.count
    if parts.count <= 12 {
      mergeFew(parts, events)
    } else {
      mergeMany(parts, events)
    }
    let range = start..<times.count
    stretches[key] = (owner, range)
    return range
  }

  private mutating func mergeFew(_ parts: [(type: Int, rows: Range<Int>)], _ events: [RowEvents]) {
    var next = parts.map(\.rows.lowerBound)
    var heads = parts.map { $0.rows.isEmpty ? Int64.max : events[$0.type].time($0.rows.lowerBound) }
    var remaining = parts.reduce(0) { $0 + $1.rows.count }
    while remaining > 0 {
      var best = -1
      for part in parts.indices where next[part] < parts[part].rows.upperBound {
        guard best >= 0 else {
          best = part
          continue
        }
        if heads[part] < heads[best]
          || heads[part] == heads[best]
            && (events[parts[part].type].id(next[part]), parts[part].type)
              < (events[parts[best].type].id(next[best]), parts[best].type)
        {
          best = part
        }
      }
      append(heads[best], parts[best].type, next[best])
      next[best] += 1
      remaining -= 1
      if next[best] < parts[best].rows.upperBound { heads[best] = events[parts[best].type].time(next[best]) }
    }
  }

  private mutating func mergeMany(_ parts: [(type: Int, rows: Range<Int>)], _ events: [RowEvents]) {
    struct Entry {
      var time: Int64
      var id: Int64
      var type: Int
      var row: Int
    }
    var entries: [Entry] = []
    for part in parts {
      for row in part.rows {
        entries.append(
          Entry(time: events[part.type].time(row), id: events[part.type].id(row), type: part.type, row: row))
      }
    }
    entries.sort { ($0.time, $0.id, $0.type) < ($1.time, $1.id, $1.type) }
    for entry in entries { append(entry.time, entry.type, entry.row) }
  }

  private mutating func append(_ time: Int64, _ type: Int, _ row: Int) {
    times.append(time)
    types.append(Int32(type))
    rows.append(Int32(row))
  }
}
