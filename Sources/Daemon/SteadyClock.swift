package import BusinessTime
import Synchronization

/// The time to decide by: that of the machine, but it never goes back, and a clock that was set is believed only when it
/// still shows the same after a while. Until then time goes on as if nothing had been set, so that a clock which is an hour
/// off for a minute sends nothing too early and holds nothing up. A class, since all loops share what it remembers.
package final class SteadyClock: Sendable {
  private struct State {
    /// What the machine's clock shows more than the steady one, in milliseconds, as it is believed.
    var accepted: Int64?
    /// Another difference, and when it was first seen by the steady clock.
    var candidate: (offset: Int64, since: Int64)?
    var last: Int64 = .min
  }

  private let state = Mutex(State())
  private let wall: @Sendable () -> Instant
  private let steady: @Sendable () -> Int64

  /// Corrections of the time service stay below it.
  private static let toleranceMilliseconds: Int64 = 2_000
  private static let patienceMilliseconds: Int64 = 600_000

  /// - Parameter steady: milliseconds since some moment that nobody can set.
  package init(wall: @escaping @Sendable () -> Instant, steady: @escaping @Sendable () -> Int64) {
    self.wall = wall
    self.steady = steady
  }

  /// With the machine's clock that nobody sets, which also runs while the machine sleeps.
  package convenience init(wall: @escaping @Sendable () -> Instant) {
    let start = ContinuousClock.now
    self.init(wall: wall, steady: { Int64((ContinuousClock.now - start) / .milliseconds(1)) })
  }

  package var now: Instant {
    let (shown, elapsed) = (wall().milliseconds, steady())
    return state.withLock { state in
      let offset = shown - elapsed
      let accepted = state.accepted ?? offset
      if abs(offset - accepted) <= Self.toleranceMilliseconds {
        state.accepted = offset
        state.candidate = nil
      } else if let candidate = state.candidate, abs(offset - candidate.offset) <= Self.toleranceMilliseconds {
        if elapsed - candidate.since >= Self.patienceMilliseconds {
          state.accepted = offset
          state.candidate = nil
        }
      } else {
        state.candidate = (offset, elapsed)
      }
      state.last = max(state.last, elapsed + (state.accepted ?? offset))
      return Instant(milliseconds: state.last)
    }
  }

  /// What the machine's clock shows more than the time that is decided by; 0 where they agree.
  package var deviationMilliseconds: Int64 {
    let difference = wall().milliseconds - now.milliseconds
    return abs(difference) <= Self.toleranceMilliseconds ? 0 : difference
  }
}
