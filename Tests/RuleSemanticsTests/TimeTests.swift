import BusinessTime
import RuleDiagnostics
import RuleSemantics
import Testing

struct TimeTests {
  @Test(arguments: [
    condition("now > 09:00", "stray-time-of-day: 09:00"),
    condition("account.renewal < 30 days", "stray-duration: 30 days"),
    condition("now - last(page_view) < 7 days", "time-arithmetic: now - last(page_view) < 7 days"),
    condition("7 days > today - birthday", "time-arithmetic: 7 days > today - birthday"),
    condition("birthday - today > 3", "time-arithmetic: birthday - today"),
    condition("birthday > now - 7 days", "time-arithmetic: now - 7 days"),
    condition("birthday + 7 days > today", "time-arithmetic: birthday + 7 days"),
    condition("did page_view within 0 days", "empty-duration: 0 days"),
    condition("last_call > 0 hours ago", "empty-duration: 0 hours ago"),
    condition("did page_view within 9999999 days", "excessive-duration: 9999999 days"),
    condition("did page_view within 1.5 days", "fractional-duration: 1.5 days"),
    condition("birthday in last 0.5 weeks", "fractional-duration: 0.5 weeks"),
    condition("birthday in next 2.5 business days", "fractional-duration: 2.5 business days"),
    condition("freshness(last_call, half life 3 business days) > 0", "business-half-life: 3 business days"),
    condition("count(page_view, half life 3 business hours) > 0", "business-half-life: 3 business hours"),
    condition("first(page_view, half life 3 days) < now", "misplaced-half-life: 3 days"),
    condition("count(colleagues, half life 3 days) > 3", "misplaced-half-life: 3 days"),
    condition("count(colleagues within 3 days) > 3", "misplaced-window: 3 days"),
    condition("score unchanged for 3 days", "not-tracked: score"),
    condition("any(account.deals where stage unchanged for 3 days)", "not-tracked: stage"),
    condition("did page_view from 3 days ago to 9 days ago", "reversed-bounds: 3 days ago to 9 days"),
    condition("did page_view since country", "type-mismatch: country"),
    condition("3 days after country < now", "type-mismatch: country"),
    Mistake("on score changed then add to list \"L\"", "not-tracked: score"),
    Mistake("on page_view wait 0 days then add to list \"L\"", "empty-duration: 0 days"),
    Mistake("on page_view wait until event.path then add to list \"L\"", "type-mismatch: event.path"),
    Mistake("on page_view wait until birthday then add to list \"L\"", "type-mismatch: birthday"),
    Mistake("when vip then add to list \"L\" once every 1.5 days", "fractional-duration: 1.5 days"),
    Mistake("score s { add 3 per page_view half life 3 business days }", "business-half-life: 3 business days"),
  ])
  func isReportedOnce(mistake: Mistake) { expectOneReport(mistake) }

  @Test(arguments: [
    ("now - last(page_view) < 7 days", "write `last(page_view) in last 7 days`"),
    ("now - last(page_view) > 7 days", "write `last(page_view) not in last 7 days`"),
    ("7 days > now - last(page_view)", "write `last(page_view) in last 7 days`"),
    ("birthday > now - 7 days", "write `7 days ago`"),
    ("birthday + 7 days > today", "write `7 days after birthday`"),
    ("birthday - 7 days > today", "write `7 days before birthday`"),
    ("did page_view within 1.5 days", "write `36 hours`: a day is a calendar day, hours are elapsed time"),
  ])
  func teaches(text: String, help: String) throws {
    let book = CheckedBook(commonDeclarations, "when \(text) then add to list \"L\"")
    let report = try #require(book.diagnostics.first)
    #expect(report.help.first == help)
    #expect(report.fixes.allSatisfy { !$0.isSafe })
  }

  @Test func localTimesAreOfThePolicysZone() throws {
    let book = CheckedBook(
      "policy { timezone \"America/New_York\" }", "contact { email text key  seen time missing means 2026-07-01 09:00 }"
    )
    #expect(book.problems == [])
    let utc = try #require(Instant(iso: "2026-07-01T13:00:00Z"))
    #expect(book.program.contact.fields[1].missingMeans == .time(utc))
  }
}
