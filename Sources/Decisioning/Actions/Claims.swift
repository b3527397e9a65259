import RuleSemantics

/// Which rule decides over a field or list membership in this run: the first, since higher rules go first.
struct Claims {
  struct Target {
    enum What: Hashable {
      case field(Subject, FieldIndex)
      case list(ListName)
      case owner(Subject)
      /// Whether the contact is in the sequence.
      case enrolment(String)
    }

    var what: What
    var row: Int32

    static func field(_ subject: Subject, _ row: Int32, _ field: FieldIndex) -> Target {
      Target(what: .field(subject, field), row: row)
    }

    static func list(_ list: ListName, _ row: Int32) -> Target { Target(what: .list(list), row: row) }

    static func owner(_ subject: Subject, _ row: Int32) -> Target { Target(what: .owner(subject), row: row) }

    static func enrolment(_ sequence: String, _ row: Int32) -> Target {
      Target(what: .enrolment(sequence), row: row)
    }
  }

  typealias Claim = (rule: String, value: Value)

  private var claims: [Target.What: [Int32: Claim]] = [:]
  /// What was claimed, with what stood there before, for `undo`.
  private var log: [(Target, Claim?)] = []

  var mark: Int { log.count }

  subscript(target: Target) -> Claim? { claims[target.what]?[target.row] }

  /// Membership of a list is a flag.
  mutating func claim(_ target: Target, _ value: Value, for rule: String) {
    let former = claims[target.what, default: [:]].updateValue((rule, value), forKey: target.row)
    log.append((target, former))
  }

  /// Claims what no rule has claimed yet; a rule may change its own mind.
  mutating func claimIfFree(_ target: Target, _ value: Value, for rule: String) {
    guard self[target].map({ $0.rule == rule }) ?? true else { return }
    claim(target, value, for: rule)
  }

  /// Forgets what was claimed since the mark.
  mutating func undo(to mark: Int) {
    while log.count > mark {
      let (target, former) = log.removeLast()
      claims[target.what]?[target.row] = former
    }
  }
}
