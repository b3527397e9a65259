import BusinessTime
import HubSpot
import Synchronization

/// A clock on which every wait is over at once, and has taken as long as was asked for.
final class VirtualTime: Timekeeper {
  private let state: Mutex<Duration>
  private let start: Instant
  private let sleeps = Mutex<[Duration]>([])

  init(start: Instant = Instant(milliseconds: 1_772_452_800_000)) {
    self.start = start
    state = Mutex(.zero)
  }

  var elapsed: Duration { state.withLock { $0 } }

  var now: Instant { start.adding(milliseconds: Int64(elapsed / .milliseconds(1))) }

  /// What was waited for.
  var waits: [Duration] { sleeps.withLock { $0 } }

  func advance(_ duration: Duration) {
    state.withLock { $0 += duration }
  }

  func sleep(for duration: Duration) async throws {
    try Task.checkCancellation()
    sleeps.withLock { $0.append(duration) }
    advance(max(.zero, duration))
    await Task.yield()
  }
}
