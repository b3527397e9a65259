import BusinessTime
import Daemon
import Synchronization
import Testing

@Suite("Steady clock")
struct SteadyClockTests {
  /// A machine whose clock can be set, and the time that really passes.
  private final class Machine: Sendable {
    private let state = Mutex<(offset: Int64, elapsed: Int64)>((1_772_442_000_000, 0))

    var shown: Int64 { state.withLock { $0.offset + $0.elapsed } }
    var elapsed: Int64 { state.withLock(\.elapsed) }

    func pass(_ milliseconds: Int64) { state.withLock { $0.elapsed += milliseconds } }
    func set(by milliseconds: Int64) { state.withLock { $0.offset += milliseconds } }

    func clock() -> SteadyClock {
      SteadyClock(wall: { Instant(milliseconds: self.shown) }, steady: { self.elapsed })
    }
  }

  private static let hour: Int64 = 3_600_000
  private static let patience: Int64 = 600_000

  @Test func timePassesAsItDoes() {
    let machine = Machine()
    let clock = machine.clock()
    for _ in 0..<100 {
      #expect(clock.now.milliseconds == machine.shown)
      machine.pass(777)
    }
    #expect(clock.deviationMilliseconds == 0)
  }

  /// What the time service corrects is taken over, and nobody is told; back it does not go.
  @Test func smallCorrectionsAreFollowed() {
    let machine = Machine()
    let clock = machine.clock()
    _ = clock.now
    machine.set(by: 1_500)
    #expect(clock.now.milliseconds == machine.shown)
    let before = clock.now
    machine.set(by: -1_900)
    #expect(clock.now == before)
    #expect(clock.deviationMilliseconds == 0)
    machine.pass(3_000)
    #expect(clock.now.milliseconds == machine.shown)
  }

  @Test(arguments: [hour, -hour])
  func aClockThatWasSetIsBelievedAfterTenMinutes(step: Int64) {
    let machine = Machine()
    let clock = machine.clock()
    let start = clock.now.milliseconds
    machine.set(by: step)
    #expect(clock.now.milliseconds == start)
    #expect(clock.deviationMilliseconds == step)
    machine.pass(Self.patience - 1)
    #expect(clock.now.milliseconds == start + Self.patience - 1)
    machine.pass(1)
    // One that was set back is waited for: time stands still rather than go back.
    let believed = clock.now.milliseconds
    #expect(believed == (step > 0 ? machine.shown : start + Self.patience - 1))
    machine.pass(max(0, -step))
    #expect(clock.now.milliseconds == max(believed, machine.shown))
    #expect(clock.deviationMilliseconds == 0)
  }

  @Test func anHourThatIsOffForAMinuteChangesNothing() {
    let machine = Machine()
    let clock = machine.clock()
    let start = clock.now.milliseconds
    machine.set(by: Self.hour)
    #expect(clock.now.milliseconds == start)
    machine.pass(60_000)
    #expect(clock.now.milliseconds == start + 60_000)
    machine.set(by: -Self.hour)
    machine.pass(Self.patience)
    #expect(clock.now.milliseconds == start + 60_000 + Self.patience)
    // That it was off once before is forgotten: the ten minutes begin anew.
    machine.set(by: Self.hour)
    #expect(clock.now.milliseconds == start + 60_000 + Self.patience)
    machine.pass(Self.patience - 1)
    #expect(clock.deviationMilliseconds == Self.hour)
  }

  /// Set again before it was believed, it has to hold for ten minutes from then on.
  @Test func aClockThatIsSetTwiceIsBelievedLater() {
    let machine = Machine()
    let clock = machine.clock()
    let start = clock.now.milliseconds
    machine.set(by: Self.hour)
    _ = clock.now
    machine.pass(Self.patience / 2)
    machine.set(by: Self.hour)
    _ = clock.now
    machine.pass(Self.patience / 2)
    #expect(clock.now.milliseconds == start + Self.patience)
    machine.pass(Self.patience / 2)
    #expect(clock.now.milliseconds == machine.shown)
  }
}
