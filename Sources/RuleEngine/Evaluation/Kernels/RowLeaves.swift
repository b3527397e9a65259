/// What a reduction said of the events of a contact or account, and which of them will make it say something else.
struct RowLeaf {
  /// What it said; of one with a half-life as a number, weighted as at `since`, and only that near to what it is that
  /// `Trends.rounding` covers it: NaN where nobody knows.
  var value: Cell = 0
  var since: Int64 = 0
  /// Later than this is what was counted.
  var after: Int64 = .min
  /// The time of the event whose leaving the window changes what is said; `Int64.max` for none.
  var leaver = Int64.max
  /// The time of the first event to come that counts; `Int64.max` for none, and `Int64.min` where nothing is known.
  var ahead = Int64.min
  /// The time of the last event that counted.
  var last = Int64.min
  /// How many events counted.
  var counted: Int32 = 0
  /// The time of the last event of all, which clocks that go back may let in again when it has just left.
  var newest = Int64.min

  static let void = RowLeaf()
}

/// The leaves of a table, those of a row side by side; in memory of their own, since they are looked up more often than
/// anything else, and by several threads, each of which has rows of its own.
final class RowLeaves {
  let width: Int
  private(set) var rowCount: Int
  private var capacity: Int
  private var leaves: UnsafeMutablePointer<RowLeaf>

  init(width: Int, rowCount: Int) {
    self.width = width
    self.rowCount = rowCount
    capacity = rowCount
    leaves = .allocate(capacity: max(width * rowCount, 1))
    leaves.initialize(repeating: .void, count: max(width * rowCount, 1))
  }

  deinit { leaves.deallocate() }

  @inline(__always)
  subscript(row: Int, column: Int) -> RowLeaf {
    get {
      precondition(row < rowCount && column < width, "a leaf of a row of the table")
      return leaves[row * width + column]
    }
    set {
      precondition(row < rowCount && column < width, "a leaf of a row of the table")
      leaves[row * width + column] = newValue
    }
  }

  /// The data of a row are others.
  func forget(_ row: Int, _ columns: [Int]) {
    for column in columns { self[row, column].ahead = .min }
  }

  func forget(_ row: Int) {
    for column in 0..<width { self[row, column].ahead = .min }
  }

  func appendRow() {
    if rowCount == capacity {
      capacity = 2 * capacity + 8
      let larger = UnsafeMutablePointer<RowLeaf>.allocate(capacity: max(width * capacity, 1))
      larger.initialize(repeating: .void, count: max(width * capacity, 1))
      for index in 0..<(width * rowCount) { larger[index] = leaves[index] }
      leaves.deallocate()
      leaves = larger
    }
    rowCount += 1
    forget(rowCount - 1)
  }
}
