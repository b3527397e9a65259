import BusinessTime

// All wording of test failures: a sentence without a period each.
enum TestWording {
  static func expectedNothing(count: Int) -> String {
    "nothing was expected, and \(Outcome.counted(count, "action")) happened"
  }

  static func happened(_ expectation: String) -> String { "`\(expectation)` does not hold: it happened" }

  static func didNotHappen(_ expectation: String) -> String { "`\(expectation)` does not hold: it did not happen" }

  static func isFalse(_ expectation: String) -> String { "`\(expectation)` does not hold: it is false" }

  static func isUnknown(_ expectation: String) -> String {
    "`\(expectation)` does not hold: it is unknown, since something it needs is missing"
  }

  // MARK: - Traces

  static let nothingHappened = "nothing happened since the stop before"
  static let noRule = "no rule has such an action"

  static func andBefore(_ count: Int) -> String { "\(Outcome.counted(count, "line")) before these" }

  static func happening(
    at: String, rule: String, key: String, action: String, outcome: Outcome, reason: String?
  ) -> String {
    let head = "\(at) \(rule), \(key): \(action)"
    guard outcome != .act else { return head }
    return "\(head): \(outcome.name)\(reason.map { ", \($0)" } ?? "")"
  }

  static func enrolment(_ sequence: String, key: String, _ enrolment: Enrolment, in zone: Zone) -> String {
    "`\(sequence)`, \(key): \(enrolment.text(in: zone))"
  }

  static func enrolledByRules(_ sequence: String) -> String {
    "`\(sequence)` has no `enroll when`: rules enroll in it"
  }

  static func enrolCondition(of sequence: String, key: String, truth: UInt8) -> String {
    "`\(sequence)`, \(key): its `enroll when` is \(name(of: truth)) now"
  }

  static func waitsForOccurrence(_ rule: String) -> String {
    "`\(rule)` acts when what follows its `on` happens, and then if its `when` is true"
  }

  static func condition(of rule: String, key: String, truth: UInt8) -> String {
    "`\(rule)`, \(key): its condition is \(name(of: truth)) now"
  }

  static func part(_ text: String, truth: UInt8) -> String { "`\(text)` is \(name(of: truth))" }

  static func value(_ name: String, is value: String?) -> String { "\(name) is \(value ?? "missing")" }

  private static func name(of truth: UInt8) -> String {
    switch truth {
    case 0: "false"
    case 1: "true"
    default: "unknown"
    }
  }
}
