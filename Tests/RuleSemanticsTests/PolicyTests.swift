import BusinessTime
import RuleDiagnostics
import RuleSemantics
import Testing

@Suite("Policies")
struct PolicyTests {
  private static let data = "contact { email text key  country text  opted_out flag missing means no }\n"

  @Test(arguments: [
    BookMistake(
      .repeatedPolicy, at: "timezone \"Europe/Berlin\"", "timezone \"Europe/London\"  timezone \"Europe/Berlin\""),
    BookMistake(
      .repeatedPolicy, at: "business hours 08:00 to 16:00 on weekdays",
      "business hours 09:00 to 17:00 on weekdays  business hours 08:00 to 16:00 on weekdays"),
    BookMistake(
      .repeatedPolicy, at: "at most 3 messages per contact per 7 days, drop the rest",
      "at most 2 messages per contact per 7 days, drop the rest  at most 3 messages per contact per 7 days, drop the rest"
    ),
    BookMistake(
      .repeatedPolicy, at: "require consent Marketing", "require consent marketing  require consent Marketing"),
    BookMistake(.repeatedPolicy, at: "evaluate every 2 hours", "evaluate every 1 hour  evaluate every 2 hours"),
    BookMistake(
      .repeatedPolicy, at: "halt when a run acts on more than 10 contacts",
      "halt when a run acts on more than 10% of contacts  halt when a run acts on more than 10 contacts"),
    BookMistake(.unknownZone, at: "\"London\"", "timezone \"London\""),
    BookMistake(.unknownZone, at: "\"EST\"", "timezone \"EST\""),
    BookMistake(.unknownDay, at: "workdays", "business hours 09:00 to 17:00 on workdays"),
    BookMistake(.unknownDay, at: "mondy", "business hours 09:00 to 17:00 on (mondy, friday)"),
    BookMistake(.emptyHours, at: "17:30 to 09:00", "business hours 17:30 to 09:00 on weekdays"),
    BookMistake(.emptyHours, at: "08:00 and 08:00", "quiet between 08:00 and 08:00"),
    BookMistake(.shareOutOfRange, at: "110%", "halt when a run acts on more than 110% of contacts"),
  ])
  func oneMistakeGivesOneReport(mistake: BookMistake) {
    #expect(CheckedBook(Self.data + "policy { \(mistake.book) }").reports == mistake.expected)
  }

  @Test func aCityIsEnoughToFindItsZone() {
    let book = CheckedBook("policy { timezone \"london\" }")
    #expect(book.diagnostics.first?.fixes.first?.edits.first?.replacement == "\"Europe/London\"")
  }

  @Test func twoBlocksAreOnePolicy() throws {
    let book = CheckedBook(
      Self.data,
      """
      policy {
        timezone "Europe/London"
        business hours 08:30 to 17:30 on (monday, tuesday)
        holidays from "en.ics"
        holidays from "de.ics" when country == "Germany"
        quiet between 20:00 and 08:00 in contact time
      }
      """,
      """
      policy {
        at most 2 messages per contact per 7 days, hold the rest up to 3 days
        at most 6 messages per account per 7 days, drop the rest
        never message when opted_out
        never repeat an asset within 30 days
        require consent marketing
        require consent "product news"
        approve rules that act on more than 100 contacts
        halt when a run acts on more than 20% of contacts
        evaluate every 15 minutes
      }
      """)
    #expect(book.reports == [])
    let policy = book.program.policy
    #expect(policy.isDeclared)
    #expect(policy.zone == "Europe/London")
    #expect(policy.businessFrom == ClockTime(hour: 8, minute: 30))
    #expect(policy.workdays == [.monday, .tuesday])
    #expect(policy.holidays.map(\.path) == ["en.ics", "de.ics"])
    #expect(policy.holidays.map { $0.condition == nil } == [true, false])
    #expect(policy.quiet.map(\.inContactTime) == [true])
    #expect(policy.caps.map(\.limit) == [2, 6])
    #expect(policy.caps.map(\.rest) == [.hold(upTo: TimeSpan(3, .days)), .drop])
    #expect(policy.neverMessage.count == 1)
    #expect(policy.neverRepeatAsset == TimeSpan(30, .days))
    #expect(policy.consents == ["marketing", "product news"])
    #expect(policy.approveOver == .contacts(100))
    #expect(policy.haltOver == .share(0.2))
    #expect(policy.evaluateEvery == TimeSpan(15, .minutes))
  }

  @Test func withoutAPolicyTheDefaultsHold() {
    let policy = CheckedBook("").program.policy
    #expect(!policy.isDeclared)
    #expect(policy.zone == "UTC")
    #expect(policy.consents == ["marketing"])
    #expect(policy.approveOver == .contacts(500))
    #expect(policy.haltOver == .shareAbove(0.1, 100))
    #expect(policy.neverRepeatAsset == TimeSpan(90, .days))
  }
}
