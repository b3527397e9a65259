import RuleDiagnostics

/// The columns that neighboring lines share: types of fields, weights of factors, conditions of stages, comments.
struct Alignment {
  private(set) var cellPadding: [Int: Int] = [:]
  private(set) var commentColumn: [Int: Int] = [:]

  init(of lines: [LayoutLine]) {
    var start = 0
    while start < lines.count {
      let end = Alignment.run(from: start, in: lines) { $0.widthBeforeCell != nil }
      alignCells(start..<end, in: lines)
      start = max(end, start + 1)
    }
    start = 0
    while start < lines.count {
      let end = Alignment.run(from: start, in: lines) { $0.comment != nil && !$0.isEmpty }
      alignComments(start..<end, in: lines)
      start = max(end, start + 1)
    }
  }

  /// The end of the lines from `start` that stand together, have one indent and meet a condition.
  private static func run(from start: Int, in lines: [LayoutLine], where condition: (LayoutLine) -> Bool) -> Int {
    var end = start
    while end < lines.count, condition(lines[end]), lines[end].indent == lines[start].indent,
      end == start || !lines[end].hasBlankBefore
    {
      end += 1
    }
    return end
  }

  private mutating func alignCells(_ run: Range<Int>, in lines: [LayoutLine]) {
    guard run.count > 1 else { return }
    let widest = run.compactMap { lines[$0].widthBeforeCell }.max() ?? 0
    let padding = run.map { ($0, widest - (lines[$0].widthBeforeCell ?? widest)) }
    // One line that would no longer fit leaves them all as they are; one that breaks anyway does not.
    let fits = padding.allSatisfy { index, blanks in
      lines[index].width > Layout.width || lines[index].width + blanks <= Layout.width
    }
    guard fits else { return }
    for (index, blanks) in padding { cellPadding[index] = blanks }
  }

  private mutating func alignComments(_ run: Range<Int>, in lines: [LayoutLine]) {
    let widths = run.map { index in
      displayWidth(lines[index].rows(padding: cellPadding[index] ?? 0).last ?? "")
    }
    guard let widest = widths.max(), widest < Layout.width else { return }
    for index in run { commentColumn[index] = widest + 2 }
  }
}
