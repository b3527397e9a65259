import Dispatch
import RuleSemantics
import TextMatching

/// Tests of texts that are asked of many texts at once. What asks for fixed texts somewhere is answered for all tests in
/// one pass over a text (Aho and Corasick, "Efficient string matching", 1975); what asks for them at the start or end is
/// compared there; any other pattern is matched by itself.
struct TextTests {
  /// So many answers stand in one number.
  static let answersOfNumber = 32

  private let testCount: Int
  private var finder = SequenceFinder()
  private var edges = EdgeTests()
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
          edges.add(Array(part.utf8), isAtEnd: test == .endsWith, test: index, isFolded: isFolded)
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

  // MARK: - Answers

  struct Answers {
    /// A number for each text, whose bits are the tests that are yes; of more than 32 tests such numbers for all texts
    /// follow upon each other. 0 where there is no text.
    var numbers: [UInt32]
    /// Which test of which text was given up.
    var exceeded: [(test: Int, position: Int)]
  }

  /// What the tests say about texts of a pool.
  ///
  /// - Parameter codes: -1 is no text.
  func answers(_ codes: [Int32], _ texts: TextPool, threads: Int) -> Answers {
    let count = codes.count
    let size = (testCount + TextTests.answersOfNumber - 1) / TextTests.answersOfNumber
    let portions = threads == 1 ? 1 : max(1, min(4 * threads, count / 1024))
    var exceeded = [[(test: Int, position: Int)]](repeating: [], count: portions)
    let numbers = [UInt32](unsafeUninitializedCapacity: size * count) { numbers, initialized in
      initialized = size * count
      exceeded.withUnsafeMutableBufferPointer { exceeded in
        guard let start = numbers.baseAddress else { return }
        // Each portion writes the numbers of its own texts.
        nonisolated(unsafe) let numbers = start
        // And its own list.
        nonisolated(unsafe) let exceeded = exceeded
        DispatchQueue.concurrentPerform(iterations: portions) { portion in
          let range = portion * count / portions..<(portion + 1) * count / portions
          AnswersOfText.with(size: size) { answers in
            texts.withAllBytes { texts in
              finder.withSearch(answers) { search in
                exceeded[portion] = answer(range, codes, texts, search, numbers)
              }
            }
          }
        }
      }
    }
    return Answers(numbers: numbers, exceeded: exceeded.flatMap(\.self))
  }

  /// - Parameter numbers: of all texts.
  /// - Returns: which tests were given up.
  private func answer(
    _ range: Range<Int>, _ codes: [Int32], _ texts: TextBytes, _ search: SequenceFinder.Search,
    _ numbers: UnsafeMutablePointer<UInt32>
  ) -> [(test: Int, position: Int)] {
    var exceeded: [(test: Int, position: Int)] = []
    let answers = search.answers
    codes.withUnsafeBufferPointer { codes in
      edges.withTests { edges in
        for position in range {
          let code = codes[position]
          if code >= 0 {
            let folded = texts.folded(code)
            if folded == code {
              answer(texts[code], .both, search, edges)
            } else {
              answer(texts[code], .asItIs, search, edges)
              answer(texts[folded], .folded, search, edges)
            }
            for test in unknown { answers.give(.limitExceeded, to: test) }
          }
          answers.take(numbers + position, stride: codes.count) { exceeded.append(($0, position)) }
        }
      }
    }
    return exceeded
  }

  @inline(__always)
  private func answer(
    _ text: UnsafeBufferPointer<UInt8>, _ form: TextForm, _ search: SequenceFinder.Search, _ edges: EdgeTests.Tests
  ) {
    search.find(in: text, form)
    edges.ask(text, form, search.answers)
    guard form != .folded else { return }
    for (test, pattern) in patterns { search.answers.give(pattern.matches(utf8: text), to: test) }
  }
}

/// What a text is to tests: most texts are their own case-folded form and serve all tests at once.
enum TextForm {
  case asItIs, folded, both

  /// Whether tests of folded texts, or of texts as they are, are asked of it.
  @inline(__always)
  func serves(_ isFolded: Bool) -> Bool { self == .both || isFolded == (self == .folded) }
}

/// What tests say about one text, in memory of whoever made it.
struct AnswersOfText {
  /// A bit for each test that is yes, then a bit for each that was given up.
  private let words: UnsafeMutablePointer<UInt32>
  private let size: Int

  /// - Parameter size: how many numbers hold the answers.
  static func with(size: Int, _ body: (AnswersOfText) -> Void) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 2 * size + 1) { words in
      words.initialize(repeating: 0)
      if let start = words.baseAddress { body(AnswersOfText(words: start, size: size)) }
    }
  }

  @inline(__always)
  func giveYes(to test: Int) { words[test >> 5] |= 1 << UInt32(test & 31) }

  @inline(__always)
  func give(_ result: MatchResult, to test: Int) {
    switch result {
    case .yes: giveYes(to: test)
    case .no: break
    case .limitExceeded: words[size + test >> 5] |= 1 << UInt32(test & 31)
    }
  }

  /// Takes the result for what was said before.
  func replace(_ result: MatchResult, of test: Int) {
    words[test >> 5] &= ~(1 << UInt32(test & 31))
    give(result, to: test)
  }

  /// Hands the answers over, and is ready for another text.
  @inline(__always)
  func take(_ numbers: UnsafeMutablePointer<UInt32>, stride: Int, exceeded: (Int) -> Void) {
    var isAnyExceeded: UInt32 = 0
    for index in 0..<size {
      numbers[index * stride] = words[index]
      words[index] = 0
      isAnyExceeded |= words[size + index]
    }
    guard isAnyExceeded != 0 else { return }
    for test in 0..<32 * size where words[size + test >> 5] >> UInt32(test & 31) & 1 == 1 { exceeded(test) }
    for index in 0..<size { words[size + index] = 0 }
  }
}
