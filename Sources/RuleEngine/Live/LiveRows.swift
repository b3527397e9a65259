/// The answers about one table, which of them are to be computed anew, and when.
struct LiveRows {
  var table: AnswerTable
  var timers: TimerQueue
  /// All answers, and those that time may change.
  let all: AnswerList
  let timed: AnswerList
  /// What is to be computed anew of some rows.
  private var marks: [Int32: AnswerList] = [:]
  /// Of all rows; `nil` for nothing.
  private var markOfAll: AnswerList?
  /// Rows of which is not known yet until when their answers hold.
  private var unarmed: [Int32] = []
  private var isUnarmed: [Bool]

  init(_ answers: [LiveAnswer], count: Int, where isHere: (LiveAnswer) -> Bool) {
    table = AnswerTable(answers, where: isHere)
    table.appendRows(count)
    timers = TimerQueue(count: count)
    all = AnswerList(table.answers, timed: table.timed)
    timed = AnswerList(table.timed, timed: table.timed)
    isUnarmed = Array(repeating: false, count: count)
  }

  mutating func appendRow() {
    table.appendRows(1)
    timers.appendRow()
    isUnarmed.append(false)
    mark(Int32(table.rowCount - 1), all)
  }

  mutating func mark(_ row: Int32, _ list: AnswerList) {
    guard !list.answers.isEmpty else { return }
    guard let known = marks[row] else {
      marks[row] = list
      return
    }
    if known !== list { marks[row] = known.union(list) }
  }

  mutating func markAll(_ list: AnswerList) {
    guard !list.answers.isEmpty else { return }
    markOfAll = markOfAll?.union(list) ?? list
  }

  /// The marked rows, ascending, each with what to compute.
  mutating func takeMarked() -> [(row: Int32, list: AnswerList)] {
    if let markOfAll {
      let marked = (0..<Int32(table.rowCount)).map { row in
        (row: row, list: marks[row].map { $0.union(markOfAll) } ?? markOfAll)
      }
      marks.removeAll()
      self.markOfAll = nil
      return marked
    }
    guard !marks.isEmpty else { return [] }
    let marked = marks.map { (row: $0.key, list: $0.value) }.sorted { $0.row < $1.row }
    marks.removeAll(keepingCapacity: true)
    return marked
  }

  /// The row's answers were computed, with those that time may change.
  mutating func disarm(_ row: Int32) {
    guard !isUnarmed[Int(row)] else { return }
    isUnarmed[Int(row)] = true
    unarmed.append(row)
  }

  /// The rows to arm, without those whose answers that time may change will be computed again anyway.
  mutating func takeUnarmed() -> [Int32] {
    guard !unarmed.isEmpty, markOfAll == nil else { return [] }
    let rows = unarmed
    unarmed = []
    return rows.filter { row in
      if marks[row]?.isTimed == true {
        unarmed.append(row)
        return false
      }
      isUnarmed[Int(row)] = false
      return true
    }
  }
}
