package import RuleDiagnostics

/// What HubSpot said when it did not do what it was asked. Its documentation promises none of the members.
package struct APIProblem: Hashable, Sendable {
  package struct Detail: Hashable, Sendable {
    package var message: String
    package var code: String?
    /// Names the input of a batch that is meant.
    package var traceID: String?
    package var requiredScopes: [String]
  }

  /// The status of HTTP.
  package var status: Int
  package var message: String
  package var category: String?
  package var correlationID: String?
  /// Of a 429: which limit was reached.
  package var policy: String?
  package var details: [Detail]

  package init(
    status: Int, message: String, category: String? = nil, correlationID: String? = nil, policy: String? = nil,
    details: [Detail] = []
  ) {
    self.status = status
    self.message = message
    self.category = category
    self.correlationID = correlationID
    self.policy = policy
    self.details = details
  }

  /// - Parameter body: `nil` where it is no JSON.
  package init(status: Int, body: JSONValue?, correlationID: String? = nil) {
    self.status = status
    message = body?["message"]?.string ?? body?["error_description"]?.string ?? "HTTP status \(status)"
    category = body?["category"]?.string ?? body?["errorType"]?.string ?? body?["error"]?.string
    self.correlationID = body?["correlationId"]?.string ?? correlationID
    policy = body?["policyName"]?.string
    details = (body?["errors"]?.list ?? []).map(Detail.init)
  }

  /// The scopes that the token lacks.
  package var requiredScopes: [String] {
    var scopes: [String] = []
    for scope in details.flatMap(\.requiredScopes) where !scopes.contains(scope) { scopes.append(scope) }
    return scopes
  }

  /// One line, for a person.
  package var text: String {
    var text = message
    for detail in details.prefix(3) where !detail.message.isEmpty && !text.contains(detail.message) {
      text += "; \(detail.message)"
    }
    if let category, !text.contains(category) { text += " (\(category))" }
    if let correlationID { text += " [correlation id \(correlationID)]" }
    return text.count <= 500 ? text : "\(text.prefix(500))…"
  }
}

extension APIProblem.Detail {
  init(_ value: JSONValue) {
    let context = value["context"]
    message = value["message"]?.string ?? ""
    code = value["code"]?.string ?? value["category"]?.string
    traceID = context?["objectWriteTraceId"]?.list?.first?.string ?? context?["objectWriteTraceId"]?.string
    requiredScopes =
      (context?["requiredGranularScopes"]?.list ?? context?["requiredScopes"]?.list ?? []).compactMap(\.string)
  }
}
