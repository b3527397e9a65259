package import HubSpot
package import Logging

/// What leads to HubSpot in one process: the client, which all parts share, and the way to other addresses.
package struct HubSpotConnection: Sendable {
  package let client: HubSpotClient
  package let transport: HTTPTransport
  package let executor: ExecutorSettings

  /// - Parameters:
  ///   - database: beside which a refresh token that HubSpot replaced is kept, sealed.
  ///   - environment: the variables of the process, among them the secrets that the settings name.
  package init(
    _ settings: HubSpotSettings, database: String, environment: [String: String],
    logger: Logger = HubSpotConnection.quietLogger, metrics: ClientMetrics = ClientMetrics()
  ) throws(HubSpotError) {
    // What can be wrong comes before the transport, which has to be closed.
    let credentials = try Self.credentials(settings, environment)
    executor = try Self.executor(settings, environment)
    transport = HTTPTransport(connections: settings.client.limits.concurrency)
    client = HubSpotClient(
      settings: settings.client, credentials: credentials, tokenFile: RefreshTokenFile(database + "-token"),
      transport: transport, time: SystemTime(), logger: logger, metrics: metrics)
  }

  /// Says what a person should see, and nothing of single requests.
  package static let quietLogger: Logger = {
    var logger = Logger(label: "hubspot", factory: { StreamLogHandler.standardError(label: $0) })
    logger.logLevel = .error
    return logger
  }()

  package func close() async {
    await transport.close()
  }

  static func credentials(
    _ settings: HubSpotSettings, _ environment: [String: String]
  ) throws(HubSpotError) -> Credentials {
    func secret(_ variable: String) throws(HubSpotError) -> String {
      guard let value = environment[variable]?.filter({ !$0.isWhitespace }), !value.isEmpty else {
        throw .credentials(reason: "the variable `\(variable)` is not set; put HubSpot's token there (see abm.yaml)")
      }
      return value
    }
    let oauth = [settings.oauthClientID, settings.oauthClientSecret, settings.oauthRefreshToken].compactMap { $0 }
    if oauth.isEmpty { return .token(try secret(settings.token)) }
    guard oauth.count == 3 else {
      throw .credentials(
        reason: "OAuth needs `oauth_client_id`, `oauth_client_secret` and `oauth_refresh_token` in abm.yaml")
    }
    return .oauth(
      clientID: try secret(oauth[0]), clientSecret: try secret(oauth[1]), refreshToken: try secret(oauth[2]))
  }

  private static func executor(
    _ settings: HubSpotSettings, _ environment: [String: String]
  ) throws(HubSpotError) -> ExecutorSettings {
    var executor = settings.executor
    func addresses(_ variables: [String: String], _ kind: String) throws(HubSpotError) -> [String: String] {
      var addresses: [String: String] = [:]
      for (name, variable) in variables.sorted(by: { $0.key < $1.key }) {
        guard let address = environment[variable], !address.isEmpty else {
          throw .credentials(
            reason: "the variable `\(variable)` is not set; it holds the address of the \(kind) “\(name)”")
        }
        guard ClientSettings(baseURL: address).isSecure else {
          throw .credentials(reason: "the address of the \(kind) “\(name)” is not https")
        }
        addresses[name] = address
      }
      return addresses
    }
    executor.channels = try addresses(settings.channels, "channel")
    executor.webhooks = try addresses(settings.webhooks, "webhook")
    return executor
  }
}
