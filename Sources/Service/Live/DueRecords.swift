import BusinessTime
import RuleSemantics

/// When each record is to be decided about again by itself: the earliest time of each, in a heap in which what was put off
/// stays until it comes up.
struct DueRecords {
  private var times: [RunSubject: Int64] = [:]
  private var heap: [(time: Int64, subject: RunSubject)] = []

  /// The earliest of all.
  mutating func next() -> Instant? {
    dropStale()
    return heap.first.map { Instant(milliseconds: $0.time) }
  }

  /// - Parameter instant: `nil` for never.
  mutating func set(_ instant: Instant?, for subject: RunSubject) {
    guard let time = instant?.milliseconds else {
      times[subject] = nil
      return
    }
    guard times[subject] != time else { return }
    times[subject] = time
    push(time, subject)
    if heap.count > 2 * times.count + 64 { rebuild() }
  }

  /// Those that are due, which are then due no longer.
  mutating func take(upTo now: Instant) -> [RunSubject] {
    var due: [RunSubject] = []
    dropStale()
    while let first = heap.first, first.time <= now.milliseconds {
      due.append(first.subject)
      times[first.subject] = nil
      pop()
      dropStale()
    }
    return due
  }

  mutating func removeAll() {
    times.removeAll()
    heap.removeAll()
  }

  private mutating func dropStale() {
    while let first = heap.first, times[first.subject] != first.time { pop() }
  }

  private mutating func rebuild() {
    heap = times.map { (time: $0.value, subject: $0.key) }.sorted { $0.time < $1.time }
  }

  private mutating func push(_ time: Int64, _ subject: RunSubject) {
    heap.append((time, subject))
    var index = heap.count - 1
    while index > 0, heap[index].time < heap[(index - 1) / 2].time {
      heap.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  private mutating func pop() {
    let last = heap.removeLast()
    guard !heap.isEmpty else { return }
    heap[0] = last
    var index = 0
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2] where child < heap.count && heap[child].time < heap[least].time {
        least = child
      }
      guard least != index else { return }
      heap.swapAt(index, least)
      index = least
    }
  }
}

/// A record of the store that can be decided about.
struct RunSubject: Hashable, Sendable {
  var subject: Subject
  var id: Int64
}
