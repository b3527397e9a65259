/// The examples of the language, by the part that they show. Each parses without a report.
enum Examples {
  static let oneLiner = #"""
    when score > 70 and stage == consideration then send asset X
    """#

  static let data = #"""
    contact {
      email       text key
      first_name  text from hubspot firstname
      title       text from hubspot jobtitle from column "Job Title"
      source      text from column "Lead Source" missing when "Select"
      persona     one of (cfo, vp_finance, it_director, other)
      lifecycle   one of (subscriber < lead < mql "marketingqualifiedlead" < sql "salesqualifiedlead" < customer) from hubspot lifecyclestage
      country     text
      timezone    text from hubspot hs_timezone
      language    text missing means "en"
      opted_out   flag missing means no
    }
    account {
      domain      text key
      name        text
      industry    text
      employees   number
      target      flag from hubspot hs_is_target_account missing means no
      renewal     date
    }
    deal  { name text key  amount number  stage one of (open < won)  closes date }
    event page_view        { path text, seconds number } worth 0.2
    event content_download { asset asset } worth 0.7
    event email_click      { asset asset } worth 0.6
    event webinar_registered { webinar text, ends time } worth 0.5
    event webinar_attended   { webinar text } worth 0.8
    event demo_request worth 1
    event meeting_booked worth 0.9
    event email_reply
    event intent_surge for account { topic text }

    asset { language text  type text  persona list of persona  stage one of stage  topics list of text  url text  published date  expires date }
    asset roi_guide "The finance leader's guide to ROI" {
      type "guide"  stage consideration  persona (cfo, vp_finance)  topics ("roi", "budgeting")
      url "https://example.com/roi"  published 2026-01-15  expires 2027-01-15  language "en"
    }
    assets from "assets.csv"
    team sdr { "ana@example.com", "ben@example.com" otherwise "lead@example.com" }
    """#

  static let derived = #"""
    define cold  = no interaction within 60 days
    define score = 60% * engagement + 40% * fit
    define grade one of (d < c < b < a) = if fit >= 75 then a else if fit >= 50 then b else if fit >= 25 then c else d

    score engagement "Engagement, 0 to 100" {
      factor recency   20% = freshness(last(interaction), half life 14 days)
      factor frequency 20% = diminishing(count(interaction, half life 30 days), half at 3)
      factor depth     25% = diminishing(sum(worth of interaction, half life 30 days), half at 2)
      factor breadth   15% = distinct(asset.topics of content_download within 60 days) / 6
      factor intent    20% = if did demo_request within 90 days then 1
                             else diminishing(count(page_view where path contains "/pricing" within 14 days), half at 2)
    }
    score fit {
      add 25 when persona in (cfo, vp_finance)
      add 20 when account.employees between 500 and 5000
      add 5 per page_view where path starts with "/integrations" within 30 days at most once per 1 day, up to 20
      add 10 per intent_surge half life 30 days, up to 30
      subtract 30 when email matches /@(gmail|yahoo|outlook)\./
      limit 0 to 100
    }
    journey stage "Buyer journey" {
      stage awareness
      stage consideration when engagement >= 30 or did content_download within 60 days
      stage decision      when did demo_request within 90 days or did page_view where path contains "/pricing" at least 3 times within 14 days
      stage customer      when lifecycle == customer
      moves back when no interaction within 60 days
    }
    segment warm_finance "Warm finance leaders" when persona in (cfo, vp_finance) and score >= 40 until score < 30
      sync to hubspot list "Warm finance leaders"
    """#

  static let rules = #"""
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
    """#

  static let accounts = #"""
    define coverage for account = distinct(persona of contacts where persona in (cfo, it_director)) / 2
    score reach for account { factor people 100% = diminishing(sum(engagement of contacts) / 100, half at 2) }
    rule thin_coverage for account "Target account, nobody in finance" {
      when target and reach >= 40 and not any(contacts where persona == cfo) and not any(deals where stage == open)
      then create task "Find a finance contact at {name otherwise domain}" for owner
      once every 60 days
    }
    """#

  static let recommendations = #"""
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
    """#

  static let sequences = #"""
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
    """#

  static let policies = #"""
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
    """#

  static let experiments = #"""
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
    """#

  static let all = [oneLiner, data, derived, rules, accounts, recommendations, sequences, policies, experiments]

  /// All of them as one file, which is a rule book that uses every form.
  static let book = all.joined(separator: "\n") + "\n"

  /// The book with the assets that it speaks of, which makes it a whole that checks.
  static let wholeBook =
    book + """
      asset X "X" { type "guide"  stage awareness  language "en" }
      asset recording "The recording" { type "webinar"  stage decision  language "en" }
      asset case_study "A case" { type "case"  stage decision  language "en" }
      asset roi_one_pager "One page" { type "guide"  stage consideration  language "en" }
      asset demo_offer "A demo" { type "offer"  stage decision  language "en" }

      """
}
