package import RuleDiagnostics

/// One call of the API, before anything is known of hosts, tokens and limits.
package struct APICall: Sendable {
  package enum Method: String, Hashable, Sendable { case get = "GET", post = "POST", put = "PUT", patch = "PATCH" }

  package var method: Method
  package var endpoint: Endpoint
  package var query: [(name: String, value: String)]
  package var body: JSONValue?
  /// Of the OAuth endpoints, which take forms. Holds secrets; never logged.
  package var form: [(name: String, value: String)]?
  /// Whether doing it twice is the same as doing it once, so that it may be sent again when nobody knows whether it was
  /// carried out.
  package var isRepeatable: Bool

  package init(
    _ method: Method, _ endpoint: Endpoint, query: [(name: String, value: String)] = [], body: JSONValue? = nil,
    form: [(name: String, value: String)]? = nil, isRepeatable: Bool
  ) {
    self.method = method
    self.endpoint = endpoint
    self.query = query
    self.body = body
    self.form = form
    self.isRepeatable = isRepeatable
  }

  package static func get(_ endpoint: Endpoint, query: [(name: String, value: String)] = []) -> APICall {
    APICall(.get, endpoint, query: query, isRepeatable: true)
  }

  /// A POST that only reads.
  package static func read(_ endpoint: Endpoint, _ body: JSONValue) -> APICall {
    APICall(.post, endpoint, body: body, isRepeatable: true)
  }
}
