import BusinessTime
import Synchronization

final class TestClock: Sendable {
  private let time = Mutex(Instant(milliseconds: 1_772_442_000_000))

  var now: Instant { time.withLock { $0 } }

  func move(milliseconds: Int64) { time.withLock { $0 = $0.adding(milliseconds: milliseconds) } }
}
