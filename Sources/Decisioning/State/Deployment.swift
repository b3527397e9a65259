package import BusinessTime

/// Since when a rule has been at work.
package struct Deployment: Hashable, Sendable {
  /// The first run that decided by it; `on` rules see nothing from before.
  package var firstAt: Instant
  /// Of its text; another one means that the rule was edited.
  package var fingerprint: String

  package init(firstAt: Instant, fingerprint: String) {
    self.firstAt = firstAt
    self.fingerprint = fingerprint
  }
}
