/// What names mean where an expression stands.
struct Scope {
  /// Whose attributes bare names are.
  enum Names: Hashable {
    case subject
    case person
    case deal
    case row(EventQuery.Events)
    case candidate
    /// Of the event or change that set off the rule: the `where` of an `on`.
    case trigger
  }

  /// Whom the declaration is about.
  var subject: Subject
  var names: Names = .subject
  /// The person whose events `did` asks for inside a people collection; `nil` outside: then it is the subject.
  var person: Bool = false
  /// What set off the `on` rule that the expression belongs to.
  var trigger: CheckedRule.Occurrence?
  /// The step names of the sequence that the expression belongs to, and since when a `did` without a window counts
  /// there; `nil` for ever.
  var sequence: (steps: [String], start: EventQuery.Window?)?
  /// Whether `did` and `no E` may stand here; not in a `where` about events.
  var allowsEvents = true
  /// Whether `contacts`, `colleagues` and `deals` may stand here; not inside one of them.
  var allowsPeople = true
  /// Whether `candidate.x`, `affinity` and `rate` may stand here: in a recommendation.
  var hasCandidate = false
}
