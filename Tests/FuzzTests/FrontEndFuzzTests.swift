import Foundation
import RuleDiagnostics
import RuleFormatting
import RuleLinting
import RuleSemantics
import RuleSyntax
import TestSupport
import Testing

/// Whatever stands in a file, the whole front end comes to an end without a crash, its reports lie in the text, and what
/// it formats stays formatted. `FUZZ_ROUNDS` makes the run longer, `FUZZ_SEED` another one; `scripts/fuzz` sets both.
@Suite("Front end fuzz")
struct FrontEndFuzzTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let rounds = environment["FUZZ_ROUNDS"].flatMap { Int($0) } ?? 40
  private static let seed = environment["FUZZ_SEED"].flatMap { UInt64($0) } ?? 1
  private static let corpus: [[UInt8]] = {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return ["rules", "Tests/DecisioningTests/Fixtures"].flatMap { folder -> [[UInt8]] in
      let base = root.appending(path: folder)
      let names = (try? FileManager.default.contentsOfDirectory(atPath: base.path)) ?? []
      return names.filter { $0.hasSuffix(".abm") }.sorted().compactMap { name in
        (try? Data(contentsOf: base.appending(path: name))).map { [UInt8]($0) }
      }
    }
  }()

  @Test func randomEditsOfGoodFilesDoNoHarm() throws {
    try #require(!Self.corpus.isEmpty)
    var random = SeededGenerator(seed: Self.seed)
    for round in 0..<Self.rounds {
      var files = [Self.corpus.randomElement(using: &random) ?? [], Self.corpus.randomElement(using: &random) ?? []]
      for _ in 0..<Int.random(in: 1...12, using: &random) { mutate(&files[0], &random) }
      try expectSound(files, "round \(round) of seed \(Self.seed)")
    }
  }

  @Test func piecesOfFilesInAnyOrderDoNoHarm() throws {
    var random = SeededGenerator(seed: Self.seed &+ 7)
    for round in 0..<Self.rounds {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 1...40, using: &random) {
        let file = Self.corpus.randomElement(using: &random) ?? []
        guard !file.isEmpty else { continue }
        let start = Int.random(in: 0..<file.count, using: &random)
        bytes += file[start..<min(file.count, start + Int.random(in: 1...80, using: &random))]
      }
      try expectSound([bytes], "round \(round) of seed \(Self.seed)")
    }
  }

  @Test(arguments: [
    "(", "not ", "if a then ", "- ", "{", "\"{", "define a = (", "when (", "a and (b or ", "1 + (",
    "any(contacts where ",
  ])
  func deepNestingEnds(piece: String) throws {
    for depth in [10, 100, 4_000] {
      let text = "when " + String(repeating: piece, count: depth) + " then clear a"
      try expectSound([Array(text.utf8)], "\(depth) times `\(piece)`")
    }
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
    guard !bytes.isEmpty else { return }
    let start = Int.random(in: 0..<bytes.count, using: &random)
    let end = min(bytes.count, start + Int.random(in: 1...24, using: &random))
    switch Int.random(in: 0..<6, using: &random) {
    case 0: bytes.removeSubrange(start..<end)
    case 1: bytes.insert(contentsOf: bytes[start..<end], at: Int.random(in: 0...bytes.count, using: &random))
    case 2: bytes[start] = UInt8.random(in: 0...255, using: &random)
    case 3: bytes.insert(Array("{}()\"'`,<>=!/%#\n\u{0}".utf8).randomElement(using: &random) ?? 0, at: start)
    case 4: bytes.swapAt(start, Int.random(in: 0..<bytes.count, using: &random))
    default:
      let other = Self.corpus.randomElement(using: &random) ?? []
      guard !other.isEmpty else { return }
      let from = Int.random(in: 0..<other.count, using: &random)
      bytes.insert(contentsOf: other[from..<min(other.count, from + 60)], at: start)
    }
  }

  private func expectSound(_ files: [[UInt8]], _ what: String) throws {
    var book = SourceBook()
    for (index, bytes) in files.enumerated() { book.add(path: "file\(index).abm", bytes: bytes) }
    let parsed = book.files.map { parse($0) }
    let checked = check(book, trees: parsed.map(\.tree))
    var diagnostics = parsed.flatMap(\.diagnostics) + checked.diagnostics
    if !diagnostics.contains(where: { $0.severity == .error }) {
      diagnostics += lint(checked.program, trees: parsed.map(\.tree))
    }
    for diagnostic in diagnostics {
      let ranges = [diagnostic.range] + diagnostic.related.map(\.range) + diagnostic.fixes.flatMap(\.edits).map(\.range)
      for range in ranges {
        let count = book[range.file].bytes.count
        #expect(0 <= range.start && range.start <= range.end && range.end <= count, "\(what): \(diagnostic)")
      }
      #expect(TextRenderer(width: 80).render(diagnostic, in: book).hasSuffix("\n"), "\(what)")
    }
    #expect(!sarifLog(of: diagnostics, in: book, version: "1").text.isEmpty)
    for (tree, _) in parsed {
      guard let text = format(tree) else { continue }
      let again = parse(SourceFile(path: "a.abm", text: text))
      #expect(format(again.tree) == text, "\(what): formatting twice changes something")
    }
  }
}
