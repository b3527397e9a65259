import Dispatch
import RuleSemantics
import TextMatching

/// Tests of texts that are asked of many texts at once. What asks for fixed texts somewhere is answered for all tests in
/// one pass over a text (Aho and Corasick, "Efficient string matching", 1975); what asks for them at the start or end is
/// compared there; any other pattern is matched by itself.
struct TextTests {
  private let testCount: Int
  private var finder = SequenceFinder()
  private var edges: [EdgeTest] = []
  private var patterns: [(test: Int, pattern: CompiledPattern)] = []
  /// Those whose pattern does not compile: never known.
  private var unknown: [Int] = []

  /// - Parameter tests: what is asked, and whether of the case-folded text; patterns are asked of the text as it is.
  init(_ tests: [(test: TextTest, isFolded: Bool)]) {
    testCount = tests.count
    for (index, (test, isFolded)) in tests.enumerated() {
      switch test {
      case .part(let test, let part):
        // Every text starts with nothing.
        if test == .contains, !part.isEmpty {
          finder.add(
            parts: [[Array(part.utf8)]], startsAtStart: false, endsAtEnd: false, test: index,
            isFolded: isFolded)
        } else {
          edges.append(EdgeTest(test: index, isFolded: isFolded, isAtEnd: test == .endsWith, part: Array(part.utf8)))
        }
      case .pattern(let pattern): add(pattern, index)
      }
    }
    finder.finish()
  }

  private mutating func add(_ pattern: CheckedExpression.Pattern, _ test: Int) {
    guard let compiled = try? CompiledPattern(pattern: pattern.pattern, options: pattern.options) else {
      unknown.append(test)
      return
    }
    if let literal = LiteralPattern(pattern: pattern.pattern, options: pattern.options) {
      finder.add(
        parts: literal.parts.map { $0.map { Array($0.utf8) } }, startsAtStart: literal.startsAtStart,
        endsAtEnd: literal.endsAtEnd, test: test, isFolded: false, otherwise: compiled)
    } else {
      patterns.append((test, compiled))
    }
  }

  /// For each test the truths about texts of a pool, 2 where there is no text or the test was given up.
  ///
  /// - Parameter folded: the codes of the case-folded texts.
  func answers(_ codes: [Int32], folded: [Int32], _ texts: TextPool, threads: Int) -> [[UInt8]] {
    let count = codes.count
    var truths = [UInt8](repeating: 0, count: testCount * count)
    let portions = threads == 1 ? 1 : max(1, min(4 * threads, count / 1024))
    truths.withUnsafeMutableBufferPointer { truths in
      guard let start = truths.baseAddress else { return }
      // Each portion writes the truths of its own texts.
      nonisolated(unsafe) let truths = start
      DispatchQueue.concurrentPerform(iterations: portions) { portion in
        let range = portion * count / portions..<(portion + 1) * count / portions
        texts.withAllBytes { texts in
          finder.withSearch { search in answer(range, codes, folded, texts, search, truths) }
        }
      }
    }
    return (0..<testCount).map { Array(truths[$0 * count..<($0 + 1) * count]) }
  }

  private func answer(
    _ range: Range<Int>, _ codes: [Int32], _ folded: [Int32], _ texts: TextBytes, _ search: SequenceFinder.Search,
    _ truths: UnsafeMutablePointer<UInt8>
  ) {
    let count = codes.count
    for position in range {
      let truths = truths + position
      let code = codes[position]
      if code < 0 {
        for test in 0..<testCount { truths[test * count] = Column.missingFlag }
      } else if folded[position] == code {
        answer(texts[code], .both, search, truths, stride: count)
      } else {
        answer(texts[code], .asItIs, search, truths, stride: count)
        answer(texts[folded[position]], .folded, search, truths, stride: count)
      }
    }
  }

  @inline(__always)
  private func answer(
    _ text: UnsafeBufferPointer<UInt8>, _ form: TextForm, _ search: SequenceFinder.Search,
    _ truths: UnsafeMutablePointer<UInt8>, stride: Int
  ) {
    search.find(in: text, form, truths, stride: stride)
    for edge in edges where form.serves(edge.isFolded) && edge.holds(text) { truths[edge.test * stride] = 1 }
    guard form != .folded else { return }
    for (test, pattern) in patterns { truths[test * stride] = truth(pattern.matches(utf8: text)) }
    for test in unknown { truths[test * stride] = Column.missingFlag }
  }
}

/// What a text is to tests: most texts are their own case-folded form and serve all tests at once.
enum TextForm {
  case asItIs, folded, both

  /// Whether tests of folded texts, or of texts as they are, are asked of it.
  @inline(__always)
  func serves(_ isFolded: Bool) -> Bool { self == .both || isFolded == (self == .folded) }
}

func truth(_ result: MatchResult) -> UInt8 {
  switch result {
  case .yes: 1
  case .no: 0
  case .limitExceeded: Column.missingFlag
  }
}

/// Whether a text starts or ends with another.
struct EdgeTest {
  let test: Int
  let isFolded: Bool
  private let isAtEnd: Bool
  private let count: Int
  /// The first or last eight bytes of the part, as many as there are, and which bits of eight bytes of a text they are.
  private let key: UInt64
  private let mask: UInt64
  /// The whole part where it is longer than that.
  private let long: [UInt8]

  init(test: Int, isFolded: Bool, isAtEnd: Bool, part: [UInt8]) {
    self.test = test
    self.isFolded = isFolded
    self.isAtEnd = isAtEnd
    count = part.count
    let bytes = Array(isAtEnd ? part.suffix(8) : part.prefix(8))
    let padding = [UInt8](repeating: 0, count: 8 - bytes.count)
    func word(_ bytes: [UInt8]) -> UInt64 {
      bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    }
    let ones = [UInt8](repeating: .max, count: bytes.count)
    key = word(isAtEnd ? padding + bytes : bytes + padding)
    mask = word(isAtEnd ? padding + ones : ones + padding)
    long = part.count > 8 ? part : []
  }

  @inline(__always)
  func holds(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count >= count else { return false }
    return (edge(of: text) ^ key) & mask == 0 && (long.isEmpty || holdsLong(text))
  }

  /// Eight bytes of the text, or as many as it has at the same end of them.
  @inline(__always)
  private func edge(of text: UnsafeBufferPointer<UInt8>) -> UInt64 {
    if text.count >= 8 {
      let offset = isAtEnd ? text.count - 8 : 0
      return UInt64(littleEndian: UnsafeRawBufferPointer(text).loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    var word: UInt64 = 0
    for byte in text.reversed() { word = word << 8 | UInt64(byte) }
    return isAtEnd && !text.isEmpty ? word << UInt64(64 - 8 * text.count) : word
  }

  private func holdsLong(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    long.withUnsafeBufferPointer { RuleEngine.holds(text, isAtEnd ? .endsWith : .startsWith, $0) }
  }
}
