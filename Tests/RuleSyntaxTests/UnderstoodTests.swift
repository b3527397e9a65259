import RuleDiagnostics
import RuleSyntax
import Testing

/// Forms of other tools: understood, reported with a safe repair, and read as the canonical form.
@Suite("Understood forms")
struct UnderstoodTests {
  static let conditions: [(written: String, canonical: String, id: String)] = [
    ("a = 3", "a == 3", "foreign-operator"),
    ("a === 3", "a == 3", "foreign-operator"),
    ("a <> 3", "a != 3", "foreign-operator"),
    ("a ≠ 3", "a != 3", "foreign-operator"),
    ("a ≥ 3", "a >= 3", "foreign-operator"),
    ("a ≤ 3", "a <= 3", "foreign-operator"),
    ("a => 3", "a >= 3", "foreign-operator"),
    ("a =< 3", "a <= 3", "foreign-operator"),
    ("a && b", "a and b", "foreign-operator"),
    ("a || b", "a or b", "foreign-operator"),
    ("!a", "not a", "foreign-operator"),
    ("! (a)", "not (a)", "foreign-operator"),
    ("a × 2 > 1", "a * 2 > 1", "foreign-operator"),
    ("a ÷ 2 > 1", "a / 2 > 1", "foreign-operator"),
    ("a − 2 > 1", "a - 2 > 1", "foreign-operator"),
    ("a is cfo", "a == cfo", "foreign-operator"),
    ("a is not cfo", "a != cfo", "foreign-operator"),
    ("a is yes", "a == yes", "foreign-operator"),
    ("a equals 3", "a == 3", "foreign-operator"),
    ("a is equal to 3", "a == 3", "foreign-operator"),
    ("a is greater than 3", "a > 3", "foreign-operator"),
    ("a is not greater than 3", "a <= 3", "foreign-operator"),
    ("a is less than 3", "a < 3", "foreign-operator"),
    ("a is at least 3", "a >= 3", "foreign-operator"),
    ("a is at most 3", "a <= 3", "foreign-operator"),
    ("a is before 2026-01-01", "a < 2026-01-01", "foreign-operator"),
    ("a is after 2026-01-01", "a > 2026-01-01", "foreign-operator"),
    ("a is empty", "a is unknown", "foreign-wording"),
    ("a is blank", "a is unknown", "foreign-wording"),
    ("a is null", "a is unknown", "foreign-wording"),
    ("a is not empty", "a is known", "foreign-wording"),
    ("a is not known", "a is unknown", "foreign-wording"),
    ("a is not unknown", "a is known", "foreign-wording"),
    ("a has any value", "a is known", "foreign-wording"),
    ("a is in (b, c)", "a in (b, c)", "foreign-wording"),
    ("a is not in (b, c)", "a not in (b, c)", "foreign-wording"),
    ("a is any of (b, c)", "a in (b, c)", "foreign-wording"),
    ("a is none of (b, c)", "a not in (b, c)", "foreign-wording"),
    ("a is between 1 and 5", "a between 1 and 5", "foreign-wording"),
    ("a does not contain \"x\"", "a not contains \"x\"", "foreign-wording"),
    ("a does not equal 3", "a != 3", "foreign-operator"),
    ("has done page_view within 3 days", "did page_view within 3 days", "foreign-wording"),
    ("has not done page_view", "did not page_view", "foreign-wording"),
    ("did page_view at least 1 time", "did page_view at least 1 times", "foreign-wording"),
    ("a == “x”", "a == \"x\"", "foreign-quotes"),
    ("a == “say \"hi\"”", "a == \"say \\\"hi\\\"\"", "foreign-quotes"),
    ("a == „x“", "a == \"x\"", "foreign-quotes"),
    ("a == «x»", "a == \"x\"", "foreign-quotes"),
    ("a == 'x'", "a == \"x\"", "foreign-quotes"),
    ("a == ‘x’", "a == \"x\"", "foreign-quotes"),
    ("a == \"x”", "a == \"x\"", "foreign-quotes"),
    ("a > 30 %", "a > 30%", "spaced-percent"),
    ("a AND b", "a and b", "wrong-case"),
    ("a Or b", "a or b", "wrong-case"),
    ("NOT a", "not a", "wrong-case"),
    ("a Between 1 and 5", "a between 1 and 5", "wrong-case"),
    ("a Starts with \"x\"", "a starts with \"x\"", "wrong-case"),
    ("Did page_view within 3 days", "did page_view within 3 days", "wrong-case"),
    ("did page_view within 3 Days", "did page_view within 3 days", "wrong-case"),
    ("a == true", "a == yes", "foreign-flag"),
    ("a == FALSE", "a == no", "foreign-flag"),
    ("a == Yes", "a == yes", "foreign-flag"),
    ("a in [b, c]", "a in (b, c)", "foreign-bracket"),
  ]

  @Test(arguments: conditions)
  func readsAsTheCanonicalForm(written: String, canonical: String, id: String) throws {
    let text = "when \(written) then skip lower rules"
    #expect(Set(ids(text)) == [id])
    #expect(outline(try condition(written)) == outline(try condition(canonical)))
    let tree = parse(SourceFile(path: "test.abm", text: text)).tree
    #expect(applying(tree.canonicalEdits, to: text) == "when \(canonical) then skip lower rules")
    #expect(repaired(text) == "when \(canonical) then skip lower rules")
  }

  static let declarations: [(written: String, canonical: String, ids: [String])] = [
    (
      "Rule x { When a Then Send Asset b }", "rule x { when a then send asset b }",
      [String](repeating: "wrong-case", count: 5)
    ),
    ("define x == 3", "define x = 3", ["foreign-operator"]),
    ("define x is 3", "define x = 3", ["foreign-operator"]),
    ("when a then set tier = gold", "when a then set tier to gold", ["foreign-operator"]),
    (
      "when a then send asset b && skip lower rules", "when a then send asset b and skip lower rules",
      ["foreign-operator"]
    ),
    ("when a // because\nthen send asset b", "when a # because\nthen send asset b", ["foreign-comment"]),
    ("-- a note\nwhen a then send asset b", "# a note\nwhen a then send asset b", ["foreign-comment"]),
    ("asset x { type = \"guide\" }", "asset x { type  \"guide\" }", ["superfluous-sign"]),
    ("test \"t\" { given contact { target TRUE } }", "test \"t\" { given contact { target yes } }", ["foreign-flag"]),
    ("score x { add 3 if a }", "score x { add 3 when a }", ["foreign-wording"]),
    (
      "policy { at most 2 message per contact per 7 days, drop the rest }",
      "policy { at most 2 messages per contact per 7 days, drop the rest }", ["foreign-wording"]
    ),
    ("sequence x { holdout 10 % }", "sequence x { holdout 10% }", ["spaced-percent"]),
    // Rewritten without a word: nobody needs to hear of it.
    ("when a then add to list hot", "when a then add to list \"hot\"", []),
    ("when a then call webhook notify_desk", "when a then call webhook \"notify_desk\"", []),
    ("when a then send asset roi_guide", "when a then send asset roi_guide", []),
    ("segment x when a sync to hubspot list hot", "segment x when a sync to hubspot list \"hot\"", []),
    ("contact { a text from hubspot first, b text }", "contact { a text from hubspot \"first\" b text }", []),
    ("contact { a text,b text }", "contact { a text b text }", []),
    ("contact { a text, key text }", "contact { a text, key text }", []),
    ("policy { require consent marketing }", "policy { require consent marketing }", []),
    ("policy { require consent newsletter }", "policy { require consent \"newsletter\" }", []),
    ("define `plain` = `in` + `sum`", "define plain = `in` + `sum`", []),
  ]

  @Test(arguments: declarations)
  func isRewritten(written: String, canonical: String, expected: [String]) {
    #expect(ids(written) == expected)
    let tree = parse(SourceFile(path: "test.abm", text: written)).tree
    #expect(applying(tree.canonicalEdits, to: written) == canonical)
    if !expected.isEmpty { #expect(repaired(written) == canonical) }
    #expect(ids(canonical) == [])
  }

  @Test func fieldsMayBeCalledLikeClauseWords() {
    let text = """
      contact { email text key, key text, from text, missing flag  stage text  list list of text  one number
        until date  priority number  text text  number number  asset asset  `no` flag  `in` text }
      """
    #expect(ids(text) == [])
    guard case .record(let record)? = parse(SourceFile(path: "test.abm", text: text)).tree.declarations.first else {
      Issue.record("no record")
      return
    }
    #expect(
      record.fields.map(\.name.text) == [
        "email", "key", "from", "missing", "stage", "list", "one", "until", "priority", "text", "number", "asset", "no",
        "in",
      ])
    #expect(record.fields[0].modifiers.count == 1)
  }
}
