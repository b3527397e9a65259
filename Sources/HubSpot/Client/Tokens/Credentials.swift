/// What HubSpot is convinced with. Printing one shows no secret.
package enum Credentials: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  /// A service key, or the token of a private app.
  case token(String)
  /// Of a project app.
  case oauth(clientID: String, clientSecret: String, refreshToken: String)

  package var description: String {
    switch self {
    case .token: "a static token"
    case .oauth: "OAuth"
    }
  }

  package var debugDescription: String { description }
}
