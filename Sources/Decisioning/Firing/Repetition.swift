package import BusinessTime
import RuleSemantics

extension CheckedRule.Frequency.Repetition {
  /// Whether a rule whose condition is true, or whose occurrence is due, may act again.
  ///
  /// - Parameter isOver: whether a span since an instant has passed.
  func allows(_ firing: Firing, isOver: (TimeSpan, Instant) -> Bool) -> Bool {
    switch self {
    case .once: firing.last == nil
    case .everyTime: firing.isArmed
    case .onceEvery(let span): firing.last.map { isOver(span, $0) } ?? true
    case .upkeep: true
    }
  }
}

extension Firing {
  /// After the condition was found false; `nil` when that is nothing new.
  func armed() -> Firing? {
    isArmed && !isExcluded ? nil : Firing(last: last, reached: reached, isArmed: true)
  }

  /// After the rule acted.
  package static func acted(at now: Instant) -> Firing {
    Firing(last: now, isArmed: false)
  }

  /// After the rule had its turn and nothing came of it.
  package func passed(at now: Instant) -> Firing {
    Firing(last: now, reached: reached, isArmed: false)
  }
}
