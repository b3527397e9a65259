/// Diagnostics for a terminal: the line, what is wrong under it, and how to go on.
package struct TextRenderer: Sendable {
  package var usesColor: Bool
  /// Columns of the terminal; source lines and help are fitted to it.
  package var width: Int

  package init(usesColor: Bool = false, width: Int = 100) {
    self.usesColor = usesColor
    self.width = max(width, 40)
  }

  /// Ends with a newline.
  package func render(_ diagnostic: Diagnostic, in book: SourceBook) -> String {
    let file = book[diagnostic.range.file]
    let position = file.position(at: diagnostic.range.start)
    let onSameLine = diagnostic.related.filter { isOnLine(position.line, $0.range, in: file) }
    let elsewhere = diagnostic.related.filter { !isOnLine(position.line, $0.range, in: file) }
    let gutter = String(position.line).count
    let blank = String(repeating: " ", count: gutter)

    var lines: [String] = []
    let title = "\(diagnostic.severity.rawValue)[\(diagnostic.id.rawValue)]"
    lines += wrapped(diagnostic.message, first: title + ": ", rest: "  ").enumerated().map { index, line in
      index == 0
        ? paint(title, color(of: diagnostic.severity)) + paint(String(line.dropFirst(title.count)), .bold) : line
    }
    lines.append("\(blank) \(paint("┌─", .frame)) \(file.path):\(position.line):\(position.column)")
    let excerpt = Excerpt(
      file: file, line: position.line - 1, focus: diagnostic.range, width: width - gutter - 3)
    lines.append("\(paint("\(position.line) │", .frame)) \(excerpt.text)".trimmedAtEnd)
    lines += marks(diagnostic, onSameLine, excerpt).map { "\(blank) \(paint("│", .frame)) \($0)" }
    for label in elsewhere {
      let other = book[label.range.file]
      let head = "\(blank) \(paint("├─", .frame)) \(other.path):\(other.position(at: label.range.start).line)"
      lines.append(label.text.isEmpty ? head : "\(head)  \(label.text)")
    }
    let offersSafeFix = diagnostic.fixes.contains(where: \.isSafe)
    for (index, help) in diagnostic.help.enumerated() {
      let isRepaired = offersSafeFix && index == diagnostic.help.count - 1
      lines += note("help", help + (isRepaired ? "   (check --fix repairs this)" : ""), blank)
    }
    if diagnostic.help.isEmpty, let fix = diagnostic.fixes.first {
      lines += note("help", fix.title + (fix.isSafe ? "   (check --fix repairs this)" : ""), blank)
    }
    for data in diagnostic.data { lines += note("data", data, blank) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func isOnLine(_ line: Int, _ range: SourceRange, in file: SourceFile) -> Bool {
    range.file == file.id && file.position(at: range.start).line == line
  }

  // MARK: - Marks under the line

  private func marks(_ diagnostic: Diagnostic, _ related: [Diagnostic.Label], _ excerpt: Excerpt) -> [String] {
    var row = MarkRow()
    for label in related { row.put(excerpt.columns(of: label.range), "-") }
    let primary = excerpt.columns(of: diagnostic.range)
    row.put(primary, "^")
    var lines = [row.text]
    let end = max(row.text.count, primary.upperBound)
    if !diagnostic.label.isEmpty {
      if end == primary.upperBound, end + 1 + displayWidth(diagnostic.label) <= excerpt.width {
        lines[0] += " " + diagnostic.label
      } else {
        lines += fitted(diagnostic.label, at: primary.lowerBound, excerpt.width)
      }
    }
    for label in related where !label.text.isEmpty {
      lines += fitted(label.text, at: excerpt.columns(of: label.range).lowerBound, excerpt.width)
    }
    return lines.map { paintMarks($0, diagnostic.severity) }
  }

  /// A label on a line of its own, as far to the right as there is room.
  private func fitted(_ label: String, at column: Int, _ width: Int) -> [String] {
    let indent = max(0, min(column, width - displayWidth(label)))
    return wrapped(label, first: String(repeating: " ", count: indent), rest: String(repeating: " ", count: indent))
  }

  private func paintMarks(_ line: String, _ severity: Severity) -> String {
    guard usesColor else { return line }
    return line.split(separator: "^", omittingEmptySubsequences: false).count > 1
      ? paint(line, color(of: severity)) : paint(line, .frame)
  }

  // MARK: - Notes

  private func note(_ kind: String, _ text: String, _ blank: String) -> [String] {
    let head = "\(blank) = \(kind): "
    let indent = String(repeating: " ", count: head.count)
    return wrapped(text, first: head, rest: indent).enumerated().map { index, line in
      index == 0 ? "\(blank) \(paint("=", .frame)) \(paint(kind, .bold)): " + line.dropFirst(head.count) : line
    }
  }

  /// Breaks at blanks where a line would be wider than the terminal; a word that is wider stays whole.
  private func wrapped(_ text: String, first: String, rest: String) -> [String] {
    var lines: [String] = []
    var current = first
    var used = displayWidth(first)
    var isLineEmpty = true
    for word in text.split(separator: " ", omittingEmptySubsequences: false) {
      let wordWidth = displayWidth(word)
      if !isLineEmpty, used + 1 + wordWidth > width {
        lines.append(current)
        current = rest
        used = displayWidth(rest)
        isLineEmpty = true
      }
      if !isLineEmpty {
        current += " "
        used += 1
      }
      current += word
      used += wordWidth
      isLineEmpty = false
    }
    lines.append(current)
    return lines.map(\.trimmedAtEnd)
  }

  // MARK: - Color

  private enum Paint: String {
    case bold = "1", red = "1;31", yellow = "1;33", cyan = "1;36", frame = "34"
  }

  private func color(of severity: Severity) -> Paint {
    switch severity {
    case .error: .red
    case .warning: .yellow
    case .hint: .cyan
    }
  }

  private func paint(_ text: String, _ paint: Paint) -> String {
    usesColor && !text.isEmpty ? "\u{1B}[\(paint.rawValue)m\(text)\u{1B}[0m" : text
  }
}

/// The marks under a source line, by column.
private struct MarkRow {
  private var marks: [Character] = []

  mutating func put(_ columns: Range<Int>, _ mark: Character) {
    while marks.count < columns.upperBound { marks.append(" ") }
    for column in columns { marks[column] = mark }
  }

  var text: String { String(marks) }
}

extension String {
  fileprivate var trimmedAtEnd: String {
    var end = endIndex
    while end > startIndex, self[index(before: end)] == " " { end = index(before: end) }
    return String(self[..<end])
  }
}
