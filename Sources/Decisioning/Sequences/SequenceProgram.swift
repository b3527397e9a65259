import BusinessTime
package import RuleSemantics

/// The steps of one version of a sequence as a list of instructions that only ever leads on, so that every enrolment
/// comes to an end. Each instruction has a place, by which an enrolment remembers it.
package struct SequenceProgram: Sendable {
  enum Instruction: Hashable {
    case begin(step: String)
    /// A position in `actions`.
    case act(Int)
    case wait(TimeSpan)
    /// A position in `conditions`.
    case waitUntil(upTo: TimeSpan, Int)
    /// On with the next instruction where the condition is true, otherwise with the one named.
    case branch(Int, otherwise: Int)
    case jump(Int)
    case split(byAccount: Bool, [Arm])
    case finish
  }

  struct Arm: Hashable {
    var name: String
    /// The buckets below it that no earlier arm has.
    var limit: Int
    var start: Int
  }

  private(set) var instructions: [Instruction] = []
  private(set) var places: [Enrolment.Place] = []
  private(set) var actions: [CheckedAction] = []
  private(set) var conditions: [CheckedExpression] = []
  private var positions: [Enrolment.Place: Int] = [:]

  package init(_ sequence: CheckedSequence) {
    for step in sequence.steps {
      add(.begin(step: step.name), .init(step: step.name, position: ""))
      add(step.statements, in: step.name, below: "")
    }
    add(.finish, .init(step: "", position: ""))
  }

  /// Where everybody starts.
  package var start: Enrolment.Place { places[0] }

  /// `nil` for a place of another version.
  func position(of place: Enrolment.Place) -> Int? { positions[place] }

  /// The instruction that comes next, without the jumps on the way.
  func next(from position: Int) -> Int {
    var position = position
    while case .jump(let target) = instructions[position] { position = target }
    return position
  }

  // MARK: - Building

  @discardableResult
  private mutating func add(_ instruction: Instruction, _ place: Enrolment.Place) -> Int {
    let position = instructions.count
    instructions.append(instruction)
    places.append(place)
    if case .jump = instruction { return position }
    positions[place] = position
    return position
  }

  private mutating func add(_ statements: [CheckedSequence.Statement], in step: String, below path: String) {
    for (index, statement) in statements.enumerated() {
      let place = Enrolment.Place(step: step, position: "\(path)\(index)")
      switch statement {
      case .action(let action):
        actions.append(action)
        add(.act(actions.count - 1), place)
      case .wait(let span, _): add(.wait(span), place)
      case .waitUntil(let upTo, let condition, _):
        conditions.append(condition)
        add(.waitUntil(upTo: upTo, conditions.count - 1), place)
      case .conditional(let condition, let then, let otherwise, _):
        conditions.append(condition)
        addBranch(conditions.count - 1, then, otherwise, place)
      case .split(let byAccount, let arms, _): addSplit(byAccount, arms, place)
      }
    }
  }

  private mutating func addBranch(
    _ condition: Int, _ then: [CheckedSequence.Statement], _ otherwise: [CheckedSequence.Statement],
    _ place: Enrolment.Place
  ) {
    let branch = add(.branch(condition, otherwise: 0), place)
    add(then, in: place.step, below: "\(place.position).then.")
    guard !otherwise.isEmpty else {
      instructions[branch] = .branch(condition, otherwise: instructions.count)
      return
    }
    let jump = add(.jump(0), place)
    instructions[branch] = .branch(condition, otherwise: instructions.count)
    add(otherwise, in: place.step, below: "\(place.position).else.")
    instructions[jump] = .jump(instructions.count)
  }

  private mutating func addSplit(_ byAccount: Bool, _ arms: [CheckedSequence.Arm], _ place: Enrolment.Place) {
    let split = add(.split(byAccount: byAccount, []), place)
    var share = 0.0
    var placed: [Arm] = []
    var jumps: [Int] = []
    for (index, arm) in arms.enumerated() {
      share += arm.share
      let limit = index == arms.count - 1 ? 10_000 : Int((share * 10_000).rounded())
      placed.append(Arm(name: arm.name, limit: limit, start: instructions.count))
      add(arm.statements, in: place.step, below: "\(place.position).\(arm.name).")
      jumps.append(add(.jump(0), place))
    }
    instructions[split] = .split(byAccount: byAccount, placed)
    for jump in jumps { instructions[jump] = .jump(instructions.count) }
  }
}
