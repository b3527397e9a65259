import RuleDiagnostics
import RuleSemantics
import Testing

struct TypeTests {
  @Test(arguments: [
    condition("zip == 10115", "type-mismatch: 10115"),
    condition("visits == country", "type-mismatch: country"),
    condition("visits > vip", "type-mismatch: vip"),
    condition("birthday > 3", "type-mismatch: 3"),
    condition("favorite == \"x\"", "type-mismatch: \"x\""),
    condition("visits + country > 3", "type-mismatch: country"),
    condition("-country > 3", "type-mismatch: country"),
    condition("email + country == \"x\"", "type-mismatch: email + country"),
    condition("(visits otherwise \"0\") > 3", "quoted-value: \"0\""),
    condition("(if vip then 1 else \"a\") > 3", "type-mismatch: \"a\""),
    condition("visits contains 3", "type-mismatch: visits"),
    condition("visits starts with \"3\"", "type-mismatch: visits"),
    condition("visits matches /3/", "type-mismatch: visits"),
    condition("country contains 3", "type-mismatch: 3"),
    condition("interests contains 3", "type-mismatch: 3"),
    condition("\"roi\" in country", "type-mismatch: country"),
    condition("visits in interests", "type-mismatch: visits"),
    condition("country in last 3 days", "type-mismatch: country"),
    condition("diminishing(country, half at 3) > 0.5", "type-mismatch: country"),
    condition("freshness(visits, half life 3 days) > 0.5", "type-mismatch: visits"),
    condition("sum(path of page_view) > 3", "type-mismatch: path"),
    condition("persona == lifecycle", "different-choices: lifecycle"),
    condition("stage == account.tier", "different-choices: account.tier"),
    condition("persona in (cfo, lifecycle)", "different-choices: lifecycle"),
    condition("score > \"70\"", "quoted-value: \"70\""),
    condition("score > \"70%\"", "quoted-value: \"70%\""),
    condition("persona == \"cfo\"", "quoted-value: \"cfo\""),
    condition("lifecycle == \"marketingqualifiedlead\"", "quoted-value: \"marketingqualifiedlead\""),
    condition("vip == \"yes\"", "quoted-value: \"yes\""),
    condition("birthday > \"2000-01-01\"", "quoted-value: \"2000-01-01\""),
    condition("favorite == \"roi_guide\"", "quoted-value: \"roi_guide\""),
    condition("score and vip", "not-a-condition: score"),
    condition("not country", "not-a-condition: country"),
    condition("stage", "not-a-condition: stage"),
    condition("if vip then score else 3", "not-a-condition: if vip then score else 3"),
    condition("score > 70%", "percent-of-score: 70%"),
    condition("30% < fit", "percent-of-score: 30%"),
    condition("engagement between 30 and 70%", "percent-of-score: 70%"),
    condition("count(page_view) > 50%", "percent-of-score: 50%"),
    condition("persona > cfo", "unordered-comparison: >"),
    condition("persona between cfo and other", "unordered-comparison: between cfo and other"),
    condition("country < \"M\"", "unordered-comparison: <"),
    condition("vip >= yes", "unordered-comparison: >="),
    condition("favorite > roi_guide", "unordered-comparison: >"),
    condition("closeness(persona, buyer) > 0.5", "unordered-comparison: persona"),
    condition("closeness(visits, 3) > 0.5", "unordered-comparison: visits"),
    condition("min(path of page_view) is known", "unordered-comparison: path"),
    condition("interests == \"roi\"", "list-comparison: =="),
    condition("favorite.persona != cfo", "list-comparison: !="),
    condition("cfo == favorite.persona", "list-comparison: =="),
    condition("interests > 3", "list-comparison: >"),
    condition("interests == favorite.topics", "list-comparison: =="),
    condition("interests in (\"a\", \"b\")", "list-comparison: interests"),
    condition("persona == cfo or vp_finance", "choice-after-or: vp_finance"),
    condition("persona != cfo and other", "choice-after-or: other"),
    condition("persona == cfo or vp_finance or other", "choice-after-or: other"),
    condition("country == \"Germany\" or \"France\"", "choice-after-or: \"France\""),
    condition("persona == cfo or vp_financ", "choice-after-or: vp_financ"),
    condition("visits == 1 or 2", "choice-after-or: 2"),
    condition("persona in cfo", "missing-parentheses: cfo"),
    condition("email matches /(/", "invalid-pattern: /"),
    condition("email matches /a/q", "invalid-pattern: /a/q"),
    condition("score between 90 and 70", "reversed-bounds: 90 and 70"),
    condition("lifecycle between sql and lead", "reversed-bounds: sql and lead"),
    condition("birthday between 2026-03-01 and 2025-03-01", "reversed-bounds: 2026-03-01 and 2025-03-01"),
    condition("did page_view at least 0 times", "invalid-number: 0"),
    condition("did page_view at least 1.5 times", "invalid-number: 1.5"),
    condition("diminishing(visits, half at 0) > 0.5", "invalid-number: 0"),
    condition("freshness(last_call) > 0.5", "wrong-arguments: freshness(last_call)"),
    condition("closeness(stage) > 0.5", "wrong-arguments: closeness(stage)"),
    Mistake("score s { add 5 when vip  limit 100 to 0 }", "reversed-bounds: 100 to 0"),
    Mistake("score s { add 5 when visits }", "not-a-condition: visits"),
    Mistake("score s { add 5 per page_view, up to 0 }", "invalid-number: 0"),
    Mistake("score s { factor a 100% = vip }", "type-mismatch: vip"),
    Mistake("score s { factor a 60% = 1  factor b 30% = 0 }", "weights-total: s"),
    Mistake("score s { factor a 100% = 1  add 3 when vip }", "mixed-score: add 3 when vip"),
    Mistake("score s { }", "incomplete-declaration: s"),
    Mistake("journey j { }", "incomplete-declaration: j"),
    Mistake("journey j { stage a stage b when visits }", "not-a-condition: visits"),
    Mistake("define g one of (x < y) = if vip then x else z", "unknown-value: z"),
    Mistake("define g one of (x < y) = 3", "type-mismatch: 3"),
    Mistake("segment s when vip until visits", "not-a-condition: visits"),
    Mistake("define s = visits sync to hubspot list \"L\"", "list-of-values: sync to hubspot list \"L\""),
  ])
  func isReportedOnce(mistake: Mistake) { expectOneReport(mistake) }

  @Test(arguments: [
    ("score > 70%", "score > 70"), ("score > \"70%\"", "score > 70"), ("visits == \"1,000\"", "visits == 1000"),
    ("persona == \"CFO\"", "persona == cfo"), ("vip == \"yes\"", "vip == yes"),
    ("lifecycle == \"marketingqualifiedlead\"", "lifecycle == mql"),
    ("birthday > \"2000-01-01\"", "birthday > 2000-01-01"), ("zip == 10115", "zip == \"10115\""),
    ("country == Germany", "country == \"Germany\""),
    ("persona == cfo or vp_finance", "persona in (cfo, vp_finance)"),
    ("persona != cfo and other", "persona not in (cfo, other)"), ("persona in cfo", "persona in (cfo)"),
    ("interests == \"roi\"", "interests contains \"roi\""),
    ("cfo != favorite.persona", "favorite.persona not contains cfo"),
    ("any(contacts where vip)", "any(account.contacts where vip)"),
    // Nothing safe: what was meant is not sure.
    ("persona != cfo or other", "persona != cfo or other"), ("vip == 1", "vip == 1"),
    ("now - last_call < 7 days", "now - last_call < 7 days"),
  ])
  func isRepaired(wrong: String, right: String) {
    let book = CheckedBook(commonDeclarations, "when \(wrong) then add to list \"L\"")
    #expect(book.diagnostics.count == 1)
    #expect(book.repaired == "when \(right) then add to list \"L\"")
  }

  /// Each operator with each type that it takes.
  @Test(arguments: [
    "country == \"x\"", "country != email", "visits == 3", "visits != -3", "visits < 3.5", "visits <= 10%",
    "visits > score", "visits >= count(page_view)", "vip == yes", "vip != opted_out", "birthday == 2000-01-01",
    "birthday < today", "birthday <= now", "last_call > now", "last_call >= today", "last_call == 2026-03-01",
    "last_call < 2026-03-01 09:00", "persona == cfo", "persona != buyer", "lifecycle < mql", "lifecycle <= sql",
    "stage > awareness", "stage >= decision", "favorite == roi_guide", "favorite != case_study",
    "country in (\"a\", \"b\")", "visits in (1, 2)", "persona in (cfo)", "stage not in (decision)",
    "favorite in (roi_guide)", "birthday in (2000-01-01, today)", "\"roi\" in interests", "country in interests",
    "visits between 1 and 5", "birthday between 2000-01-01 and today", "last_call between 3 days ago and now",
    "stage between awareness and decision", "visits not between 1 and 5", "country contains \"a\"",
    "interests contains \"roi\"", "interests not contains country", "favorite.persona contains cfo",
    "country starts with \"G\"", "country ends with email", "country not starts with \"G\"",
    "email matches /@acme\\.example$/i", "email not matches /x/", "visits is known", "persona is unknown",
    "interests is known", "cold is known", "birthday in last 30 days", "last_call in last 3 business hours",
    "last(page_view) not in last 7 days", "account.renewal in next 30 days", "persona unchanged for 30 days",
    "stage unchanged for 2 weeks", "warm_finance unchanged for 30 days", "account.tier unchanged for 30 days",
    "vip and visits > 3 or not cold", "did page_view", "did not page_view", "no page_view within 3 days",
    "did page_view where path == \"/\" at least 2 times within 3 days", "did page_view exactly 0 times",
    "did page_view since last_call", "did page_view since birthday", "did page_view from 30 days ago to 10 days ago",
    "visits + 1 - 2 * 3 / 4 > -visits", "(visits otherwise 0) > 3", "first(page_view) < 3 days ago",
    "3 hours after last(page_view) < now", "2 days before birthday <= today", "3 business days after last_call > now",
    "min(at of page_view) < now", "max(seconds of page_view) > 3", "average(seconds of page_view) > 3",
    "distinct(path of page_view within 3 days) > 3", "sum(seconds of page_view, half life 3 days) > 3",
    "distinct(asset.topics of content_download) > 3", "count(colleagues) > 3", "share(colleagues where vip) > 50%",
    "average(score of account.contacts) > 3", "max(lifecycle of account.contacts) >= mql",
    "min(closes of account.deals) < today", "sum(amount of account.deals where stage == won) > 1_000",
    "closeness(stage, decision) > 0.5", "closeness(decision, stage) > 50%", "email == \"{country otherwise email}\"",
    "(if visits > 3 then stage else favorite.stage) == decision", "freshness(birthday, half life 3 days) > 0.5",
    "freshness(last_call, half life 36 hours) > 30%", "diminishing(visits, half at 2.5) > 30%",
  ])
  func isAccepted(text: String) {
    #expect(CheckedBook(commonDeclarations, "when \(text) then add to list \"L\"").problems == [])
  }

  @Test(arguments: [
    ("country == \"x\"", true), ("email == \"x\"", false), ("opted_out", false), ("vip", true),
    ("account.target", true),
    ("score > 3", false), ("account.reach > 3", true), ("stage == decision", false), ("grade == a", false),
    ("cold", false), ("warm_finance", false), ("did page_view", false), ("visits is known", false),
    ("last(page_view) < now", true), ("count(page_view) > 3", false), ("sum(seconds of page_view) > 3", false),
    ("average(seconds of page_view) > 3", true), ("(visits otherwise 0) > 3", false),
    ("(visits otherwise visits) > 3", true), ("3 / score > 3", true), ("score / 3 > 3", false),
    ("vip and opted_out", true), ("not vip", true), ("any(colleagues where vip)", false),
    ("share(colleagues where vip) > 0.5", true), ("interests contains \"x\"", true), ("score in (1, visits)", true),
    ("now > 2026-03-01", false), ("(if vip then 1 else 2) > 1", false), ("(if vip then visits else 2) > 1", true),
    ("favorite.type == \"x\"", true),
  ])
  func knowsWhatMayBeMissing(text: String, mayBeMissing: Bool) throws {
    let book = CheckedBook(commonDeclarations, "rule r { when \(text) then add to list \"L\" }")
    let condition = try #require(book.program.rules.first?.condition)
    #expect(book.problems == [])
    #expect(condition.mayBeMissing == mayBeMissing)
  }

  @Test func aJourneyIsNeverMissingOnlyWhereAStageIsUnconditional() throws {
    let book = CheckedBook(
      commonDeclarations, "journey open { stage a when vip  stage b when visits > 3 }\njourney shut { stage a }")
    #expect(book.definition("open")?.mayBeMissing == true)
    #expect(book.definition("shut")?.mayBeMissing == false)
  }

  @Test func weightsMayMissByRounding() {
    let book = CheckedBook(
      commonDeclarations, "score s { factor a 33.3% = 1  factor b 33.3% = 1  factor c 33.4% = 1 }")
    #expect(book.problems == [])
  }
}
