package import BusinessTime
import Foundation
import HubSpot

/// The clocks of the machine.
package struct SystemTime: Timekeeper {
  private let start = ContinuousClock.now

  package init() {}

  package var elapsed: Duration { ContinuousClock.now - start }

  package var now: Instant { Instant(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down))) }

  package func sleep(for duration: Duration) async throws {
    try await Task.sleep(for: duration)
  }
}
