import BusinessTime
import Testing

/// A zone that the test takes for granted.
func zone(_ identifier: String) throws -> Zone {
  try #require(Zone(identifier: identifier), "no zone \(identifier)")
}

/// `2026-03-02T09:00:00Z`, or a wall time such as `2026-03-02 09:00` in `zone`.
func instant(_ text: String, _ zone: Zone = .utc) throws -> Instant {
  try #require(Instant(iso: text, in: zone), "no instant \(text)")
}

func date(_ text: String) throws -> CivilDate {
  try #require(CivilDate(iso: text), "no date \(text)")
}

func time(_ text: String) throws -> ClockTime {
  try #require(ClockTime(iso: text), "no time \(text)")
}

/// Repeats its sequence for each seed (SplitMix64), so that a failing case can be run again.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
