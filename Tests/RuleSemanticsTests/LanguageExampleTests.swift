import RuleDiagnostics
import RuleSemantics
import Testing

/// Every example of the language's description checks beside its declarations.
struct LanguageExampleTests {
  @Test(arguments: languageExamples)
  func checksWithoutReports(example: String) {
    #expect(CheckedBook(commonDeclarations, example).problems == [])
  }
}

/// The fenced examples of the language's description, apart from the declarations that they share.
let languageExamples = [
  "when score > 70 and stage == consideration then send asset roi_guide",
  """
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
  """,
  """
  rule thin_coverage for account "Target account, nobody in finance" {
    when target and reach >= 40 and not any(contacts where persona == cfo) and not any(deals where stage == open)
    then create task "Find a finance contact at {name otherwise domain}" for owner
    once every 60 days
  }
  """,
  """
  recommendation next_best "Next best content" {
    from asset where language == contact.language and not (expires < today)
    never repeat within 180 days
    factor stage_fit   30% = closeness(candidate.stage, stage)
    factor persona_fit 25% = if persona in candidate.persona then 1 else 0
    factor interest    20% = affinity(candidate.topics, half life 30 days)
    factor proven      15% = rate(meeting_booked within 14 days after content_download, prior 5)
    factor fresh       10% = freshness(candidate.published, half life 180 days)
    pick best 3 scoring at least 40%
  }
  rule offer_next_best { when score > 50 then recommend next_best for approval once every 14 days }
  rule send_next_best  { when score > 80 then send best of next_best once every 14 days }
  sequence finance_nurture "Finance nurture" {
    enroll when persona == cfo and stage == consideration
    once every 180 days
    goal when did meeting_booked
    exit when stage >= decision or opted_out
    exit when any(colleagues where did email_reply within 30 days)
    holdout 10% by account
    act on weekdays between 09:00 and 17:00 in contact time
    priority 5

    step intro { send asset roi_guide  wait 3 business days }
    step follow_up {
      if did email_click where asset == roi_guide since step intro { send asset case_study }
      else { send best of next_best }
      wait up to 7 days until did page_view where path contains "/pricing"
    }
    step offer {
      split { arm call 50% { create task "Call {first_name otherwise email}" for owner } arm mail 50% { send asset demo_offer } }
    }
  }
  """,
  """
  policy {
    timezone "Europe/London"
    business hours 09:00 to 17:30 on weekdays
    holidays from "holidays/de.ics" when country == "Germany"
    at most 2 messages per contact per 7 days, hold the rest up to 3 days
    at most 6 messages per account per 7 days, drop the rest
    quiet between 20:00 and 08:00 in contact time
    never message when opted_out or not account.target
    never repeat an asset within 90 days
    require consent marketing
    approve rules that act on more than 500 contacts
    halt when a run acts on more than 10% of contacts
    evaluate every 15 minutes
  }
  """,
  """
  rule roi_for_warm_finance { when score > 70 then send asset roi_guide once every 90 days }
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
  """,
]
