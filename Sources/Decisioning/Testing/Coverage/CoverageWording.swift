import RuleDiagnostics
import RuleSemantics

// All wording of coverage.
enum CoverageWording {
  static let acts = "acts"
  static let setOff = "is set off"
  static let whenTrue = "`when` is true"
  static let whenNot = "`when` is not true"
  static let movesBack = "moves back"
  static let letsIn = "lets somebody in"
  static let letsOut = "lets somebody out"
  static let lineCounts = "the line counts"
  static let enrolls = "enrolls somebody"
  static let unnamed = "without a name"
  static let goal = "somebody reaches the goal"
  static let finds = "finds something"
  static let endsAHold = "a message is held as long as it may be"

  static func stage(_ name: String) -> String { "somebody is in `\(name)`" }
  static func step(_ name: String) -> String { "step `\(name)` acts" }
  static func exit(_ condition: String) -> String { "somebody leaves by `\(condition)`" }
  static func arm(_ name: String) -> String { "somebody is in arm `\(name)`" }
  static func clauseHolds(_ clause: String) -> String { "`\(clause)` holds a message back" }
  static func factorCounts(_ name: String) -> String { "`\(name)` is above 0" }
  static func holdsBack(_ condition: String) -> String { "`never message when \(condition)` holds somebody back" }
  static func arm(isTrue: Bool, _ condition: String) -> String { "\(isTrue ? "then" : "else") of `if \(condition)`" }

  // MARK: - Why not

  static func nobody(_ subject: Subject) -> String { "no test has \(subject == .contact ? "a contact" : "an account")" }
  static let neverInStage = "nobody was ever in it"
  static let neverPositive = "it was 0 or missing for everybody in every test"
  static let neverActed = "it never acted in any test"
  static let stepNeverActed = "no action of it was carried out in any test"
  static let neverTrueWhenDue = "its `when` was never true when it was set off"
  static let alwaysTrueWhenDue = "its `when` was true whenever it was set off"
  static let nobodyCame = "nobody in the sequence came there in any test"
  static let goalNeverReached = "nobody in it reached the goal in any test"
  static let exitNeverTaken = "nobody in it left by it in any test"
  static let neverFound = "no test has somebody for whom it found anything"
  static let noTestWithPolicy = "no test says `with policy`"
  static let clauseHeldNothing = "it held nothing back in any test that says `with policy`"
  static let needsPolicy = "it was true, but in no test that says `with policy`"

  static func neverTrue(_ condition: String, bound: ClosedRange<Double>?) -> String {
    guard let bound else { return "`\(condition)` was never true in any test" }
    let (low, high) = (number(bound.lowerBound), number(bound.upperBound))
    return "`\(condition)` was never true in any test (it was \(low == high ? low : "\(low) to \(high)"))"
  }

  static func alwaysTrue(_ condition: String) -> String { "`\(condition)` was true for everybody in every test" }

  static func neverTogether(_ wishes: [String]) -> String {
    "never at the same time for one person in any test: \(wishes.joined(separator: "; "))"
  }

  static func armNeverGiven(_ arm: String) -> String {
    "the rule never acted in it: no test says `given arm \(arm) of …`"
  }

  /// `condition` of a row of an event or people collection.
  static func someRow(isTrue: Bool, _ condition: String) -> String { isTrue ? condition : "not \(condition)" }

  static func wish(_ condition: String, _ isTrue: Bool) -> String {
    isTrue ? "`\(condition)`" : "not `\(condition)`"
  }

  static func heldBack(_ outcome: String) -> String { "its turn came, but nothing was done: \(outcome)" }
  static func noEvent(_ event: String) -> String { "no test has a `\(event)`" }
  static func neverDue(_ trigger: String) -> String { "`\(trigger)` set nothing off in any test" }

  private static func number(_ value: Double) -> String {
    JSONValue.spelling(of: (value * 100).rounded() / 100)
  }
}
