import BusinessTime
package import Decisioning
import RuleSemantics
import RuleSyntax

/// Who would move from which step of an earlier version to which of the present one. What was done is not done again,
/// and what stands before somebody's place in the new text is not done for them any more.
package struct SequenceMigration: Sendable {
  package enum Target: Hashable, Sendable {
    /// The statement that they are at is there.
    case same(Enrolment.Place)
    /// It is not; they go on after the last one before it that is, or after the step.
    case onwards(Enrolment.Place, after: String?)
    /// As the command says, at the start of a step.
    case start(Enrolment.Place)
    /// The step is gone, and nobody said where they should go.
    case nowhere

    var place: Enrolment.Place? {
      switch self {
      case .same(let place), .onwards(let place, _), .start(let place): place
      case .nowhere: nil
      }
    }
  }

  package struct Move: Hashable, Sendable {
    package var contact: String
    var row: Int32
    package var version: String
    package var from: Enrolment
    package var target: Target
    /// Of those that do not go on with a wait they are at: when the wait ends that they come to.
    var waitsUntil: Instant?
  }

  package let sequence: String
  package let version: String
  /// In the order of keys.
  package let moves: [Move]

  /// Whether nobody is left standing.
  package var isComplete: Bool { !moves.contains { $0.target == .nowhere } }

  var places: [Int32: MovedPlace] {
    var places: [Int32: MovedPlace] = [:]
    for move in moves {
      guard let place = move.target.place else { continue }
      let isSame = if case .same = move.target { true } else { false }
      places[move.row] = MovedPlace(place: place, goesOnWaiting: isSame)
    }
    return places
  }
}

/// Finds places of an earlier version in the present one.
struct PlaceFinder {
  let program: SequenceProgram
  let present: (declaration: SequenceDeclaration, tree: SyntaxTree)
  /// By version.
  let earlier: [String: (declaration: SequenceDeclaration, tree: SyntaxTree)]
  /// Where whoever stands on a step that is gone goes.
  let fallback: String?

  func target(of enrolment: Enrolment) -> SequenceMigration.Target {
    let place = enrolment.place
    guard let new = present.declaration.outline(of: place.step, in: present.tree) else {
      return fallback.map { .start(.init(step: $0, position: "")) } ?? .nowhere
    }
    if place.position.isEmpty { return .same(place) }
    guard let version = earlier[enrolment.version],
      let old = version.declaration.outline(of: place.step, in: version.tree),
      let statement = old.statement(at: place.position)
    else { return onwards(after: nil, in: place.step) }
    if let same = new.statement(like: statement.key) { return .same(.init(step: place.step, position: same.position)) }
    return target(leaving: statement, old, new, step: place.step)
  }

  /// Goes on after the nearest statement before it that is still there; a block that was entered is left.
  private func target(
    leaving statement: StepOutline.Statement, _ old: StepOutline, _ new: StepOutline, step: String
  ) -> SequenceMigration.Target {
    for position in statement.before {
      guard let before = old.statement(at: position), let known = new.statement(like: before.key) else { continue }
      return onwards(after: known, in: step)
    }
    if let parent = statement.parent.flatMap(old.statement(at:)) {
      if let known = new.statement(like: parent.key) { return onwards(after: known, in: step) }
      return target(leaving: parent, old, new, step: step)
    }
    // Nothing of it was done yet: the step is met as it is now.
    if statement.before.isEmpty, statement.parent == nil, statement.position == "0" {
      return .start(.init(step: step, position: ""))
    }
    return onwards(after: nil, in: step)
  }

  private func onwards(after statement: StepOutline.Statement?, in step: String) -> SequenceMigration.Target {
    let place =
      statement.map { program.place(after: .init(step: step, position: $0.position)) }
      ?? program.place(afterStep: step)
    return place.map { .onwards($0, after: statement?.text) } ?? .nowhere
  }
}
