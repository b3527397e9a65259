/// Records that are to be decided about, each once, in the order in which they came.
struct WaitingRecords {
  private var numbers: [RunSubject: Int] = [:]
  /// Those that were taken out stay until they come up.
  private var order: [(number: Int, subject: RunSubject)] = []
  private var start = 0

  var isEmpty: Bool { numbers.isEmpty }
  var count: Int { numbers.count }

  /// Whoever comes from now on has this number or a higher one.
  private(set) var mark = 0

  mutating func insert(_ subject: RunSubject) {
    guard numbers[subject] == nil else { return }
    numbers[subject] = mark
    order.append((mark, subject))
    mark += 1
  }

  /// Those who wait longest.
  func first(_ count: Int) -> [RunSubject] {
    var found: [RunSubject] = []
    for entry in order[start...] where numbers[entry.subject] == entry.number {
      if found.count == count { break }
      found.append(entry.subject)
    }
    return found
  }

  mutating func remove(_ subjects: [RunSubject]) {
    for subject in subjects { numbers[subject] = nil }
    while start < order.count, numbers[order[start].subject] != order[start].number { start += 1 }
    if start > 1_000, 2 * start > order.count {
      order.removeFirst(start)
      start = 0
    }
  }

  mutating func removeAll() {
    numbers.removeAll()
    order.removeAll()
    start = 0
  }

  /// Whether somebody waits who came before a mark.
  func holdsAny(before mark: Int) -> Bool {
    start < order.count && order[start].number < mark
  }
}
