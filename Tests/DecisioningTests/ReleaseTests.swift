import BusinessTime
import Decisioning
import RuleSemantics
import Testing

private let base = """
  contact { email text key  hot flag  timezone text  country text }
  account { domain text key  timezone text }
  event page_view { path text } worth 0.2
  asset { type text }
  asset guide "The guide" { type "guide" }
  rule r { when hot then send asset guide existing too }

  """

/// What waited for quiet hours to end or a send window to open, and how it leaves.
struct ReleaseTests {
  private func scene(_ policy: String, people: [String], at now: String) throws -> Scene {
    var scene = try Scene(base + "policy { \(policy) }", at: now)
    scene.options.ignoresHalt = true
    scene.options.approvedRules = ["r"]
    for person in people { scene.add(person, ["hot": .flag(true)]) }
    scene.consentAll()
    return scene
  }

  private let crowd = (0..<1000).map { "p\(1000 + $0)@acme.example" }

  @Test func aThousandPeopleLeaveSpreadOverTheDeclaredTime() throws {
    let policy =
      "quiet between 20:00 and 08:00, release over 30 minutes  approve rules that act on more than 5_000 contacts"
    var scene = try scene(policy, people: crowd, at: "2026-03-02T21:00:00Z")
    let held = scene.run()
    let times = held.changes.holds.map(\.until)
    #expect(times.count == 1000)
    let start = try instant("2026-03-03T08:00:00Z")
    #expect(times.allSatisfy { $0 >= start && $0 < start.adding(milliseconds: 30 * 60_000) })

    // Each minute sends its share: 1,000 over 30 minutes are 33 a minute, give or take five standard deviations.
    var order: [String] = []
    for minute in 0...30 {
      scene.now = start.adding(milliseconds: Int64(minute) * 60_000)
      let sent = scene.run().actions.filter { $0.outcome == .act }.map(\.key)
      if minute == 0 { #expect(sent.isEmpty) } else { #expect((5...62).contains(sent.count), "minute \(minute)") }
      order += sent
    }
    #expect(order.sorted() == crowd)

    // The order is that of the places, which every run agrees upon.
    let places = Dictionary(uniqueKeysWithValues: zip(held.changes.holds.map(\.occurrence.row), times))
    let minutes = order.map { key in
      (places[Int32(crowd.firstIndex(of: key) ?? 0)]?.milliseconds ?? 0).advanced(by: -Int(start.milliseconds)) / 60_000
    }
    #expect(minutes == minutes.sorted())
    var again = try self.scene(policy, people: crowd.reversed(), at: "2026-03-04T22:00:00Z")
    let later = again.run().changes.holds.map { ($0.occurrence.row, $0.until.milliseconds - 2 * 86_400_000) }
    #expect(Dictionary(uniqueKeysWithValues: later) == places.mapValues(\.milliseconds))
  }

  @Test func aPersonWaitsForItsPlaceAndNobodyElseDoes() throws {
    var scene = try scene(
      "quiet between 20:00 and 08:00, release over 1 hour", people: ["ann@acme.example"], at: "2026-03-02T21:00:00Z")
    let until = try #require(scene.run().changes.holds.first?.until)
    scene.add("new@acme.example")
    scene.consentAll()
    scene.now = until.adding(milliseconds: -1)
    scene.set("hot", to: .flag(true), of: "new@acme.example")
    let before = scene.run()
    #expect(before.outcomes("r") == [.held(until: until, .release(over: TimeSpan(1, .hours))), .act])
    scene.now = until
    #expect(scene.run().acted == ["r ann@acme.example"])
  }

  @Test func contactTimeIsTheContactsThenTheAccountsThenThePolicys() throws {
    var scene = try scene(
      "timezone \"Europe/London\"  quiet between 22:00 and 06:00 in contact time",
      people: ["a@x.example", "b@x.example", "c@y.example", "d@y.example"], at: "2026-06-01T22:30:00Z")
    scene.add("tokyo.example", ["timezone": .text("Asia/Tokyo")], of: .account)
    scene.add("odd.example", ["timezone": .text("Mars/Olympus")], of: .account)
    for (person, account) in [
      ("a@x.example", "tokyo.example"), ("b@x.example", "tokyo.example"), ("c@y.example", "odd.example"),
    ] {
      scene.join(person, account)
    }
    scene.set("timezone", to: .text("America/New_York"), of: "b@x.example")
    // 22:30 UTC: 23:30 in London, 18:30 in New York, 07:30 in Tokyo.
    let london = try Outcome.held(
      until: instant("2026-06-02T05:00:00Z"),
      .quietHours(
        DailyWindow(from: #require(ClockTime(hour: 22, minute: 0)), to: #require(ClockTime(hour: 6, minute: 0)))))
    #expect(scene.run().outcomes("r") == [.act, .act, london, london])
  }

  @Test func aSendWindowHoldsUntilItOpens() throws {
    var scene = try scene(
      "timezone \"Europe/London\"  send on weekdays between 09:00 and 17:00", people: ["ann@acme.example"],
      at: "2026-03-27T17:00:00Z")
    // A Friday at closing time; the clocks change on Sunday.
    #expect(scene.run().changes.holds.map(\.until) == [try instant("2026-03-30T08:00:00Z")])
    scene.now = try instant("2026-03-30T08:00:00Z")
    #expect(scene.run().acted.count == 1)
  }

  @Test func aSendWindowGoesByTheContactsHolidaysAndWeekend() throws {
    var scene = try scene(
      """
      send on weekdays between 09:00 and 17:00  holidays from "h.ics" when country == "Germany"
      weekend on (friday, saturday) when country == "Egypt"
      """, people: ["de@x.example", "eg@x.example", "uk@x.example"], at: "2026-03-06T10:00:00Z")
    scene.set("country", to: .text("Germany"), of: "de@x.example")
    scene.set("country", to: .text("Egypt"), of: "eg@x.example")
    // A Friday that is a holiday in Germany.
    scene.options.holidays = [[try #require(CivilDate(year: 2026, month: 3, day: 6))]]
    let decisions = scene.run()
    #expect(decisions.acted == ["r uk@x.example"])
    #expect(
      decisions.changes.holds.map(\.until) == [
        try instant("2026-03-09T09:00:00Z"), try instant("2026-03-08T09:00:00Z"),
      ])
  }

  @Test func aSendWindowReleasesSmoothly() throws {
    var scene = try scene(
      "send on weekdays between 09:00 and 17:00, release over 2 hours", people: crowd, at: "2026-03-07T10:00:00Z")
    let start = try instant("2026-03-09T09:00:00Z").milliseconds
    let places = scene.run().changes.holds.map { ($0.until.milliseconds - start) / 60_000 }
    #expect(places.allSatisfy { (0..<120).contains($0) })
    #expect(Set(places).count > 100)
    scene.now = try instant("2026-03-09T10:00:00Z")
    #expect((400...600).contains(scene.run().acted.count))
    scene.now = try instant("2026-03-09T11:00:00Z")
    scene.run()
    #expect(scene.world.state.holds.isEmpty)
  }
}
