import Foundation

/// A file of the language reference, by lines.
struct Chapter {
  struct Malformed: Error, CustomStringConvertible {
    var description: String
  }

  let url: URL
  var lines: [String]

  static func all() throws -> [Chapter] {
    try Repository.files(in: Repository.reference, ending: "md").map { url in
      let text = try String(contentsOf: url, encoding: .utf8)
      return Chapter(url: url, lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }
  }

  private struct Heading {
    var level: Int
    var title: String
    var line: Int
    var fences: [ConformanceCase.Fence] = []
  }

  /// A heading with a rule or values is a case; `given`, `people` and `assets` hold for the headings below, too.
  func cases() throws -> [ConformanceCase] {
    var outer: [Heading] = []
    var result: [ConformanceCase] = []
    for heading in try headings() {
      outer.removeAll { $0.level >= heading.level }
      outer.append(heading)
      let isCase = heading.fences.contains { $0.kind == .rule || $0.kind.isExpectation }
      guard isCase else { continue }
      func nearest(_ kind: ConformanceCase.FenceKind) -> String? {
        outer.reversed().lazy.compactMap { $0.fences.first { $0.kind == kind }?.text }.first
      }
      result.append(
        ConformanceCase(
          chapter: url.lastPathComponent, title: heading.title, line: heading.line + 1, given: nearest(.given) ?? "",
          people: nearest(.people), assets: nearest(.assets), fences: heading.fences))
    }
    return result
  }

  private func headings() throws -> [Heading] {
    var headings: [Heading] = []
    var index = 0
    while index < lines.count {
      let line = lines[index]
      if line.hasPrefix("#") {
        let level = line.prefix { $0 == "#" }.count
        let title = line.dropFirst(level).trimmingCharacters(in: .whitespaces)
        headings.append(Heading(level: level, title: title, line: index))
      } else if line.hasPrefix("```") {
        let start = index + 1
        index = start
        while index < lines.count, !lines[index].hasPrefix("```") { index += 1 }
        guard index < lines.count else { throw malformed("the fence of line \(start) has no end") }
        let info = line.dropFirst(3).trimmingCharacters(in: .whitespaces)
        if info != "text" && info != "abm" {
          guard let kind = ConformanceCase.FenceKind(rawValue: info) else {
            throw malformed("line \(start): there is no fence `\(info)`")
          }
          guard var heading = headings.popLast(), !heading.fences.contains(where: { $0.kind == kind }) else {
            throw malformed("line \(start): a second fence `\(info)`")
          }
          let text = lines[start..<index].map { $0 + "\n" }.joined()
          heading.fences.append(ConformanceCase.Fence(kind: kind, text: text, lines: start..<index))
          headings.append(heading)
        }
      }
      index += 1
    }
    return headings
  }

  private func malformed(_ problem: String) -> Malformed {
    Malformed(description: "\(url.lastPathComponent): \(problem)")
  }
}
