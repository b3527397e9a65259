import RuleSemantics

/// The tests of one frame that several conjunctions have in common, and for each test these conjunctions. One test that
/// is false decides all of its conjunctions, so that most are known before they are asked for.
struct SharedTests {
  /// The frame's position in the plan.
  let frame: Int
  private(set) var tests: [Int32] = []
  /// Of each test where its conjunctions begin, and where those of the last one end.
  private(set) var starts: [Int32] = [0]
  /// Of all tests, one after the other; ascending for each.
  private(set) var conjunctions: [Int32] = []
  /// How many conjunctions have such tests.
  fileprivate(set) var conjunctionCount = 0

  /// Without tests: each conjunction is asked for by itself.
  init(frame: Int) { self.frame = frame }

  fileprivate mutating func add(_ test: Int32, of conjunctions: [Int32]) {
    tests.append(test)
    self.conjunctions += conjunctions
    starts.append(Int32(self.conjunctions.count))
  }
}

extension RowCompiler {
  /// With fewer conjunctions in a frame each is asked for by itself.
  private static let fewConjunctions = 64
  /// Longer ways down are not gone for a test that may not be asked for otherwise.
  private static let deepestTest = 5

  /// Finds the tests that conjunctions of contacts and of accounts share, and puts them before the other operands;
  /// `RowStep.c` of such a conjunction is how many they are.
  mutating func findSharedTests() {
    tables.sharedTests = (sharedTests(of: .contacts), sharedTests(of: .accounts))
  }

  private mutating func sharedTests(of table: Table) -> SharedTests {
    guard let frame = graph.existing(.table(table))?.index else { return SharedTests(frame: 0) }
    var shared = SharedTests(frame: frame)
    let conjunctions = steps.indices.filter { isPlainConjunction(steps[$0]) && steps[$0].frame == frame }
    guard conjunctions.count >= RowCompiler.fewConjunctions else { return shared }
    var users: [Int32: [Int32]] = [:]
    for conjunction in conjunctions {
      for operand in operands(of: steps[conjunction]) { users[operand, default: []].append(Int32(conjunction)) }
    }
    for (test, conjunctions) in users.sorted(by: { $0.key < $1.key })
    where conjunctions.count > 1 && isQuickTest(test) {
      shared.add(test, of: conjunctions)
    }
    let tests = Set(shared.tests)
    for conjunction in conjunctions where putFirst(tests, conjunction) > 0 { shared.conjunctionCount += 1 }
    return shared
  }

  /// Whether all operands are flags.
  private func isPlainConjunction(_ step: RowStep) -> Bool { step.code == .and && step.variant == 1 }

  private func operands(of step: RowStep) -> ArraySlice<Int32> { operands[Int(step.a)..<Int(step.a + step.b)] }

  /// Whether a test reads nothing but the row, and its account, and always says the same of them.
  private func isQuickTest(_ id: Int32) -> Bool {
    guard graph.isTimeless[Int(id)], tables.depths[Int(id)] <= RowCompiler.deepestTest else { return false }
    switch steps[Int(id)].code {
    case .missing, .reduce, .gatherOuter, .gatherInner: return false
    default: return graph.children(of: NodeID(index: Int(id))).allSatisfy { isQuickTest(Int32($0.index)) }
    }
  }

  private mutating func putFirst(_ tests: Set<Int32>, _ conjunction: Int) -> Int {
    let range = Int(steps[conjunction].a)..<Int(steps[conjunction].a + steps[conjunction].b)
    let shared = operands[range].filter(tests.contains)
    operands.replaceSubrange(range, with: shared + operands[range].filter { !tests.contains($0) })
    steps[conjunction].c = Int32(shared.count)
    return shared.count
  }
}

extension RowEvaluator {
  /// Computes the tests that conjunctions share for a row of a table of people or accounts, and so decides most of the
  /// conjunctions. Worth it before many of them are asked for.
  ///
  /// - Parameter count: how many answers about the row are going to be asked for.
  func decideConjunctions(_ subject: Subject, row: Int, beforeAsking count: Int) {
    let shared = subject == .contact ? tables.sharedTests.contacts : tables.sharedTests.accounts
    let frame = shared.frame
    guard !shared.tests.isEmpty, count >= shared.conjunctionCount / 4 else { return }
    if registers.frameRows[frame] != row { registers.enter(row, of: frame) }
    let epoch = registers.epochs[frame]
    guard registers.decidedEpochs[frame] != epoch else { return }
    for (position, test) in shared.tests.enumerated() {
      let truth = cell(test)
      if truth == 1 { continue }
      for index in Int(shared.starts[position])..<Int(shared.starts[position + 1]) {
        let conjunction = Int(shared.conjunctions[index])
        registers.doubts[conjunction] = epoch
        if truth == 0 { registers.values[conjunction] = .init(epoch: epoch, cell: 0) }
      }
    }
    registers.decidedEpochs[frame] = epoch
  }
}
