/// The steps of a row program, what each said last, and about which rows: in memory of their own, since an evaluation
/// of one row takes microseconds, of which checks of arrays and of exclusive access would be the most.
final class RowRegisters {
  let stepCount: Int
  let frameCount: Int
  let steps: UnsafeMutablePointer<RowStep>
  /// The frame of each step, side by side, since it is asked for more often than the rest of the step.
  let frames: UnsafeMutablePointer<Int32>
  /// What each step said last.
  let values: UnsafeMutablePointer<Said>
  /// For each conjunction in which epoch of its frame not all tests that it shares with others were found true.
  let doubts: UnsafeMutablePointer<UInt64>
  /// For each frame in which epoch the tests that conjunctions share were asked.
  let decidedEpochs: UnsafeMutablePointer<UInt64>
  /// Until when it says so, and in which epoch of its frame that was found out.
  let horizons: UnsafeMutablePointer<Int64>
  let horizonStamps: UnsafeMutablePointer<UInt64>
  /// What becomes of numbers with time, and in which epoch of its frame that was found out.
  let trends: UnsafeMutablePointer<Int32>
  let trendStamps: UnsafeMutablePointer<UInt64>
  /// Between what a number lies now, and in which epoch of its frame that was found out.
  let bounds: UnsafeMutablePointer<Trends.Bounds>
  let boundStamps: UnsafeMutablePointer<UInt64>
  /// What counted of the rows that were gone through last.
  let counted: UnsafeMutablePointer<CountedRows>
  /// The operands of steps that have many.
  let operands: UnsafeMutablePointer<Int32>
  private let operandCount: Int
  /// The row that a frame is at, -1 for none; for a frame of pairs its inner row.
  let frameRows: UnsafeMutablePointer<Int>
  /// Another number each time that the frame comes to a row.
  let epochs: UnsafeMutablePointer<UInt64>
  private var epoch: UInt64 = 1

  struct Said {
    /// In which epoch of its frame.
    var epoch: UInt64 = 0
    var cell: Cell = 0
  }

  init(steps all: [RowStep], operands many: [Int32], frameCount: Int) {
    stepCount = all.count
    self.frameCount = frameCount
    operandCount = many.count
    steps = .allocate(capacity: max(all.count, 1))
    frames = .allocate(capacity: max(all.count, 1))
    values = .allocate(capacity: max(all.count, 1))
    doubts = .allocate(capacity: max(all.count, 1))
    decidedEpochs = .allocate(capacity: frameCount)
    horizons = .allocate(capacity: max(all.count, 1))
    horizonStamps = .allocate(capacity: max(all.count, 1))
    trends = .allocate(capacity: max(all.count, 1))
    trendStamps = .allocate(capacity: max(all.count, 1))
    bounds = .allocate(capacity: max(all.count, 1))
    boundStamps = .allocate(capacity: max(all.count, 1))
    counted = .allocate(capacity: 1)
    operands = .allocate(capacity: max(many.count, 1))
    frameRows = .allocate(capacity: frameCount)
    epochs = .allocate(capacity: frameCount)
    for (index, step) in all.enumerated() {
      (steps + index).initialize(to: step)
      (frames + index).initialize(to: step.frame)
    }
    for (index, operand) in many.enumerated() { (operands + index).initialize(to: operand) }
    values.initialize(repeating: Said(), count: max(all.count, 1))
    doubts.initialize(repeating: 0, count: max(all.count, 1))
    decidedEpochs.initialize(repeating: 0, count: frameCount)
    horizons.initialize(repeating: 0, count: max(all.count, 1))
    horizonStamps.initialize(repeating: 0, count: max(all.count, 1))
    trends.initialize(repeating: 0, count: max(all.count, 1))
    trendStamps.initialize(repeating: 0, count: max(all.count, 1))
    bounds.initialize(repeating: .anything, count: max(all.count, 1))
    boundStamps.initialize(repeating: 0, count: max(all.count, 1))
    counted.initialize(to: CountedRows())
    frameRows.initialize(repeating: -1, count: frameCount)
    epochs.initialize(repeating: 1, count: frameCount)
  }

  // All that is held is numbers, which need no end of their own.
  deinit {
    steps.deallocate()
    frames.deallocate()
    values.deallocate()
    doubts.deallocate()
    decidedEpochs.deallocate()
    horizons.deallocate()
    horizonStamps.deallocate()
    trends.deallocate()
    trendStamps.deallocate()
    bounds.deallocate()
    boundStamps.deallocate()
    counted.deallocate()
    operands.deallocate()
    frameRows.deallocate()
    epochs.deallocate()
  }

  /// Whether the tests that a conjunction shares with others were all found true for the row that its frame is at.
  @inline(__always)
  func passedSharedTests(_ conjunction: Int, of frame: Int) -> Bool {
    decidedEpochs[frame] == epochs[frame] && doubts[conjunction] != epochs[frame]
  }

  /// Forgets all answers.
  func reset() {
    for frame in 0..<frameCount { leaveRow(of: frame) }
  }

  /// Forgets what is about rows.
  func leaveRows() {
    for frame in 1..<max(frameCount, 1) { leaveRow(of: frame) }
  }

  @inline(__always)
  func leaveRow(of frame: Int) {
    epoch += 1
    frameRows[frame] = -1
    epochs[frame] = epoch
  }

  @inline(__always)
  func enter(_ row: Int, of frame: Int) {
    epoch += 1
    frameRows[frame] = row
    epochs[frame] = epoch
  }
}

/// Which rows of a window counted.
struct CountedRows {
  var count: Int32 = 0
  var first = Int64.max
  var last = Int64.min

  @inline(__always)
  mutating func add(_ time: Int64) {
    count &+= 1
    first = min(first, time)
    last = max(last, time)
  }
}
