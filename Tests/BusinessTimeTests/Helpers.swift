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
