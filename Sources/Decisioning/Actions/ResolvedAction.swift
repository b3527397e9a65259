import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// An action with its arguments filled in, before policies are asked.
struct ResolvedAction {
  /// What it changes here, beside what it asks of the CRM.
  enum Effect {
    case nothing
    case field(FieldIndex, old: Value, new: Value)
    case list(ListName, isMember: Bool)
    case owner(team: String, address: String)
    case enrolment(sequence: String, isMember: Bool)
    case message(MessageLedger.Content, StateChanges.SentMessage)
    case recommendation([AssetID])
  }

  var id: ActionID
  var index: Int
  var arguments: [DecidedAction.Argument] = []
  var request: JSONValue = .null
  var outcome: Outcome = .act
  var effect: Effect = .nothing
  /// The name of the field or list that it changes.
  var target: String?
  /// What a recommendation found for it.
  var ranking: (Ranking, CheckedRecommendation)?
  /// What it decides, so that lower rules do not decide otherwise.
  var claim: (target: Claims.Target, value: Value)?

  var isMessage: Bool {
    if case .message = effect { true } else { false }
  }
}
