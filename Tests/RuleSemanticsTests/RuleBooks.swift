import RuleDiagnostics
import RuleSemantics
import RuleSyntax

/// A rule book that tests check: its program, and what the parser and the checker have to say.
struct CheckedBook {
  var program: CheckedProgram
  var diagnostics: [Diagnostic]

  /// One file for each text.
  init(_ texts: String..., assets: [AssetFile] = []) {
    var book = SourceBook()
    var trees: [SyntaxTree] = []
    var reports: [Diagnostic] = []
    for (index, text) in texts.enumerated() {
      let (tree, diagnostics) = parse(book.add(path: "rules/\(index).abm", bytes: Array(text.utf8)))
      trees.append(tree)
      reports += diagnostics
    }
    let (program, diagnostics) = check(book, trees: trees, assets: assets)
    self.program = program
    self.diagnostics = reports + diagnostics
  }

  /// Each report as `id: the marked text`.
  var problems: [String] {
    diagnostics.map { "\($0.id.rawValue): \(program.book.text($0.range))" }
  }

  /// The text of the last file after all safe repairs.
  var repaired: String {
    guard let file = program.book.files.last else { return "" }
    let edits = diagnostics.flatMap(\.fixes).filter(\.isSafe).flatMap(\.edits)
      .filter { $0.range.file == file.id }.sorted { $0.range.start > $1.range.start }
    var bytes = file.bytes
    for edit in edits { bytes.replaceSubrange(edit.range.start..<edit.range.end, with: edit.replacement.utf8) }
    return String(decoding: bytes, as: UTF8.self)
  }

  func definition(_ name: String) -> Definition? {
    program.definitions.first { $0.name == name }
  }
}

/// Declarations that most tests stand beside: those of the language's own description.
let commonDeclarations = """
  contact {
    email       text key
    first_name  text from hubspot firstname
    title       text from hubspot jobtitle from column "Job Title"
    source      text from column "Lead Source" missing when "Select"
    persona     one of (cfo, vp_finance, it_director, other)
    lifecycle   one of (subscriber < lead < mql "marketingqualifiedlead" < sql "salesqualifiedlead" < customer)
                from hubspot lifecyclestage
    country     text
    zip         text
    timezone    text from hubspot hs_timezone
    language    text missing means "en"
    opted_out   flag missing means no
    vip         flag
    visits      number
    birthday    date
    last_call   time
    interests   list of text
    buyer       one of persona
    favorite    asset
  }
  account {
    domain      text key
    name        text
    industry    text
    employees   number
    target      flag from hubspot hs_is_target_account missing means no
    renewal     date
    tier        one of (bronze < silver < gold)
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

  asset { language text  type text  persona list of persona  stage one of stage  topics list of text  url text
    published date  expires date }
  asset roi_guide "The finance leader's guide to ROI" {
    type "guide"  stage consideration  persona (cfo, vp_finance)  topics ("roi", "budgeting")
    url "https://example.com/roi"  published 2026-01-15  expires 2027-01-15  language "en"
  }
  asset case_study { type "case" }
  asset demo_offer { type "offer" }
  asset recording { type "webinar" }
  asset roi_one_pager { type "guide" }
  team sdr { "ana@example.com", "ben@example.com" otherwise "lead@example.com" }

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
    subtract 30 when email matches /@(gmail|yahoo|outlook)\\./
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

  define coverage for account = distinct(persona of contacts where persona in (cfo, it_director)) / 2
  score reach for account { factor people 100% = diminishing(sum(engagement of contacts) / 100, half at 2) }
  """
