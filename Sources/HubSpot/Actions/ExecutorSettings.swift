/// What the workspace says about how actions are carried out.
package struct ExecutorSettings: Hashable, Sendable {
  /// HubSpot's id of the email for a template or asset, by its name.
  package var emails: [String: String]
  /// The email for assets that have none of their own; the asset's name, title and address go into it.
  package var assetEmail: String?
  /// Addresses of `notify "channel"`, by the channel's name. Secret.
  package var channels: [String: String]
  /// Addresses of `call webhook W`, by its name. Secret.
  package var webhooks: [String: String]
  /// Webhooks whose receivers know a repetition by its `Idempotency-Key`.
  package var repeatableWebhooks: Set<String>
  /// How long a send that nobody knows the outcome of may be repeated under its own id; HubSpot does not say how long it
  /// remembers ids.
  package var sendMemory: Duration

  package init(
    emails: [String: String] = [:], assetEmail: String? = nil, channels: [String: String] = [:],
    webhooks: [String: String] = [:], repeatableWebhooks: Set<String> = [], sendMemory: Duration = .seconds(86_400)
  ) {
    self.emails = emails
    self.assetEmail = assetEmail
    self.channels = channels
    self.webhooks = webhooks
    self.repeatableWebhooks = repeatableWebhooks
    self.sendMemory = sendMemory
  }
}
