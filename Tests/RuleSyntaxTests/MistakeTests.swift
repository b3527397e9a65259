import RuleDiagnostics
import RuleSyntax
import Testing

/// What is wrong, where that is said, and what the repair makes of it.
@Suite("Mistakes")
struct MistakeTests {
  static let mistakes: [(text: String, reports: [String])] = [
    // The tricky inputs of the language.
    ("when 1 < x < 5 then skip lower rules", ["1:6 chained-comparison"]),
    ("when score > 70 send asset X", ["1:17 missing-then"]),
    ("segment x when a == 2026-1-15", ["1:21 malformed-date"]),
    ("when a then notify owner \"Call {name about\"", ["1:32 unclosed-insertion"]),
    ("when a == b == c then skip lower rules", ["1:6 chained-comparison"]),
    ("when a in (b) > 3 then skip lower rules", ["1:6 chained-comparison"]),
    // Words.
    ("when a then enroll finance", ["1:20 missing-word"]),
    ("when a then set tier gold", ["1:22 missing-word"]),
    ("when a adn b then skip lower rules", ["1:8 misspelled-word"]),
    ("when a ro b then skip lower rules", ["1:8 misspelled-word"]),
    ("when path cotnains \"x\" then skip lower rules", ["1:11 misspelled-word"]),
    ("when path strats with \"x\" then skip lower rules", ["1:11 misspelled-word"]),
    ("rule x {\n  whne a\n  then send asset b\n}", ["2:3 unknown-clause"]),
    ("rule x {\n  when a\n  then send asset b\n  foo bar\n}", ["4:3 unknown-clause"]),
    ("rulle x {\n  when a then send asset b\n}", ["1:1 not-a-declaration"]),
    ("foo bar baz", ["1:1 not-a-declaration"]),
    ("when a then sned asset b", ["1:13 unknown-action"]),
    ("when a then email \"x\"", ["1:13 missing-word"]),
    ("when a then asset x", ["1:13 missing-word"]),
    ("when a then", ["1:8 missing-action"]),
    ("when a then explode", ["1:13 unknown-action"]),
    // Clauses.
    ("rule x {\n  then send asset b\n}", ["1:6 missing-clause"]),
    ("rule x {\n  when a\n}", ["1:6 missing-clause"]),
    ("rule x { }", ["1:6 missing-clause"]),
    ("rule x {\n  when a\n  when b\n  then send asset c\n}", ["3:3 duplicate-clause"]),
    ("rule x {\n  score > 3\n  then send asset c\n}", ["2:3 missing-when"]),
    ("score > 3 then send asset c", ["1:1 missing-when"]),
    ("rule x {\n  when a\n  send asset c\n}", ["3:3 missing-then"]),
    ("rule x {\n  when a\n  then send asset c\n  create note \"x\"\n}", ["4:3 missing-word"]),
    ("when a then send asset c, create note \"x\"", ["1:25 missing-word"]),
    ("define x = did a within 3 days within 4 days", ["1:32 duplicate-clause"]),
    // Names and values.
    ("rule { when a then send asset b }", ["1:6 missing-name"]),
    ("define = 3", ["1:8 missing-name"]),
    ("define x =", ["1:10 missing-value"]),
    ("define x = 3 +\ndefine y = 4", ["1:14 missing-value"]),
    ("when score > then skip lower rules", ["1:14 missing-value"]),
    ("when score > send asset b", ["1:14 missing-value"]),
    ("when a in (b c) then skip lower rules", ["1:14 missing-comma"]),
    ("when a in b, c then skip lower rules", ["1:11 unparenthesized"]),
    ("when a in (b, ) then skip lower rules", ["1:15 missing-value"]),
    ("define x = 1 + if a then 2 else 3", ["1:16 unparenthesized"]),
    ("contact { in text }", ["1:11 reserved-word"]),
    ("rule when { when a then send asset b }", ["1:6 reserved-word"]),
    ("when account.in == 3 then skip lower rules", ["1:14 reserved-word"]),
    ("when within > 3 then skip lower rules", ["1:6 reserved-word"]),
    ("when no demo_request then skip lower rules", ["1:6 missing-window"]),
    ("when did a where did b then skip lower rules", ["1:18 did-in-event-filter"]),
    ("when count(a where no b within 3 days) > 1 then skip lower rules", ["1:20 did-in-event-filter"]),
    ("on a where did b then skip lower rules", ["1:12 did-in-event-filter"]),
    // Types.
    ("contact { email key }", ["1:17 missing-type"]),
    ("contact {\n  email\n  name text\n}", ["2:3 missing-type"]),
    ("contact { email txt key }", ["1:17 unknown-type"]),
    ("contact { email string }", ["1:17 unknown-type"]),
    ("contact { first name text }", ["1:11 missing-type"]),
    ("contact { text, b text }", ["1:11 missing-name"]),
    ("contact { a text text, b text }", ["1:18 unexpected-token"]),
    ("contact { a a text, b text }", ["1:13 unexpected-token"]),
    ("contact { text email }", ["1:11 unexpected-token"]),
    ("contact { a one of (b < c, d) }", ["1:26 unexpected-token"]),
    // Time.
    ("define x = a within 3 days", ["1:14 unexpected-token"]),
    ("define x = did a within 3", ["1:25 missing-unit"]),
    ("define x = did a within 3 quarters", ["1:27 unknown-unit"]),
    ("define x = did a within 3 dyas", ["1:27 unknown-unit"]),
    ("define x = did a within three days", ["1:25 missing-value"]),
    ("define x = did a within 3days", ["1:25 malformed-number"]),
    ("define x = a == 15/01/2026", ["1:17 malformed-date"]),
    ("define x = a == 01.02.2026", ["1:17 malformed-date"]),
    ("define x = a == 2026/1/15", ["1:17 malformed-date"]),
    ("define x = a == 2026-03-01T09:00:00Z", ["1:17 malformed-date"]),
    ("define x = a == 2026-02-30", ["1:17 impossible-date"]),
    ("define x = a == 24:00", ["1:17 malformed-time"]),
    ("define x = a == 09:00:00", ["1:17 malformed-time"]),
    ("define x = a > 70x", ["1:16 malformed-number"]),
    // Blocks, parentheses, texts.
    ("rule x {\n  when a then send asset b\nrule y {\n  when a then send asset b\n}", ["1:8 unclosed-block"]),
    ("rule x\n  when a\n  then send asset b\n}", ["1:6 missing-brace"]),
    ("rule x {\n  when a then send asset b\n}\n}\nrule y { when a then send asset b }", ["4:1 unmatched-brace"]),
    ("rule x {\n  when a }\n  then send asset b\n}", ["2:10 unmatched-brace"]),
    (
      "sequence s {\n  step a {\n    wait 3 days\n  step b {\n    wait 3 days\n  }\n}\ndefine x = 1",
      ["2:10 unclosed-block"]
    ),
    (
      "sequence s {\n  step a {\n    if b {\n      wait 3 days\n  }\n  step c {\n    wait 3 days\n  }\n}\ndefine x = 1",
      ["3:10 unclosed-block"]
    ),
    ("when (a or b then skip lower rules", ["1:6 unclosed-parenthesis"]),
    ("when a or b) then skip lower rules", ["1:12 unmatched-parenthesis"]),
    ("when count(a > 3 then skip lower rules", ["1:11 unclosed-parenthesis"]),
    ("rule x \"Title {\n  when a then send asset b\n}", ["1:8 unclosed-text"]),
    ("rule x Title\" {\n  when a then send asset b\n}", ["1:13 unclosed-text"]),
    ("asset x { url \"https://a }\ndefine y = 1", ["1:15 unclosed-text"]),
    ("define x = a matches /b\ndefine y = 1", ["1:22 unclosed-regex"]),
    ("define x = a matches \"b\"", ["1:22 missing-value"]),
    ("define `x = 1", ["1:8 unclosed-name"]),
    ("define x = \"a\\qb\"", ["1:14 unknown-escape"]),
    ("rule x \"Call {name}\" { when a then send asset b }", ["1:14 insertion-not-allowed"]),
    ("when a; then skip lower rules", ["1:7 unknown-character"]),
    ("when a > $5 then skip lower rules", ["1:10 unknown-character"]),
    ("when a then notify owner \"{}\"", ["1:27 missing-value"]),
    // Other tools.
    ("SELECT email FROM contacts WHERE score > 70", ["1:1 foreign-statement"]),
    ("when a then send asset b\nend", ["2:1 stray-end"]),
    ("rule x {\n  when a\n  then send asset b\nend", ["4:1 stray-end"]),
    // Shares.
    ("sequence x { holdout 10 }", ["1:22 missing-percent"]),
    ("score x { factor a = b }", ["1:20 missing-value"]),
    ("score x { add 5 per a up to 3 }", ["1:23 missing-comma"]),
    ("team x { \"a\" \"b\" }", ["1:14 missing-comma"]),
  ]

  @Test(arguments: mistakes)
  func isReportedOnceWhereItStands(text: String, expected: [String]) {
    #expect(reports(text) == expected)
    expectSound(Array(text.utf8))
  }

  static let repairs: [(text: String, repaired: String)] = [
    ("when score > 70 send asset X", "when score > 70 then send asset X"),
    ("when 1 <= x <= 5 then skip lower rules", "when x between 1 and 5 then skip lower rules"),
    ("when 5 >= x >= 1 then skip lower rules", "when x between 1 and 5 then skip lower rules"),
    ("define x = a == 2026-1-15", "define x = a == 2026-01-15"),
    ("define x = a == 15/01/2026", "define x = a == 2026-01-15"),
    ("define x = a == 2026-03-01T09:00:00Z", "define x = a == 2026-03-01 09:00"),
    ("define x = a == 09:00:00", "define x = a == 09:00"),
    ("define x = did a within 3days", "define x = did a within 3 days"),
    ("define x = did a within 3 dyas", "define x = did a within 3 days"),
    ("contact { in text }", "contact { `in` text }"),
    ("contact { email string }", "contact { email text }"),
    ("rulle x { when a then send asset b }", "rule x { when a then send asset b }"),
    ("rule x {\n  whne a\n  then send asset b\n}", "rule x {\n  when a\n  then send asset b\n}"),
    ("when a adn b then skip lower rules", "when a and b then skip lower rules"),
    ("when a in b, c then skip lower rules", "when a in (b, c) then skip lower rules"),
    ("when a in (b c) then skip lower rules", "when a in (b, c) then skip lower rules"),
    ("score > 3 then send asset c", "when score > 3 then send asset c"),
    ("when a then send asset b\nend", "when a then send asset b\n"),
    ("rule x {\n  when a\n  then send asset b\nend", "rule x {\n  when a\n  then send asset b\n}"),
    ("when a then sned asset b", "when a then send asset b"),
  ]

  @Test(arguments: repairs)
  func isRepaired(text: String, expected: String) {
    #expect(repaired(text) == expected)
    #expect(ids(expected) == [])
  }

  @Test(arguments: [
    "when 1 < x < 5 then skip lower rules", "define x = a == 01.02.2026", "define x = a == 2026-13-01",
    "when a then enroll finance", "sequence x { holdout 10 }",
  ])
  func isNotRepairedWhereTheMeaningIsInDoubt(text: String) {
    #expect(repaired(text) == text)
    #expect(!ids(text).isEmpty)
  }

  @Test func chainsAreReadAsTheirParts() throws {
    #expect(outline(try condition("1 < x <= 5")) == "((1 < x) and (x <= 5))")
  }

  @Test func twoRulesOnOneLineAreTwoRules() {
    let tree = parse(
      SourceFile(path: "test.abm", text: "when a then skip lower rules when b then send asset c once")
    ).tree
    #expect(tree.declarations.count == 2)
  }

  @Test func namesOfBrokenDeclarationsAreKept() {
    let text = """
      rule one {
        when
        then send asset b
      }
      segment two when > 3
      define three =
      team four { "a" "b" }
      rule five ! { when a then explode }
      contact {
        email text key
        name
        stage txt
      }
      """
    let tree = parse(SourceFile(path: "test.abm", text: text)).tree
    var names: [String] = []
    for declaration in tree.declarations {
      switch declaration {
      case .rule(let rule): names.append(rule.head?.name.text ?? "")
      case .segment(let segment): names.append(segment.head.name.text)
      case .define(let define): names.append(define.head.name.text)
      case .team(let team): names.append(team.name.text)
      case .record(let record): names += record.fields.map(\.name.text)
      case .malformed(let malformed): names.append(malformed.name?.text ?? "?")
      default: names.append("other")
      }
    }
    #expect(names == ["one", "two", "three", "four", "five", "email", "name", "stage"])
    #expect(
      reports(text) == [
        "2:3 missing-value", "5:18 missing-value", "6:14 missing-value", "7:17 missing-comma", "8:11 unexpected-token",
        "11:3 missing-type", "12:9 unknown-type",
      ])
  }
}
