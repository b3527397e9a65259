import TextMatching

/// Finds fixed texts, and sequences of them, in one pass over a text: an automaton whose state is the longest start of
/// any of the texts that ends where the pass is.
struct SequenceFinder {
  fileprivate struct Sequence {
    var partCount: Int32
    var startsAtStart: Bool
    var endsAtEnd: Bool
    var test: Int
    var isFolded: Bool
  }

  /// What ends at a state: one of the texts of a part of a sequence.
  fileprivate struct Ending {
    var sequence: Int32
    var part: Int32
    var length: Int32
  }

  fileprivate var sequences: [Sequence] = []
  /// What answers tests about texts of characters that sequences leave to them.
  fileprivate var patterns: [(test: Int, pattern: CompiledPattern)] = []
  private var endingsOfText: [[UInt8]: [Ending]] = [:]
  /// The texts in the order in which they came.
  private var wanted: [[UInt8]] = []

  /// For each byte its class; 0 for those that no text has.
  private var classes = [UInt8](repeating: 0, count: 256)
  fileprivate var classCount = 1
  /// By state and class the next state, each as the place of its first class.
  private var next: [UInt32] = []
  /// States where something ends come last, from this place on.
  fileprivate var firstEnd: UInt32 = 0
  /// For each state where its endings start in `endings`, and where the last ones end.
  fileprivate var endingStarts: [Int32] = []
  fileprivate var endings: [Ending] = []

  /// - Parameter parts: one text of each has to be found, one after another; none is empty.
  mutating func add(
    parts: [[[UInt8]]], startsAtStart: Bool, endsAtEnd: Bool, test: Int, isFolded: Bool,
    otherwise: CompiledPattern? = nil
  ) {
    let sequence = Int32(sequences.count)
    for (part, texts) in parts.enumerated() {
      for text in texts.count > 1 ? Set(texts).sorted(by: { $0.lexicographicallyPrecedes($1) }) : texts {
        if endingsOfText[text] == nil { wanted.append(text) }
        endingsOfText[text, default: []].append(
          Ending(sequence: sequence, part: Int32(part), length: Int32(text.count)))
      }
    }
    sequences.append(
      Sequence(
        partCount: Int32(parts.count), startsAtStart: startsAtStart, endsAtEnd: endsAtEnd, test: test,
        isFolded: isFolded))
    if let otherwise { patterns.append((test, otherwise)) }
  }

  /// Makes the automaton; nothing is added afterwards.
  mutating func finish() {
    for byte in wanted.joined() where classes[Int(byte)] == 0 {
      // There are 256 bytes; should all occur, the last shares a class with those that do not, of which there are none.
      classes[Int(byte)] = UInt8(truncatingIfNeeded: classCount)
      if classCount < 256 { classCount += 1 }
    }
    // By state and class, -1 for none.
    var children = [Int32](repeating: -1, count: classCount)
    var own: [[Ending]] = [[]]
    for text in wanted {
      var state = 0
      for byte in text {
        let place = state * classCount + Int(classes[Int(byte)])
        if children[place] < 0 {
          children[place] = Int32(own.count)
          children.append(contentsOf: repeatElement(-1, count: classCount))
          own.append([])
        }
        state = Int(children[place])
      }
      own[state] += endingsOfText[text] ?? []
    }
    completeTransitions(&children, &own)
    // Nothing ends at the start, so that it stays the first.
    let order = own.indices.filter { own[$0].isEmpty } + own.indices.filter { !own[$0].isEmpty }
    var places = [UInt32](repeating: 0, count: own.count)
    for (position, state) in order.enumerated() { places[state] = UInt32(position * classCount) }
    firstEnd = UInt32(own.count { $0.isEmpty } * classCount)
    next.reserveCapacity(children.count)
    for state in order {
      endingStarts.append(Int32(endings.count))
      endings += own[state]
      for child in children[state * classCount..<(state + 1) * classCount] { next.append(places[Int(child)]) }
    }
    endingStarts.append(Int32(endings.count))
  }

  /// Where a state has no way on, the way of the longest end of it that is a state too; what ends there ends here.
  private func completeTransitions(_ children: inout [Int32], _ own: inout [[Ending]]) {
    var fallback = [Int32](repeating: 0, count: own.count)
    var open: [Int] = []
    for symbol in 0..<classCount {
      if children[symbol] < 0 { children[symbol] = 0 } else { open.append(Int(children[symbol])) }
    }
    var position = 0
    while position < open.count {
      let state = open[position]
      position += 1
      let other = Int(fallback[state])
      if !own[other].isEmpty { own[state] += own[other] }
      for symbol in 0..<classCount {
        let place = state * classCount + symbol
        let child = children[place]
        if child < 0 {
          children[place] = children[other * classCount + symbol]
        } else {
          fallback[Int(child)] = children[other * classCount + symbol]
          open.append(Int(child))
        }
      }
    }
  }

  /// Calls `body` with what finds, for one thread, and gives its answers there.
  func withSearch(_ answers: AnswersOfText, _ body: (Search) -> Void) {
    withUnsafeTemporaryAllocation(of: Search.Progress.self, capacity: sequences.count + 1) { progress in
      withUnsafeTemporaryAllocation(of: Int32.self, capacity: sequences.count + 1) { touched in
        progress.initialize(repeating: Search.Progress())
        touched.initialize(repeating: 0)
        classes.withUnsafeBufferPointer { classes in
          next.withUnsafeBufferPointer { next in
            guard let progress = progress.baseAddress, let touched = touched.baseAddress,
              let classes = classes.baseAddress, let next = next.baseAddress
            else { return }
            body(
              Search(
                answers: answers, finder: self, classes: classes, next: next, progress: progress, touched: touched))
          }
        }
      }
    }
  }

  /// A finder and how far each sequence was found in one text.
  struct Search {
    fileprivate struct Progress {
      /// The part that is wanted next.
      var part: Int32 = 0
      /// Where the part before it ends.
      var end: Int32 = 0
    }

    let answers: AnswersOfText
    fileprivate let finder: SequenceFinder
    fileprivate let classes: UnsafePointer<UInt8>
    fileprivate let next: UnsafePointer<UInt32>
    fileprivate let progress: UnsafeMutablePointer<Progress>
    fileprivate let touched: UnsafeMutablePointer<Int32>

    /// Says yes to each test whose sequence is in the text; of a text for which patterns answer, what these say.
    ///
    /// - Parameter form: of the text; tests of another are left out.
    func find(in text: UnsafeBufferPointer<UInt8>, _ form: TextForm) {
      guard let start = text.baseAddress, !finder.sequences.isEmpty else { return }
      let count = text.count
      var touchedCount = 0
      var place: UInt32 = 0
      var index = passed(start, 0, count, &place)
      while index < count {
        index += 1
        end(at: index, Int(place), count, form, &touchedCount)
        index = passed(start, index, count, &place)
      }
      for index in 0..<touchedCount { progress[Int(touched[index])] = Progress() }
      if form != .folded, !finder.patterns.isEmpty, !isAnswerable(text) {
        for (test, pattern) in finder.patterns { answers.replace(pattern.matches(utf8: text), of: test) }
      }
    }

    /// Goes on from a byte; the position of the byte where something ends, or the number of bytes.
    @inline(__always)
    private func passed(_ start: UnsafePointer<UInt8>, _ first: Int, _ count: Int, _ place: inout UInt32) -> Int {
      let (classes, next, firstEnd) = (classes, next, finder.firstEnd)
      var index = first
      while index < count {
        place = next[Int(place) + Int(classes[Int(start[index])])]
        if place >= firstEnd { return index }
        index += 1
      }
      return count
    }

    private func isAnswerable(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
      let (low, high) = (LiteralPattern.answerableBytes.lowerBound, LiteralPattern.answerableBytes.upperBound)
      var farthest: UInt8 = 0
      for byte in text { farthest = max(farthest, byte &- low) }
      return farthest <= high &- low
    }

    @inline(never)
    private func end(
      at end: Int, _ place: Int, _ count: Int, _ form: TextForm, _ touchedCount: inout Int
    ) {
      let state = place / finder.classCount
      for index in Int(finder.endingStarts[state])..<Int(finder.endingStarts[state + 1]) {
        let ending = finder.endings[index]
        let sequence = finder.sequences[Int(ending.sequence)]
        let progress = progress + Int(ending.sequence)
        let start = end - Int(ending.length)
        guard form.serves(sequence.isFolded), progress.pointee.part == ending.part, start >= progress.pointee.end
        else { continue }
        if ending.part == 0, start > 0, sequence.startsAtStart { continue }
        if ending.part == sequence.partCount - 1 {
          if end < count, sequence.endsAtEnd { continue }
          answers.giveYes(to: sequence.test)
        }
        if ending.part == 0 {
          touched[touchedCount] = ending.sequence
          touchedCount += 1
        }
        progress.pointee = Progress(part: ending.part + 1, end: Int32(end))
      }
    }
  }
}
