package import BusinessTime

/// What a rule remembers of one subject. Whoever has no entry never saw the rule act, and is armed.
package struct Firing: Hashable, Sendable {
  /// When the rule had its turn last; `nil` for never.
  package private(set) var last: Instant?
  /// Whether the condition has been false since the rule last acted.
  package var isArmed: Bool
  /// Left alone by `from now on`, until the condition is false.
  package var isExcluded: Bool
  /// How long before `last` the rule last did something, so that an entry, of which there are many, stays 16 bytes; -1
  /// for never.
  private var idleSeconds: Int32

  /// - Parameter reached: when the rule last did something in its turn, to the second, at the latest; `nil` for never.
  package init(last: Instant?, reached: Instant?, isArmed: Bool = true, isExcluded: Bool = false) {
    self.last = last
    self.isArmed = isArmed
    self.isExcluded = isExcluded
    if let last, let reached {
      idleSeconds = Int32(clamping: max(0, last.milliseconds - reached.milliseconds) / 1000)
    } else {
      idleSeconds = -1
    }
  }

  /// Where each turn came to something.
  package init(last: Instant? = nil, isArmed: Bool = true, isExcluded: Bool = false) {
    self.init(last: last, reached: last, isArmed: isArmed, isExcluded: isExcluded)
  }

  /// When the rule last did something in its turn; `nil` for never. A turn that a person, a cap or time ran out for did
  /// nothing.
  package var reached: Instant? {
    idleSeconds < 0 ? nil : last?.adding(milliseconds: -1000 * Int64(idleSeconds))
  }

  package static let none = Firing()
}

/// The firings of one rule, sorted by the row of the subject; most subjects have none.
package struct FiringTable: Hashable, Sendable {
  package private(set) var rows: [Int32]
  package private(set) var firings: [Firing]

  package init() {
    rows = []
    firings = []
  }

  /// Entries in any order; of several for one row the last counts.
  package init(_ entries: some Sequence<(row: Int32, firing: Firing)>) {
    var table = FiringTable()
    for entry in entries.enumerated().sorted(by: { ($0.element.row, $0.offset) < ($1.element.row, $1.offset) }) {
      if table.rows.last == entry.element.row {
        table.firings[table.firings.count - 1] = entry.element.firing
      } else {
        table.rows.append(entry.element.row)
        table.firings.append(entry.element.firing)
      }
    }
    self = table
  }

  package var isEmpty: Bool { rows.isEmpty }

  /// `Firing.none` for a row without an entry.
  package subscript(row: Int32) -> Firing {
    let position = position(of: row)
    return position < rows.count && rows[position] == row ? firings[position] : .none
  }

  package mutating func set(_ firing: Firing, at row: Int32) {
    let position = position(of: row)
    if position < rows.count, rows[position] == row {
      firings[position] = firing
    } else {
      rows.insert(row, at: position)
      firings.insert(firing, at: position)
    }
  }

  /// Sets many at once, in any order; of several for one row the last counts. Takes as long as the table is, where one
  /// by one it would take as long for each.
  package mutating func merge(_ changes: [(row: Int32, firing: Firing)]) {
    guard changes.count > 4 else {
      for change in changes { set(change.firing, at: change.row) }
      return
    }
    let other = FiringTable(changes)
    var (rows, firings): ([Int32], [Firing]) = ([], [])
    rows.reserveCapacity(self.rows.count + other.rows.count)
    firings.reserveCapacity(rows.capacity)
    var mine = 0
    for (row, firing) in zip(other.rows, other.firings) {
      while mine < self.rows.count, self.rows[mine] < row {
        rows.append(self.rows[mine])
        firings.append(self.firings[mine])
        mine += 1
      }
      if mine < self.rows.count, self.rows[mine] == row { mine += 1 }
      rows.append(row)
      firings.append(firing)
    }
    rows += self.rows[mine...]
    firings += self.firings[mine...]
    (self.rows, self.firings) = (rows, firings)
  }

  private func position(of row: Int32) -> Int {
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if rows[middle] < row { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
