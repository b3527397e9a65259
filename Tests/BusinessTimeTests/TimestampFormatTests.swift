import BusinessTime
import TestSupport
import Testing

struct TimestampFormatTests {
  /// Format, text, and the instant it names read in London; `nil` where it must be refused.
  @Test(
    arguments: [
      (.iso, "2026-03-02T09:00:00Z", "2026-03-02T09:00:00Z"),
      (.iso, "2026-03-02t09:00:00z", "2026-03-02T09:00:00Z"),
      (.iso, "2026-03-02T09:00Z", "2026-03-02T09:00:00Z"),
      (.iso, "2026-03-02T09:00:00+01:00", "2026-03-02T08:00:00Z"),
      (.iso, "2026-03-02T09:00:00-0530", "2026-03-02T14:30:00Z"),
      (.iso, "2026-03-02 09:00:00+00", "2026-03-02T09:00:00Z"),
      (.iso, "2026-03-02 09:00:00 UTC", "2026-03-02T09:00:00Z"),
      (.iso, "2026-03-02 09:00:00 +0200", "2026-03-02T07:00:00Z"),
      (.iso, "2026-03-02T09:00:00.5Z", "2026-03-02T09:00:00.500Z"),
      (.iso, "2026-03-02T09:00:00.123456789Z", "2026-03-02T09:00:00.123Z"),
      (.iso, "2026-03-02T23:59:59.9999Z", "2026-03-02T23:59:59.999Z"),
      (.iso, "2026-07-01 09:00", "2026-07-01T08:00:00Z"),
      (.iso, "2026-07-01", "2026-06-30T23:00:00Z"),
      (.iso, "1969-12-31T23:59:59.750Z", "1969-12-31T23:59:59.750Z"),
      (.iso, "2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
      (.iso, "2025-02-29T00:00:00Z", nil),
      (.iso, "2026-03-02T24:00:00Z", nil),
      (.iso, "2026-03-02T09:60:00Z", nil),
      (.iso, "2026-06-30T23:59:60Z", nil),
      (.iso, "2026-03-02T09:00:00.Z", nil),
      (.iso, "2026-03-02T09:00:00+1", nil),
      (.iso, "2026-03-02T09:00:00+01:60", nil),
      (.iso, "2026-03-02T09:00:00+19:00", nil),
      (.iso, "2026-03-02T09:00:00Zjunk", nil),
      (.iso, "2026-03-02T", nil),
      (.iso, "2026-03-02 ", nil),
      (.iso, " 2026-03-02", nil),
      (.iso, "2026-03-02T9:00", nil),
      (.iso, "3/2/2026", nil),
      (.iso, "", nil),
      (.iso, "Select", nil),
      (.us, "3/2/2026", "2026-03-02T00:00:00Z"),
      (.us, "03/02/2026 9:00", "2026-03-02T09:00:00Z"),
      (.us, "3/2/2026 9:00 AM", "2026-03-02T09:00:00Z"),
      (.us, "3/2/2026, 9:00:30 pm", "2026-03-02T21:00:30Z"),
      (.us, "3/2/2026 12:00 AM", "2026-03-02T00:00:00Z"),
      (.us, "3/2/2026 12:30PM", "2026-03-02T12:30:00Z"),
      (.us, "3/2/2026 21:00", "2026-03-02T21:00:00Z"),
      (.us, "12/31/2026 23:59:59", "2026-12-31T23:59:59Z"),
      (.us, "3/2/2026 13:00 PM", nil),
      (.us, "3/2/2026 0:30 AM", nil),
      (.us, "13/2/2026", nil),
      (.us, "2/30/2026", nil),
      (.us, "3/2/26", nil),
      (.us, "3.2.2026", nil),
      (.us, "3/2-2026", nil),
      (.us, "003/02/2026", nil),
      (.us, "3/2/2026 9", nil),
      (.us, "3/2/2026 9:0", nil),
      (.us, "3/2/2026 9:00 XM", nil),
      (.us, "3/2/2026 24:00", nil),
      (.european, "2/3/2026", "2026-03-02T00:00:00Z"),
      (.european, "2.3.2026", "2026-03-02T00:00:00Z"),
      (.european, "02-03-2026 09:00:30", "2026-03-02T09:00:30Z"),
      (.european, "31.12.2026 23:59", "2026-12-31T23:59:00Z"),
      (.european, "1.7.2026 09:00", "2026-07-01T08:00:00Z"),
      (.european, "2/13/2026", nil),
      (.european, "2.3/2026", nil),
      (.european, "2.3.2026 9:00 PM", nil),
      (.unixSeconds, "0", "1970-01-01T00:00:00Z"),
      (.unixSeconds, "1772442000", "2026-03-02T09:00:00Z"),
      (.unixSeconds, "1772442000.25", "2026-03-02T09:00:00.250Z"),
      (.unixSeconds, "-1.5", "1969-12-31T23:59:58.500Z"),
      (.unixSeconds, "1772442000000", nil),
      (.unixSeconds, "1.7e9", nil),
      (.unixSeconds, "-", nil),
      (.unixSeconds, "+1", nil),
      (.unixSeconds, "99999999999999999999", nil),
      (.unixMilliseconds, "1772442000000", "2026-03-02T09:00:00Z"),
      (.unixMilliseconds, "1772442000001", "2026-03-02T09:00:00.001Z"),
      (.unixMilliseconds, "-1", "1969-12-31T23:59:59.999Z"),
      (.unixMilliseconds, "1.5", nil),
      (.unixMilliseconds, "999999999999999", nil),
      (.unixMilliseconds, "", nil),
    ] as [(TimestampFormat, String, String?)])
  func reads(format: TimestampFormat, text: String, expected: String?) throws {
    #expect(try format.parse(text, in: zone("Europe/London"))?.description == expected)
  }

  @Test func readsASliceOfARow() throws {
    let row = Array("id,2026-03-02T09:00:00Z,x".utf8)
    #expect(TimestampFormat.iso.parse(row[3..<23].span, in: .utc)?.description == "2026-03-02T09:00:00Z")
  }

  @Test func everyInstantReadsBackAsWritten() throws {
    var generator = SeededGenerator(seed: 3)
    let range = Instant.earliest.milliseconds...Instant.latest.milliseconds
    for _ in 0..<5000 {
      let moment = Instant(milliseconds: .random(in: range, using: &generator))
      #expect(Instant(iso: moment.description) == moment)
      #expect(TimestampFormat.unixMilliseconds.parse("\(moment.milliseconds)", in: .utc) == moment)
    }
    #expect(Instant(iso: Instant.earliest.description) == .earliest)
    #expect(Instant(iso: Instant.latest.description) == .latest)
  }

  @Test func arbitraryBytesNeverTrap() {
    var generator = SeededGenerator(seed: 4)
    let alphabet = Array("0123456789-/:.T Z+,APM\u{e9}".utf8)
    for _ in 0..<20_000 {
      let length = Int.random(in: 0...26, using: &generator)
      let bytes = (0..<length).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
      for format in TimestampFormat.allCases { _ = format.parse(bytes.span, in: .utc) }
    }
  }

  @Test func writesForPeople() throws {
    let london = try zone("Europe/London")
    #expect(try instant("2026-07-01T08:00:00Z").text(in: london) == "2026-07-01 09:00")
    #expect(try instant("2026-07-01T08:00:05.020Z").text(in: london) == "2026-07-01 09:00:05.020")
    #expect(try instant("2026-07-01T08:00:00.020Z").text(in: london) == "2026-07-01 09:00:00.020")
  }
}
