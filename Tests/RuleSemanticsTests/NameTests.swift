import RuleDiagnostics
import RuleSemantics
import Testing

/// A rule book beside the common declarations with exactly one mistake: the id, and the text that is marked.
struct Mistake: CustomTestStringConvertible, Sendable {
  var text: String
  var problem: String

  init(_ text: String, _ problem: String) {
    self.text = text
    self.problem = problem
  }

  var testDescription: String { text }
}

/// The condition of a rule, with its one mistake.
func condition(_ text: String, _ problem: String) -> Mistake {
  Mistake("when \(text) then add to list \"L\"", problem)
}

func expectOneReport(_ mistake: Mistake, _ location: SourceLocation = #_sourceLocation) {
  #expect(CheckedBook(commonDeclarations, mistake.text).problems == [mistake.problem], sourceLocation: location)
}

struct NameTests {
  @Test(arguments: [
    condition("scor > 70", "unknown-name: scor"),
    condition("nothing_like_it > 70", "unknown-name: nothing_like_it"),
    condition("employees > 500", "unknown-name: employees"),
    condition("account.employes > 500", "unknown-field: employes"),
    condition("contact.emial is known", "unknown-field: emial"),
    condition("email.length > 3", "unknown-field: length"),
    condition("favorite.topcs contains \"roi\"", "unknown-field: topcs"),
    condition("did page_view where pth == \"/\"", "unknown-field: pth"),
    condition("did page_view where language == \"en\"", "unknown-name: language"),
    condition("any(colleagues where employees > 3)", "unknown-name: employees"),
    condition("acount.employees > 500", "unknown-name: acount"),
    condition("country == Germany", "text-without-quotes: Germany"),
    condition("country in (\"France\", Germany)", "text-without-quotes: Germany"),
    condition("nothing_like_it == \"Germany\"", "unknown-name: nothing_like_it"),
    condition("\"Germany\" == nothing_like_it", "unknown-name: nothing_like_it"),
    condition("did page_view where path == \"/\" and path == \"/x\"", "unknown-name: path"),
    condition("country == contry", "unknown-name: contry"),
    condition("country == null", "null-value: null"),
    condition("demo_request", "event-as-value: demo_request"),
    condition("page_view.path == \"/\"", "event-as-value: page_view"),
    condition("colleagues > 3", "people-as-value: colleagues"),
    condition("did page_veiw", "unknown-event: page_veiw"),
    condition("count(lifecycle) > 1", "unknown-event: lifecycle"),
    condition("stage == consideraton", "unknown-value: consideraton"),
    condition("persona in (cfo, vp_financ)", "unknown-value: vp_financ"),
    condition("persona == \"vp of finance\"", "unknown-value: \"vp of finance\""),
    condition("grade == e", "unknown-value: e"),
    condition("did email_click where asset == roi_giude", "unknown-asset: roi_giude"),
    condition("freshnes(last_call, half life 3 days) > 0.5", "unknown-function: freshnes"),
    condition("event.path == \"/\"", "misplaced-name: event"),
    condition("candidate.type == \"guide\"", "misplaced-name: candidate"),
    condition("affinity(interests, half life 3 days) > 0", "misplaced-name: affinity"),
    condition("did page_view since step intro", "unknown-step: intro"),
    Mistake("rule r for account { when persona == cfo then add to list \"L\" }", "unknown-name: persona"),
    Mistake("rule r for account { when contact.email is known then add to list \"L\" }", "misplaced-name: contact"),
    Mistake(
      "rule r for account { when any(contacts where contact.vip) then add to list \"L\" }", "misplaced-name: contact"),
    Mistake("when score > 1 then enroll in nurture", "unknown-declaration: nurture"),
    Mistake("when score > 1 then recommend next_best", "unknown-declaration: next_best"),
    Mistake("when score > 1 then assign owner from sd", "unknown-declaration: sd"),
    Mistake("when score > 1 then send asset roi_gide", "unknown-asset: roi_gide"),
    Mistake("on page_veiw then add to list \"L\"", "unknown-event: page_veiw"),
    Mistake("on lifecycle then add to list \"L\"", "unknown-event: lifecycle"),
    Mistake("on page_view where pth == \"/\" then add to list \"L\"", "unknown-field: pth"),
    Mistake("on page_view when event.pth == \"/\" then add to list \"L\"", "unknown-field: pth"),
    Mistake("on lifecycle changed to mqll then add to list \"L\"", "unknown-value: mqll"),
    Mistake("define fit = 3", "duplicate-name: fit"),
    Mistake("segment Country when vip", "duplicate-name: Country"),
    Mistake("define today = 3", "reserved-name: today"),
    Mistake("score two { factor a 50% = 1  factor a 50% = 0 }", "duplicate-declaration: a"),
  ])
  func isReportedOnce(mistake: Mistake) { expectOneReport(mistake) }

  @Test func nobodyInteractsWhereNoEventHasAWorth() {
    let book = CheckedBook("contact { email text key }\nevent visit", "define cold = no interaction within 6 days")
    #expect(book.problems == ["no-interactions: interaction"])
  }

  @Test func namesOfBothSubjectsAreApart() {
    #expect(CheckedBook(commonDeclarations, "define persona for account = 3").problems == [])
  }

  @Test func aValueIsShownWithThoseThatExist() throws {
    let book = CheckedBook(commonDeclarations, "when stage == consideraton then add to list \"L\"")
    let report = try #require(book.diagnostics.first)
    #expect(report.message == "no contact can be in stage `consideraton`")
    #expect(report.label == "not a stage of this journey")
    #expect(report.related.map(\.text).contains("stages: awareness, consideration, decision, customer"))
    #expect(report.help == ["did you mean `consideration`?"])
    #expect(book.repaired == "when stage == consideration then add to list \"L\"")
  }

  @Test(arguments: [
    ("stage == consideraton", "stage"), ("consideraton == stage", "stage"),
    ("persona in (cfo, vp_financ)", "persona"), ("persona not in (vp_financ)", "persona"),
  ])
  func whatAValueIsComparedWithIsMarked(comparison: String, other: String) throws {
    let book = CheckedBook(commonDeclarations, "when \(comparison) then add to list \"L\"")
    let report = try #require(book.diagnostics.first)
    #expect(report.id == .unknownValue)
    #expect(report.related.filter { $0.text.isEmpty }.map { book.program.book.text($0.range) } == [other])
    let apart = CheckedBook(
      commonDeclarations,
      "when \(comparison.split(separator: " ").joined(separator: "\n")) then add to list \"L\"")
    #expect(apart.diagnostics.first?.related.filter { $0.text.isEmpty } == [])
  }

  @Test func aRepairSaysWhoseFieldItIs() {
    let book = CheckedBook(
      commonDeclarations,
      "when employees > 500 and did page_view where language == \"en\" then add to list \"L\"")
    #expect(
      book.repaired
        == "when account.employees > 500 and did page_view where contact.language == \"en\" then add to list \"L\"")
  }

  @Test(arguments: [
    ("nearest of the right type", "when score > vists then add to list \"L\"", "visits"),
    ("a stage, not a field", "when stage == decison then add to list \"L\"", "decision"),
    ("spelling of the source", "when lifecycle == marketingqualifiedlead then add to list \"L\"", "mql"),
  ])
  func suggestions(why: String, text: String, suggestion: String) throws {
    let report = try #require(CheckedBook(commonDeclarations, text).diagnostics.first)
    #expect(report.help.first == "did you mean `\(suggestion)`?")
  }

  // MARK: - What names mean

  @Test(arguments: [
    "persona == cfo", "cfo == persona", "persona == buyer", "persona in (cfo, buyer)", "persona != other",
    "contact.persona == cfo", "account.tier >= silver", "silver <= account.tier", "favorite == roi_guide",
    "roi_guide == favorite", "favorite in (roi_guide, case_study)", "favorite.persona contains cfo",
    "cfo in favorite.persona", "persona in favorite.persona", "favorite.stage == decision",
    "stage == favorite.stage", "lifecycle between lead and sql", "warm_finance", "warm_finance and not cold",
    "did content_download where asset.topics contains \"roi\"", "did page_view where at in last 3 days",
    "did interaction where worth > 0.5", "did message where asset == roi_guide", "did intent_surge within 3 days",
    "any(colleagues where persona == contact.persona)", "any(account.contacts where did page_view within 3 days)",
    "any(account.deals where stage == open)", "grade >= b", "account.coverage > 0.5", "account.reach > 50",
    "(if vip then persona else buyer) == cfo", "(persona otherwise cfo) == other",
  ])
  func mean(text: String) {
    #expect(CheckedBook(commonDeclarations, "when \(text) then add to list \"L\"").problems == [])
  }

  @Test func aBareNameIsAValueBeforeItIsAField() throws {
    // A field that is called like a value of another.
    let book = CheckedBook(
      "contact { email text key  kind one of (mine, yours)  mine flag }", "segment s when kind == mine")
    #expect(book.problems == [])
    guard case .segment(let segment) = try #require(book.definition("s")).body,
      case .compare(_, _, let right) = segment.condition.kind
    else {
      Issue.record("a comparison")
      return
    }
    #expect(right.kind == .constant(.choice(ChoiceSetID(0), 0)))
  }

  @Test func anUnknownNameNeverCascades() {
    let book = CheckedBook(
      commonDeclarations,
      """
      define a = scor + 1
      define b = a * 2
      segment c when b > 3
      score s { factor x 100% = b }
      when c and a > 3 and stagee == consideration and s > 5 then add to list "L"
      """)
    #expect(book.problems == ["unknown-name: scor", "unknown-name: stagee"])
  }

  @Test(arguments: [
    "score broken { ??? }", "define broken = noq interaction within 6 days",
    "define broken = freshness(last_call half 3)",
    "define broken = rateq(meeting_booked within 3 days after page_view)", "define broken = persona inn (cfo, other)",
    "define broken = if vip then 4 els 3", "score broken { add 5 whe vip }", "define broken =",
    "define broken one of = 3",
    "journey broken { stage one when scor > 3 }", "segment broken", "score broken { factor a 50 = 1 factor b 50% = 0 }",
  ])
  func aBrokenDeclarationCountsAsDeclared(text: String) {
    let book = CheckedBook(
      commonDeclarations, text + "\nsegment t when broken is known\nwhen broken is known then add to list \"L\"")
    #expect(book.diagnostics.count == 1, "\(book.problems)")
  }

  @Test func namesThatDifferInCaseAreReportedOnce() {
    let book = CheckedBook(commonDeclarations, "segment Country when vip\nwhen Country then add to list \"L\"")
    #expect(book.problems == ["duplicate-name: Country"])
  }

  @Test func veryManyUnknownNamesAreReportedInTime() {
    let rules = (0..<4_000).map { "segment s\($0) when unknown_name_\($0) > 3" }.joined(separator: "\n")
    let clock = ContinuousClock()
    var count = 0
    let time = clock.measure { count = CheckedBook(commonDeclarations, rules).diagnostics.count }
    #expect(count == 4_000)
    #expect(time < .seconds(60))
  }
}
