/// One source line as a terminal shows it: tabs spread out, and cut on both sides around the focus when it is too long.
struct Excerpt {
  let text: String
  let width: Int
  private let file: SourceFile
  private let lineStart: Int
  /// The display column, in the whole line, of each byte of the line, and of its end.
  private let columnOfByte: [Int]
  /// Columns cut off at the left, less those that the ellipsis takes.
  private let cut: Int

  private static let tabWidth = 4

  init(file: SourceFile, line: Int, focus: SourceRange, width: Int) {
    self.file = file
    self.width = width
    lineStart = file.lineStarts[line]
    let source = file.lineText(line)
    var columns: [Int] = []
    var cells: [Character] = []
    for character in source {
      let shown = Excerpt.shown(character, at: cells.count)
      for _ in character.utf8 { columns.append(cells.count) }
      cells += shown
    }
    columns.append(cells.count)
    columnOfByte = columns

    let start = columns[min(max(focus.start - lineStart, 0), columns.count - 1)]
    let end = columns[min(max(focus.end - lineStart, 0), columns.count - 1)]
    guard cells.count > width else {
      cut = 0
      text = Excerpt.joined(cells)
      return
    }
    // Keep the focus in view, with a third of the room before it.
    let length = min(max(end - start, 1), width)
    let wanted = max(0, start - (width - length) / 3)
    let from = min(wanted, cells.count - width)
    let to = min(cells.count, from + width)
    var visible = Array(cells[from..<to])
    if from > 0 { visible[0] = "…" }
    if to < cells.count { visible[visible.count - 1] = "…" }
    cut = from
    text = Excerpt.joined(visible)
  }

  /// Where a range stands in `text`, at least one column wide, and inside of the text plus one.
  func columns(of range: SourceRange) -> Range<Int> {
    let last = columnOfByte.count - 1
    let start = columnOfByte[min(max(range.start - lineStart, 0), last)] - cut
    let end = columnOfByte[min(max(range.end - lineStart, 0), last)] - cut
    let from = min(max(start, 0), width)
    return from..<max(from + 1, min(end, width))
  }

  /// One cell a column: a wide character fills the cell after it with a NUL that is not shown.
  private static func shown(_ character: Character, at column: Int) -> [Character] {
    if character == "\t" { return Array(repeating: " ", count: tabWidth - column % tabWidth) }
    switch displayWidth(character) {
    case 0: return character.unicodeScalars.allSatisfy { $0.value < 0x20 || $0.value == 0x7F } ? ["·"] : []
    case 1: return [character]
    default: return [character, "\0"]
    }
  }

  private static func joined(_ cells: [Character]) -> String {
    String(cells.filter { $0 != "\0" })
  }
}
