import Testing

/// The rules that the reference of the language shows, and what it says of them.
struct LanguageTests {
  private let book = """
    contact {
      email text key  first_name text  persona one of (cfo, vp_finance, it_director, other)
      lifecycle one of (subscriber < lead < mql < sql < customer)  opted_out flag missing means no
    }
    account { domain text key  name text  target flag missing means no }
    deal { name text key  stage one of (open < won) }
    event page_view { path text, seconds number } worth 0.2
    event content_download { asset asset } worth 0.7
    event webinar_registered { webinar text, ends time } worth 0.5
    event webinar_attended { webinar text } worth 0.8
    event demo_request worth 1
    event meeting_booked worth 0.9
    asset { type text }
    asset roi_guide "The finance leader's guide to ROI" { type "guide" }
    asset recording "The recording" { type "video" }
    policy { timezone "Europe/London"  business hours 09:00 to 17:30 on weekdays }
    define score = count(interaction within 30 days)
    score engagement { factor recency 100% = freshness(last(interaction), half life 14 days) }
    journey stage "Buyer journey" {
      stage awareness
      stage consideration when engagement >= 30 or did content_download within 60 days
      stage decision when did demo_request within 90 days
      stage customer when lifecycle == customer
      moves back when no interaction within 60 days
    }
    score reach for account { factor people 100% = diminishing(sum(engagement of contacts) / 100, half at 2) }

    rule roi_for_warm_finance "Send the ROI guide to warm finance leaders" {
      when score > 70 and stage == consideration and persona in (cfo, vp_finance)
      then send asset roi_guide
       and create task "Call {first_name otherwise email} about the ROI guide" for owner otherwise "desk@example.com" due in 2 business days with priority high
      once every 90 days
      priority 10
    }
    rule missed_webinar {
      on webinar_registered wait until 3 hours after event.ends
      when did not webinar_attended where webinar == event.webinar
      then send asset recording
    }
    rule mql_late {
      on lifecycle changed to mql wait 4 business hours
      when did not meeting_booked since event.at
      then notify "sales-managers" "{email} still waits"
    }
    on demo_request when account.target then notify owner "{email} asked for a demo" and skip lower rules
    rule thin_coverage for account "Target account, nobody in finance" {
      when target and reach >= 10 and not any(contacts where persona == cfo) and not any(deals where stage == open)
      then create task "Find a finance contact at {name otherwise domain}" for owner otherwise "desk@example.com"
      once every 60 days
    }

    """

  private func failures(_ test: String) throws -> [String] {
    try expectAllPass(book + "test \"t\" {\n" + test + "\n}")
  }

  @Test func aWarmCFOGetsTheGuideOnceInNinetyDays() throws {
    let test = """
      at 2026-03-02 09:00
      given contact { persona cfo, score 75, stage consideration }
      given page_view { path "/pricing" } 2 days ago
      expect send asset roi_guide
      wait 30 days
      expect nothing
      wait 61 days
      expect send asset roi_guide
      expect score > 70
      """
    #expect(try failures(test) == [])
  }

  /// An experiment on the rule leaves the test as it is: in a test everybody is in the first arm.
  @Test func theTestHoldsWithTheExperimentToo() throws {
    let experiment = """
      asset roi_one_pager "ROI on one page" { type "paper" }
      experiment roi_subject on roi_for_warm_finance {
        arm long  50% { send asset roi_guide }
        arm short 50% { send asset roi_one_pager }
        measure did meeting_booked within 14 days afterwards
      }
      test "a warm CFO gets the ROI guide once in 90 days" {
        at 2026-03-02 09:00
        given contact { persona cfo, score 75, stage consideration }
        given page_view { path "/pricing" } 2 days ago
        expect send asset roi_guide
        wait 30 days
        expect nothing
        wait 61 days
        expect send asset roi_guide
        expect score > 70
      }
      """
    #expect(try expectAllPass(book + experiment) == [])
  }

  @Test func whoMissedTheWebinarGetsTheRecording() throws {
    let test = """
      at 2026-03-02 09:00
      given contact { email "ann@acme.example" }
      given contact { email "ben@acme.example" }
      wait 1 hour
      given contact { email "ann@acme.example" }
      given webinar_registered { webinar "q1", ends 2026-03-03 18:00 }
      given contact { email "ben@acme.example" }
      given webinar_registered { webinar "q1", ends 2026-03-03 18:00 }
      wait 30 hours
      given webinar_attended { webinar "q1" }
      wait 4 hours
      expect nothing
      wait 2 hours
      expect send asset recording to "ann@acme.example"
      expect not send asset recording to "ben@acme.example"
      """
    #expect(try failures(test) == [])
  }

  @Test func aLateMQLIsToldAfterFourBusinessHours() throws {
    // Friday, 15:30: two hours before the weekend, two on Monday.
    let test = """
      at 2026-03-06 09:00
      given contact { email "ann@acme.example", lifecycle lead }
      wait 390 minutes
      given contact { lifecycle mql }
      wait 2 days
      expect nothing
      at 2026-03-09 10:45
      expect nothing
      wait 15 minutes
      expect notify "sales-managers" "ann@acme.example still waits"
      """
    #expect(try failures(test) == [])
    let met = """
      at 2026-03-06 09:00
      given contact { email "ann@acme.example", lifecycle lead }
      given meeting_booked 3 days ago
      wait 1 hour
      given contact { lifecycle mql }
      wait 1 hour
      given meeting_booked
      wait 4 days
      expect nothing
      """
    #expect(try failures(met) == [])
  }

  @Test func accountsOncePerAccountHoweverManyItsPeople() throws {
    let test = """
      at 2026-03-02 09:00
      given account { domain "acme.example", name "Acme", target yes, reach 45 }
      given contact { email "ann@acme.example", persona it_director }
      given contact { email "ben@acme.example", persona other }
      expect create task "Find a finance contact at Acme" for owner
      wait 59 days
      expect nothing
      wait 2 days
      expect create task "Find a finance contact at Acme" for owner
      given deal { name "Big one", stage open }
      wait 90 days
      expect nothing
      """
    #expect(try failures(test) == [])
  }

  @Test func journeysMoveAheadAtOnceAndBackOnlyWhenTheyMay() throws {
    let test = """
      at 2026-03-02 09:00
      given contact { email "ann@acme.example" }
      expect stage == awareness
      given demo_request
      wait 15 minutes
      expect stage == decision
      wait 59 days
      expect stage == decision
      wait 2 days
      expect stage == decision     # the demo request still counts
      wait 30 days
      expect stage == awareness
      """
    #expect(try failures(test) == [])
  }
}
