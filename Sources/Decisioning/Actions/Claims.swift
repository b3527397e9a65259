import RuleSemantics

/// Which rule decides over a field or list membership in this run: the first, since higher rules go first.
struct Claims {
  enum Target: Hashable {
    case field(Subject, Int32, FieldIndex)
    case list(ListName, Int32)
    case owner(Subject, Int32)
    /// Whether the contact is in the sequence.
    case enrolment(String, Int32)
  }

  private var values: [Target: (rule: String, value: Value)] = [:]
  /// What was claimed, with what stood there before, for `undo`.
  private var log: [(Target, (rule: String, value: Value)?)] = []

  var mark: Int { log.count }

  subscript(target: Target) -> (rule: String, value: Value)? { values[target] }

  /// Membership of a list is a flag.
  mutating func claim(_ target: Target, _ value: Value, for rule: String) {
    log.append((target, values[target]))
    values[target] = (rule, value)
  }

  /// Forgets what was claimed since the mark.
  mutating func undo(to mark: Int) {
    while log.count > mark {
      let (target, former) = log.removeLast()
      values[target] = former
    }
  }
}
