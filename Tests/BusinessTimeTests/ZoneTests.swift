import BusinessTime
import Foundation
import TestSupport
import Testing

struct ZoneTests {
  static let zones = [
    "UTC", "Europe/London", "Europe/Berlin", "Europe/Dublin", "America/New_York", "America/Los_Angeles",
    "America/St_Johns", "America/Sao_Paulo", "America/Havana", "America/Santiago", "Australia/Lord_Howe",
    "Australia/Sydney", "Africa/Casablanca", "Africa/Cairo", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran",
    "Asia/Tokyo", "Asia/Gaza", "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Chatham", "Antarctica/Troll",
  ]

  @Test(arguments: ["Europe/London", "UTC", "GMT", "Asia/Kolkata", "US/Eastern", "Etc/GMT+5", "CET", "Europe/Kyiv"])
  func knowsIANAIdentifiers(identifier: String) {
    #expect(Zone(identifier: identifier)?.identifier == identifier)
  }

  @Test(arguments: [
    "", " ", "europe/london", "EUROPE/LONDON", "Europe/Londn", "Europe/London ", "EST", "PST", "IST", "GMT+3",
    "GMT+0300", "+01:00", "Europe", "SystemV/EST5", "Etc/Unknown", "../etc/passwd", "Europe/London\u{0}", "uTC",
  ])
  func refusesWhatIsNoZone(identifier: String) {
    #expect(Zone(identifier: identifier) == nil)
    #expect(Zone(identifier: identifier) == nil, "the answer from the cache")
  }

  @Test(arguments: [
    ("Europe/London", "Europe/London"), ("europe/london", "Europe/London"), ("EUROPE/LONDON", "Europe/London"),
    ("america_slash_new_york", "America/New_York"), ("us_slash_eastern", "US/Eastern"), ("utc", "UTC"),
    ("us_slash_east_hyphen_indiana", "US/East-Indiana"), ("asia_slash_kolkata", "Asia/Kolkata"),
    ("america_slash_argentina_slash_buenos_aires", "America/Argentina/Buenos_Aires"),
    ("america_slash_port_hyphen_au_hyphen_prince", "America/Port-au-Prince"),
    ("africa_slash_dar_es_salaam", "Africa/Dar_es_Salaam"), ("etc_slash_utc", "Etc/UTC"),
    ("japan", "Japan"), ("australia_slash_nsw", "Australia/NSW"),
  ])
  func readsTheSpellingsOfSources(text: String, identifier: String) {
    #expect(Zone(spelling: text)?.identifier == identifier)
  }

  @Test(arguments: ["", "EST", "est", "london", "_slash_", "us_slash_", "Eastern Time", "+01:00", "/", "a/b/c", "é/ß"])
  func refusesWhatNamesNoZone(text: String) {
    #expect(Zone(spelling: text) == nil)
  }

  @Test func proposedIdentifiersAreZones() {
    #expect(Zone.knownIdentifiers.count > 300)
    #expect(Zone.knownIdentifiers.contains("UTC"))
    #expect(Zone.knownIdentifiers == Zone.knownIdentifiers.sorted())
    for identifier in Zone.knownIdentifiers { #expect(Zone(identifier: identifier) != nil, "\(identifier)") }
  }

  @Test func zonesAreEqualByIdentifier() throws {
    #expect(try zone("Europe/London") == zone("Europe/London"))
    #expect(try zone("Europe/London") != zone("Europe/Lisbon"))
    #expect(try Set([zone("UTC"), .utc, zone("Asia/Tokyo")]).count == 2)
  }

  /// Wall time, zone, and the instant it names.
  @Test(arguments: [
    // London: 01:00 to 02:00 is skipped on 29 March 2026, and shown twice on 25 October 2026.
    ("2026-03-29 00:59", "Europe/London", "2026-03-29T00:59:00Z"),
    ("2026-03-29 01:00", "Europe/London", "2026-03-29T01:00:00Z"),
    ("2026-03-29 01:30", "Europe/London", "2026-03-29T01:30:00Z"),
    ("2026-03-29 02:00", "Europe/London", "2026-03-29T01:00:00Z"),
    ("2026-10-25 00:59", "Europe/London", "2026-10-24T23:59:00Z"),
    ("2026-10-25 01:00", "Europe/London", "2026-10-25T00:00:00Z"),
    ("2026-10-25 01:30", "Europe/London", "2026-10-25T00:30:00Z"),
    ("2026-10-25 02:00", "Europe/London", "2026-10-25T02:00:00Z"),
    // New York: 02:00 to 03:00 is skipped on 8 March 2026; 01:00 to 02:00 is shown twice on 1 November 2026.
    ("2026-03-08 02:30", "America/New_York", "2026-03-08T07:30:00Z"),
    ("2026-03-08 03:30", "America/New_York", "2026-03-08T07:30:00Z"),
    ("2026-11-01 01:30", "America/New_York", "2026-11-01T05:30:00Z"),
    ("2026-11-01 02:00", "America/New_York", "2026-11-01T07:00:00Z"),
    // Lord Howe moves by half an hour: 02:00 to 02:30 is skipped on 4 October, 01:30 to 02:00 is repeated on 5 April.
    ("2026-10-04 02:15", "Australia/Lord_Howe", "2026-10-03T15:45:00Z"),
    ("2026-10-04 02:45", "Australia/Lord_Howe", "2026-10-03T15:45:00Z"),
    ("2026-04-05 01:45", "Australia/Lord_Howe", "2026-04-04T14:45:00Z"),
    ("2026-04-05 02:00", "Australia/Lord_Howe", "2026-04-04T15:30:00Z"),
    // Casablanca goes back for Ramadan: 02:00 to 03:00 is repeated on 15 February 2026, skipped on 22 March 2026.
    ("2026-02-15 02:30", "Africa/Casablanca", "2026-02-15T01:30:00Z"),
    ("2026-02-15 03:30", "Africa/Casablanca", "2026-02-15T03:30:00Z"),
    ("2026-03-22 02:30", "Africa/Casablanca", "2026-03-22T02:30:00Z"),
    ("2026-03-22 03:30", "Africa/Casablanca", "2026-03-22T02:30:00Z"),
    // Havana skips midnight: the day begins at 01:00. São Paulo did the same in 2018.
    ("2026-03-08 00:00", "America/Havana", "2026-03-08T05:00:00Z"),
    ("2018-11-04 00:00", "America/Sao_Paulo", "2018-11-04T03:00:00Z"),
    // Samoa skipped 30 December 2011.
    ("2011-12-30 09:00", "Pacific/Apia", "2011-12-30T19:00:00Z"),
    ("2011-12-31 09:00", "Pacific/Apia", "2011-12-30T19:00:00Z"),
    // An offset with seconds: Monrovia was 44 minutes and 30 seconds behind until 1972.
    ("1960-01-01 12:00", "Africa/Monrovia", "1960-01-01T12:44:30Z"),
    ("2024-02-29 12:00", "Asia/Kathmandu", "2024-02-29T06:15:00Z"),
    ("2199-07-01 12:00", "Europe/London", "2199-07-01T11:00:00Z"),
  ])
  func readsWallTimes(wall: String, identifier: String, expected: String) throws {
    let place = try zone(identifier)
    #expect(try instant(wall, place).description == expected)
  }

  @Test func theDaySkippedInSamoaHasNoInstant() throws {
    let apia = try zone("Pacific/Apia")
    #expect(try apia.startOfDay(date("2011-12-30")) == apia.startOfDay(date("2011-12-31")))
    #expect(try apia.day(of: instant("2011-12-30T09:59:59Z")).description == "2011-12-29")
    #expect(try apia.day(of: instant("2011-12-30T10:00:00Z")).description == "2011-12-31")
  }

  @Test(arguments: zones)
  func agreesWithFoundation(identifier: String) throws {
    let place = try zone(identifier)
    let reference = try #require(TimeZone(identifier: identifier))
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = reference
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<400 {
      let seconds = Int64.random(in: -1_500_000_000...7_000_000_000, using: &generator)
      let moment = Instant(milliseconds: seconds * 1000)
      let foundation = Date(timeIntervalSince1970: Double(seconds))
      #expect(place.offset(at: moment) == Int64(reference.secondsFromGMT(for: foundation)) * 1000)
      let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: foundation)
      let civil = place.civil(at: moment)
      #expect(civil.date == CivilDate(year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0))
      let second = (parts.hour ?? 0) * 3600 + (parts.minute ?? 0) * 60 + (parts.second ?? 0)
      #expect(civil.millisecondsOfDay == second * 1000)
    }
  }

  /// From the wall clock back to the instant: the same one, or the first of the two that show it. Around transitions
  /// above all, where it can go wrong.
  @Test(arguments: zones)
  func wallTimesLeadBack(identifier: String) throws {
    let place = try zone(identifier)
    var generator = SeededGenerator(seed: 2)
    var moment = Date(timeIntervalSince1970: 0)
    let reference = try #require(TimeZone(identifier: identifier))
    for _ in 0..<300 {
      moment = reference.nextDaylightSavingTimeTransition(after: moment) ?? moment.addingTimeInterval(8_000_000)
      let near = Int64.random(in: -9_000_000...9_000_000, using: &generator)
      let original = Instant(milliseconds: Int64(moment.timeIntervalSince1970) * 1000 + near)
      let (day, milliseconds) = place.civil(at: original)
      let back = place.instant(day, millisecondsOfDay: milliseconds)
      #expect(back <= original)
      #expect(place.civil(at: back) == (day, milliseconds))
      if back < original { #expect(place.offset(at: back) > place.offset(at: original)) }
      // Nothing earlier shows the same reading.
      for shift in [1_800_000, 3_600_000, 7_200_000] as [Int64] {
        let earlier = back.adding(milliseconds: -shift)
        #expect(place.civil(at: earlier) != (day, milliseconds))
      }
    }
  }

  @Test func wallTimesNeverRunBackwards() throws {
    for identifier in Zone.knownIdentifiers {
      let place = try zone(identifier)
      var previous = Instant.earliest
      // Quarter hours of the wall clock around the usual nights of change, over 60 years.
      for year in stride(from: 1970, through: 2030, by: 3) {
        for month in [3, 4, 9, 10, 11] {
          for day in [1, 8, 25, 29] {
            let midnight = try #require(CivilDate(year: year, month: month, day: day))
            for quarter in 0..<16 {
              let next = place.instant(midnight, millisecondsOfDay: quarter * 900_000)
              if next < previous { Issue.record("\(identifier) \(midnight) \(quarter)") }
              previous = place.civil(at: next).millisecondsOfDay == quarter * 900_000 ? next : previous
            }
          }
        }
      }
    }
  }

  @Test func farInstantsAreHeldInsteadOfTrapping() throws {
    let london = try zone("Europe/London")
    #expect(london.civil(at: Instant(milliseconds: .max)).date.year == 9999)
    #expect(london.civil(at: Instant(milliseconds: .min)).date.year <= 1)
    #expect(london.civil(at: .latest).date == .latest)
    #expect(Instant.latest.adding(milliseconds: 1) == .latest)
    #expect(Instant.earliest.adding(milliseconds: .min) == .earliest)
  }

  @Test func manyThreadsReadOneZone() async throws {
    let expected = try zone("Europe/Paris").offset(at: instant("2026-07-01T00:00:00Z"))
    let moment = try instant("2026-07-01T00:00:00Z")
    await withTaskGroup(of: Int64?.self) { group in
      for index in 0..<64 {
        group.addTask {
          _ = Zone(identifier: Zone.knownIdentifiers[index])
          return Zone(identifier: "Europe/Paris")?.offset(at: moment)
        }
      }
      for await offset in group { #expect(offset == expected) }
    }
  }
}
