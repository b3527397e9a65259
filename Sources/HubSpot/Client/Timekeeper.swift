package import BusinessTime

/// The clocks of the outer layers, so that tests have their own.
package protocol Timekeeper: Sendable {
  /// Since some fixed moment; never steps. Limits and waits go by it.
  var elapsed: Duration { get }
  /// The time of day.
  var now: Instant { get }
  func sleep(for duration: Duration) async throws
}
