import RuleSyntax
import Testing

@Suite("Expressions")
struct ExpressionTests {
  static let forms: [(String, String)] = [
    // Precedence, loosest first.
    ("a or b and not c", "(a or (b and (not c)))"),
    ("not a and b", "((not a) and b)"),
    ("not not a", "(not (not a))"),
    ("score otherwise 0 > 5", "((score otherwise 0) > 5)"),
    ("a otherwise b otherwise 0 > 1", "(((a otherwise b) otherwise 0) > 1)"),
    ("1 + 2 * 3 - 4 > 0", "(((1 + (2 * 3)) - 4) > 0)"),
    ("a / 2 / 3 == 1", "(((a / 2) / 3) == 1)"),
    ("- a * b < - 1", "(((- a) * b) < (- 1))"),
    ("(a or b) and c", "([(a or b)] and c)"),
    ("x between 1 and 5 and y", "((x between 1 and 5) and y)"),
    ("x / 2 > 1 and email matches /a[/]\"/i", "(((x / 2) > 1) and (email matches /a[/]\"/i))"),
    // Comparisons.
    ("a == b", "(a == b)"), ("a != b", "(a != b)"), ("a < b", "(a < b)"), ("a <= b", "(a <= b)"),
    ("a > b", "(a > b)"), ("a >= b", "(a >= b)"),
    ("persona in (cfo, vp_finance)", "(persona in {cfo, vp_finance})"),
    ("persona not in (cfo)", "(persona not in {cfo})"),
    ("topic in interests", "(topic in interests)"),
    ("topic in account.interests", "(topic in account.interests)"),
    ("x not between 1 and 5", "(x not between 1 and 5)"),
    ("path contains \"/pricing\"", "(path contains \"/pricing\")"),
    ("path not starts with \"/a\"", "(path not starts with \"/a\")"),
    ("path ends with \".pdf\"", "(path ends with \".pdf\")"),
    ("email matches /@(gmail|yahoo)\\./", "(email matches /@(gmail|yahoo)\\./)"),
    ("email not matches /x\\/y/i", "(email not matches /x\\/y/i)"),
    ("a is known", "(a is known)"), ("a is unknown", "(a is unknown)"),
    ("renewal in next 30 days", "(renewal in next 30 days)"),
    ("renewal not in last 2 weeks", "(renewal not in last 2 weeks)"),
    ("stage unchanged for 30 days", "(stage unchanged for 30 days)"),
    ("stage not unchanged for 4 business hours", "(stage not unchanged for 4 businessHours)"),
    // Literals.
    ("a == 1_000", "(a == 1000)"), ("a == 0.5", "(a == 0.5)"), ("a == 12.5%", "(a == percent 0.125)"),
    ("a == 30%", "(a == percent 0.3)"), ("a == yes or b == no", "((a == yes) or (b == no))"),
    ("a == 1970-01-02", "(a == day 1)"), ("a == 1970-01-02 09:30", "(a == day 1 minute 570)"),
    ("a == 9:05", "(a == minute 545)"), ("a == \"x \\\"y\\\" \\{z\\}\\n\"", "(a == \"x \"y\" {z}\n\")"),
    ("a == \"to {first_name otherwise \"you\"}!\"", "(a == \"to {(first_name otherwise \"you\")}!\")"),
    ("a > 3 days", "(a > 3 days)"), ("a > 1 business day", "(a > 1 businessDays)"),
    ("a > 3 days ago", "(a > (3 days ago))"),
    ("a > 3 hours after event.ends", "(a > (3 hours after event.ends))"),
    ("a > 1 day before 2 days after b", "(a > (1 days before (2 days after b)))"),
    ("a < now and b == today", "((a < now) and (b == today))"),
    // Events.
    ("did meeting_booked", "(did meeting_booked)"),
    ("did not meeting_booked within 3 days", "(did not meeting_booked within 3 days)"),
    (
      "did page_view where path contains \"/pricing\" and score > 70",
      "((did page_view where (path contains \"/pricing\")) and (score > 70))"
    ),
    (
      "did page_view where not path contains \"x\" at least 3 times within 14 days or b",
      "((did page_view where (not (path contains \"x\")) at least 3 times within 14 days) or b)"
    ),
    (
      "did page_view where (a == 1 or b == 2) exactly 1 times",
      "(did page_view where [((a == 1) or (b == 2))] exactly 1 times)"
    ),
    (
      "did page_view from 90 days ago to 30 days ago",
      "(did page_view from 90 days ago to 30 days ago)"
    ),
    ("did email_click since step intro", "(did email_click since step intro)"),
    ("did email_click since event.at + 1 day", "(did email_click since (event.at + 1 days))"),
    ("no interaction within 60 days and a", "((no interaction within 60 days) and a)"),
    ("no page_view where path == \"x\"", "(no page_view where (path == \"x\"))"),
    ("no page_view at least 2 times", "(no page_view at least 2 times)"),
    ("a == no and page_view", "((a == no) and page_view)"),
    // Aggregates and calls.
    ("count(interaction) > 3", "(count(event interaction) > 3)"),
    (
      "count(page_view where path contains \"x\" and seconds > 3 within 14 days) > 1",
      "(count(event page_view where ((path contains \"x\") and (seconds > 3)) within 14 days) > 1)"
    ),
    ("count(interaction, half life 30 days) > 3", "(count(event interaction, half life 30 days) > 3)"),
    (
      "sum(worth of interaction, half life 30 days) > 3",
      "(sum(worth of event interaction, half life 30 days) > 3)"
    ),
    (
      "distinct(asset.topics of content_download within 60 days) / 6 > 0",
      "((distinct(asset.topics of event content_download within 60 days) / 6) > 0)"
    ),
    ("last(interaction) > first(page_view)", "(last(event interaction) > first(event page_view))"),
    ("any(contacts where persona == cfo)", "any(contacts where (persona == cfo))"),
    (
      "any(colleagues where did email_reply within 30 days)",
      "any(colleagues where (did email_reply within 30 days))"
    ),
    ("share(account.contacts where a) > 50%", "(share(account.contacts where a) > percent 0.5)"),
    ("not any(account.deals where stage == open)", "(not any(account.deals where (stage == open)))"),
    ("max(a, b, 3) > 1", "(max(a, b, 3) > 1)"), ("min(a) > 1", "(min(a) > 1)"),
    ("max(seconds of page_view) > 1", "(max(seconds of event page_view) > 1)"),
    (
      "freshness(last(interaction), half life 14 days) > 0",
      "(freshness(last(event interaction), half life 14 days) > 0)"
    ),
    ("diminishing(count(page_view), half at 3) > 0", "(diminishing(count(event page_view), half at 3) > 0)"),
    ("closeness(candidate.stage, stage) > 0", "(closeness(candidate.stage, stage) > 0)"),
    (
      "rate(a where x == 1 within 14 days after b, prior 5) > 0",
      "(rate(a where (x == 1) within 14 days after b, prior 5) > 0)"
    ),
    ("f() > 0", "(f() > 0)"),
    // Conditionals.
    ("(if a then 1 else 0) > 0", "([(if a then 1 else 0)] > 0)"),
    (
      "(if a > 1 then x else if b then y else z) == x",
      "([(if (a > 1) then x else (if b then y else z))] == x)"
    ),
    // Names that are clause words elsewhere, and reserved words in backticks.
    ("stage == decision and list == \"x\" and from > 3", "((stage == decision) and (list == \"x\") and (from > 3))"),
    ("until > 1 or priority > 2 or count > 3", "((until > 1) or (priority > 2) or (count > 3))"),
    ("at > 1 and first > 2 and last > 3 and any", "((at > 1) and (first > 2) and (last > 3) and any)"),
    ("step > 1 and starts > 2 and exactly == 3", "((step > 1) and (starts > 2) and (exactly == 3))"),
    ("a in last and b in next", "((a in last) and (b in next))"),
    ("`in` == 1 and account.`no` > 2", "((in == 1) and (account.no > 2))"),
    ("größe > 3", "(größe > 3)"),
  ]

  @Test(arguments: forms)
  func readsAs(text: String, shape: String) throws {
    #expect(outline(try condition(text)) == shape)
    #expect(reports("when \(text) then skip lower rules") == [])
  }

  @Test func numbersAreTheNearestOnes() throws {
    for text in ["0.1", "0.2", "58.6", "123456.789", "0.000001", "12345678901234567890", "0.30000000000000004"] {
      guard case .comparison(_, _, _, let value) = try condition("a == \(text)").kind else { throw ParseFailure() }
      #expect(value.kind == .number(try #require(Double(text))))
    }
    guard case .comparison(_, _, _, let share) = try condition("a == 58.6%").kind else { throw ParseFailure() }
    #expect(share.kind == .percent(0.586))
  }
}
