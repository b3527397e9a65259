import RuleDiagnostics
import RuleSemantics

/// What an action says of itself and asks of the CRM, put together where somebody wants to read it.
struct ActionWords {
  let isWanted: Bool
  private(set) var arguments: [DecidedAction.Argument] = []
  private var members: [(String, JSONValue?)] = []

  init(isWanted: Bool) {
    self.isWanted = isWanted
  }

  var request: JSONValue { isWanted ? .members(members) : .null }

  mutating func argument(_ parameter: ParameterID, _ value: @autoclosure () -> JSONValue) {
    if isWanted { arguments.append(.init(parameter, value())) }
  }

  /// A member of the request; left out for `nil`.
  mutating func ask(_ name: String, _ value: @autoclosure () -> JSONValue?) {
    if isWanted { members.append((name, value())) }
  }
}

extension ResolvedAction {
  /// With what the request asks for.
  mutating func take(_ words: ActionWords) {
    arguments = words.arguments
    request = words.request
  }
}
