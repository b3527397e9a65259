import Foundation

/// Writes what the cases do into the reference, so that it can be reviewed like any other change.
enum GoldenUpdate {
  static var isWanted: Bool { ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" }

  static func run() throws {
    for var chapter in try Chapter.all() {
      let before = chapter.lines
      for conformance in try chapter.cases().reversed() { update(conformance, in: &chapter.lines) }
      guard chapter.lines != before else { continue }
      try chapter.lines.joined(separator: "\n").write(to: chapter.url, atomically: true, encoding: .utf8)
    }
  }

  /// The fences stand in the order of the file; the last is replaced first, so that the others stay where they are.
  private static func update(_ conformance: ConformanceCase, in lines: inout [String]) {
    let outcome = conformance.outcome()
    guard outcome.problems.isEmpty else {
      print("\(conformance.testDescription) is left alone:\n  " + outcome.problems.joined(separator: "\n  "))
      return
    }
    var missing: [ConformanceCase.FenceKind] = []
    var texts = outcome.texts
    if let formatted = texts[.format], conformance.text(of: .format) == nil, !conformance.understandsForeignForms {
      // Only the layout differs: the reference is written as the formatter writes, unless a case is about layout.
      texts[.format] = nil
      texts[.rule] = formatted
    }
    for kind in [ConformanceCase.FenceKind.diagnostics, .fixed, .format, .failures]
    where conformance.text(of: kind) == nil && !(texts[kind] ?? "").isEmpty {
      missing.append(kind)
    }
    guard let last = conformance.fences.max(by: { $0.lines.upperBound < $1.lines.upperBound }) else { return }
    let added = missing.flatMap { kind in ["```\(kind.rawValue)"] + split(texts[kind] ?? "") + ["```"] }
    lines.insert(contentsOf: added, at: last.lines.upperBound + 1)
    for fence in conformance.fences.sorted(by: { $0.lines.lowerBound > $1.lines.lowerBound }) {
      guard fence.kind.isExpectation || texts[fence.kind] != nil else { continue }
      let text = texts[fence.kind] ?? ""
      if text.isEmpty, fence.kind != .lint {
        lines.removeSubrange(fence.lines.lowerBound - 1...fence.lines.upperBound)
      } else {
        lines.replaceSubrange(fence.lines, with: split(text))
      }
    }
  }

  private static func split(_ text: String) -> [String] {
    text.isEmpty ? [] : text.dropLast(text.hasSuffix("\n") ? 1 : 0).components(separatedBy: "\n")
  }
}
