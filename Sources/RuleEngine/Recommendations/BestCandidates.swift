/// The best of many candidates, no more than a limit at a time: a binary heap with the worst of them at its root.
struct BestCandidates {
  struct Entry {
    var score: Double
    /// Where its name stands among those of all assets.
    var nameRank: Int32
    /// Its position among the candidates.
    var position: Int32

    /// Whether it comes after another: with a lower score, or with the same and a later name.
    @inline(__always)
    func isWorse(than other: Entry) -> Bool {
      score < other.score || (score == other.score && nameRank > other.nameRank)
    }
  }

  private let limit: Int
  private var heap: [Entry] = []

  init(limit: Int) {
    self.limit = limit
    heap.reserveCapacity(min(limit, 64))
  }

  /// The best first.
  var sorted: [Entry] { heap.sorted { $1.isWorse(than: $0) } }

  @inline(__always)
  mutating func insert(_ entry: Entry) {
    if heap.count < limit {
      heap.append(entry)
      moveUp(heap.count - 1)
    } else if let worst = heap.first, worst.isWorse(than: entry) {
      heap[0] = entry
      moveDown()
    }
  }

  private mutating func moveUp(_ start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child].isWorse(than: heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func moveDown() {
    var parent = 0
    while true {
      var worst = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child].isWorse(than: heap[worst]) {
        worst = child
      }
      if worst == parent { return }
      heap.swapAt(parent, worst)
      parent = worst
    }
  }
}
