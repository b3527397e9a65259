import BusinessTime
import Decisioning
import RuleSemantics
import Testing

/// Until when a message waits in the nights in which clocks change, by the contact's own clock. Every instant is written
/// out by hand.
struct QuietNightTests {
  private func until(_ zone: String?, at now: String, account: String? = nil) throws -> Instant? {
    var scene = try Scene(
      """
      contact { email text key  hot flag  timezone text }
      account { domain text key  timezone text }
      asset { type text }
      asset guide "The guide" { type "guide" }
      policy { timezone "Europe/London"  quiet between 22:00 and 06:00 in contact time }
      rule r { when hot then send asset guide }
      """, at: now)
    scene.add("ann@acme.example", ["hot": .flag(true)])
    if let zone { scene.set("timezone", to: .text(zone), of: "ann@acme.example") }
    if let account {
      scene.add("acme.example", ["timezone": .text(account)], of: .account)
      scene.join("ann@acme.example", "acme.example")
    }
    scene.consentAll()
    return scene.run().changes.holds.first?.until
  }

  @Test(arguments: [
    ("Europe/London", "2026-03-28T23:30:00Z", "2026-03-29T05:00:00Z"),
    ("Europe/London", "2026-10-24T22:30:00Z", "2026-10-25T06:00:00Z"),
    ("America/New_York", "2026-03-08T04:00:00Z", "2026-03-08T10:00:00Z"),
    ("America/New_York", "2026-11-01T05:59:59Z", "2026-11-01T11:00:00Z"),
    ("Australia/Lord_Howe", "2026-04-04T12:00:00Z", "2026-04-04T19:30:00Z"),
    ("Australia/Lord_Howe", "2026-10-03T15:30:00Z", "2026-10-03T19:00:00Z"),
    ("Africa/Casablanca", "2026-02-15T02:00:00Z", "2026-02-15T06:00:00Z"),
    ("Africa/Casablanca", "2026-03-22T01:59:59Z", "2026-03-22T05:00:00Z"),
    ("Europe/London", "2028-02-28T22:00:00Z", "2028-02-29T06:00:00Z"),
    ("Europe/London", "2028-02-29T22:00:00Z", "2028-03-01T06:00:00Z"),
  ])
  func heldUntilSix(_ zone: String, _ now: String, _ until: String) throws {
    #expect(try self.until(zone, at: now) == instant(until))
  }

  /// At 23:30 UTC it is night in London, where the policy is, and 08:30 in Tokyo.
  @Test func withoutAZoneOfItsOwnTheAccountsThenThePolicysCounts() throws {
    let now = "2026-01-10T23:30:00Z"
    let london = try instant("2026-01-11T06:00:00Z")
    #expect(try until(nil, at: now) == london)
    #expect(try until("Mars/Olympus", at: now) == london)
    #expect(try until("EST", at: now) == london)
    #expect(try until(nil, at: now, account: "Asia/Tokyo") == nil)
    #expect(try until("Mars/Olympus", at: now, account: "Asia/Tokyo") == nil)
    #expect(try until(nil, at: now, account: "Mars/Olympus") == london)
    #expect(try until("Asia/Tokyo", at: now) == nil)
    #expect(try until("America/New_York", at: now, account: "Asia/Tokyo") == nil)
  }
}
