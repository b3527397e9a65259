/// When each row is to be looked at next: a heap of instants, in which what was put off stays until it comes up.
struct TimerQueue {
  /// For each row, in milliseconds since 1970; `never` for a row whose answers time does not change.
  private(set) var due: [Int64]
  private var heap: [Entry] = []

  static let never = Int64.max

  private struct Entry {
    var time: Int64
    var row: Int32
  }

  init(count: Int) {
    due = Array(repeating: TimerQueue.never, count: count)
  }

  /// The earliest instant of all; `never` when there is none.
  mutating func next() -> Int64 {
    dropStale()
    return heap.first?.time ?? TimerQueue.never
  }

  mutating func set(_ time: Int64, for row: Int32) {
    guard due[Int(row)] != time else { return }
    due[Int(row)] = time
    guard time != TimerQueue.never else { return }
    heap.append(Entry(time: time, row: row))
    rise(from: heap.count - 1)
    // Of what was put off at most as much is kept as there are rows.
    if heap.count > 2 * due.count + 64 { rebuild() }
  }

  mutating func appendRow() { due.append(TimerQueue.never) }

  /// The row that is due first, up to an instant; its timer is then off. `nil` when none is.
  mutating func popDue(upTo now: Int64) -> Int32? {
    dropStale()
    guard let first = heap.first, first.time <= now else { return nil }
    removeFirst()
    due[Int(first.row)] = TimerQueue.never
    return first.row
  }

  private mutating func dropStale() {
    while let first = heap.first, due[Int(first.row)] != first.time { removeFirst() }
  }

  private mutating func rebuild() {
    heap = due.indices.compactMap { due[$0] == TimerQueue.never ? nil : Entry(time: due[$0], row: Int32($0)) }
    var index = heap.count / 2
    while index > 0 {
      index -= 1
      sink(from: index)
    }
  }

  private mutating func removeFirst() {
    let last = heap.removeLast()
    guard !heap.isEmpty else { return }
    heap[0] = last
    sink(from: 0)
  }

  private func precedes(_ left: Entry, _ right: Entry) -> Bool {
    (left.time, left.row) < (right.time, right.row)
  }

  private mutating func rise(from start: Int) {
    var index = start
    while index > 0, precedes(heap[index], heap[(index - 1) / 2]) {
      heap.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  private mutating func sink(from start: Int) {
    var index = start
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2] where child < heap.count && precedes(heap[child], heap[least]) {
        least = child
      }
      guard least != index else { return }
      heap.swapAt(index, least)
      index = least
    }
  }
}
