import RuleSemantics

/// What the variables of an expression stand for where it stands.
///
/// Each variable is a level: the subject, then the trigger, then a person or deal, then an event. An expression is
/// planned on the smallest frame that has all levels it reads.
struct PlanScope {
  struct Level {
    var variable: Reference.Variable
    /// Where what depends on this level alone is computed.
    var base: FrameID
    /// Where what depends on this and outer levels is computed; `nil` when nothing does.
    var composite: FrameID?
    /// The outer levels of `composite`.
    var outer: LevelSet
    /// Of a subject or person.
    var entity: Subject?
    /// Of an event.
    var source: EventSource?
    var trigger: TriggerKind?
  }

  var subject: Subject
  var levels: [Level]

  func level(of variable: Reference.Variable) -> Int? {
    levels.lastIndex { $0.variable == variable }
  }

  func levelSet(of variables: VariableSet) -> LevelSet {
    var set = LevelSet()
    for variable in Reference.Variable.all where variables.contains(VariableSet(variable)) {
      if let level = level(of: variable) { set.insert(LevelSet(level: level)) }
    }
    return set
  }

  /// The levels of the smallest frame that has at least these.
  func closure(of set: LevelSet) -> LevelSet {
    guard let top = set.highest else { return set }
    let level = levels[top]
    if set == LevelSet(level: top), level.variable != .trigger { return set }
    return LevelSet(level: top).union(level.outer)
  }

  /// The frame of a closed set.
  func frame(of set: LevelSet) -> FrameID {
    guard let top = set.highest else { return .scalar }
    let level = levels[top]
    return set == LevelSet(level: top) ? level.base : level.composite ?? level.base
  }

  /// The way from the frame of a closed set to the rows of one of its levels.
  func path(to level: Int, in set: LevelSet) -> [Step] {
    var steps: [Step] = []
    var set = set
    while let top = set.highest, set != LevelSet(level: level) {
      if top == level { return steps + [.inner] }
      steps.append(.outer)
      set = levels[top].outer
    }
    return steps
  }
}

/// A set of levels of a scope.
struct LevelSet: OptionSet, Hashable {
  var rawValue: UInt128 = 0

  static let limit = 128

  init(rawValue: UInt128) {
    self.rawValue = rawValue
  }

  init(level: Int) {
    rawValue = 1 << UInt128(level)
  }

  var highest: Int? { rawValue == 0 ? nil : 127 - rawValue.leadingZeroBitCount }
}

/// The variables that an expression reads.
struct VariableSet: OptionSet, Hashable {
  var rawValue: UInt8

  init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  init(_ variable: Reference.Variable) {
    switch variable {
    case .subject: rawValue = 1
    case .person: rawValue = 2
    case .deal: rawValue = 4
    case .row: rawValue = 8
    case .candidate: rawValue = 16
    case .trigger: rawValue = 32
    }
  }
}

extension Reference.Variable {
  static let all: [Reference.Variable] = [.subject, .person, .deal, .row, .candidate, .trigger]
}

extension CheckedExpression {
  /// The variables it reads and does not bind itself.
  var freeVariables: VariableSet {
    switch kind {
    case .constant, .now, .today, .ago: []
    case .read(let reference), .isUnchanged(let reference, _): VariableSet(reference.variable)
    case .did(let query, _): query.freeVariables(with: nil)
    case .events(let query, let aggregate): query.freeVariables(with: aggregate.value)
    case .people(let query, let aggregate): query.freeVariables(with: aggregate.value)
    case .affinity(let operand, halfLife: _): operand.freeVariables.union(VariableSet(.subject))
    case .candidate, .rate, .popularity: VariableSet(.candidate)
    default: operands.reduce([]) { $0.union($1.freeVariables) }
    }
  }
}

extension EventQuery {
  func freeVariables(with value: CheckedExpression?) -> VariableSet {
    var set = filter?.freeVariables ?? []
    if let value { set.formUnion(value.freeVariables) }
    set.remove(VariableSet(.row))
    switch window {
    case .since(let start): set.formUnion(start.freeVariables)
    case .sinceStep, .sinceEnrolment: set.insert(VariableSet(.trigger))
    case nil, .within, .fromTo: break
    }
    return set.union(VariableSet(owner))
  }
}

extension PeopleQuery {
  /// The variable that its filter and values are about.
  var variable: Reference.Variable { rows == .deals ? .deal : .person }

  func freeVariables(with value: CheckedExpression?) -> VariableSet {
    var set = filter?.freeVariables ?? []
    if let value { set.formUnion(value.freeVariables) }
    set.remove(VariableSet(variable))
    return set.union(VariableSet(.subject))
  }
}
