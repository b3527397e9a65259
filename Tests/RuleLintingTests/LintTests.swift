import RuleDiagnostics
import RuleLinting
import RuleSemantics
import RuleSyntax
import Testing

/// What the linter says about a rule book that checks without errors.
private func lintReports(_ texts: String...) -> [String] {
  var book = SourceBook()
  var trees: [SyntaxTree] = []
  for (index, text) in texts.enumerated() {
    let (tree, diagnostics) = parse(book.add(path: "book\(index).abm", bytes: Array(text.utf8)))
    #expect(diagnostics == [], "\(diagnostics.map(\.message))")
    trees.append(tree)
  }
  let (program, diagnostics) = check(book, trees: trees)
  #expect(diagnostics == [], "\(diagnostics.map(\.message))")
  return lint(program, trees: trees).map { "\($0.id.rawValue) at \"\(book.text($0.range))\"" }
}

/// A rule book with one thing to say about, or with none.
struct LintCase: CustomTestStringConvertible, Sendable {
  var expected: [String]
  var book: String

  init(_ id: DiagnosticID, at place: String, _ book: String) {
    expected = ["\(id.rawValue) at \"\(place)\""]
    self.book = book
  }

  /// A book that is fine.
  init(fine book: String) {
    expected = []
    self.book = book
  }

  var testDescription: String { "\(expected.first ?? "fine"): \(book.prefix(70))" }
}

@Suite("Linting")
struct LintTests {
  private static let data = """
    contact {
      email text key  persona one of (cfo, it, other)  tier one of (c < b < a)  plan text  size number  seen date
      opted_out flag missing means no  vip flag
    }
    account { domain text key  employees number  target flag missing means no  rival flag }
    deal { name text key  amount number  won flag }
    asset { language text  expires date }
    asset guide { language "en" }
    asset short { language "en"  expires 2027-01-01 }
    event page_view { path text } worth 0.2
    event reply worth 1
    policy { require consent marketing }
    score fit { add 25 when persona == cfo  add 20 when account.target } sync to hubspot property fit
    score heat { factor a 60% = diminishing(count(page_view), half at 3)  factor b 40% = if vip then 1 else 0 }
      sync to hubspot property heat
    define mix = 60% * fit + 40% * heat sync to hubspot property mix
    journey stage { stage new  stage warm when did reply  stage won when vip } sync to hubspot property stage

    """

  private static func rule(_ condition: String) -> String {
    "rule r \"R\" { when \(condition) then notify owner \"x\" }"
  }

  // MARK: - Missing data

  @Test(arguments: [
    LintCase(.missingSurprise, at: "persona != cfo", rule("persona != cfo")),
    LintCase(.missingSurprise, at: "not persona == cfo", rule("not persona == cfo")),
    LintCase(.missingSurprise, at: "not vip", rule("did reply and not vip")),
    LintCase(.missingSurprise, at: "not account.rival", rule("not account.rival")),
    LintCase(.missingSurprise, at: "size != 5", rule("persona == cfo and size != 5")),
    LintCase(.missingSurprise, at: "not (size > 5 and size < 9)", rule("not (size > 5 and size < 9)")),
    LintCase(.missingSurprise, at: "persona != cfo", rule("not any(account.contacts where persona != cfo)")),
    LintCase(.missingSurprise, at: "not won", rule("any(account.deals where not won)")),
    LintCase(
      .missingSurprise, at: "not (expires < today)",
      "recommendation n { from asset where not (expires < today)  factor a 100% = 1 }\n"
        + "rule r { when vip then recommend n }"),
    LintCase(fine: rule("persona is known and persona != cfo")),
    LintCase(fine: rule("persona is unknown or persona != cfo")),
    LintCase(fine: rule("persona in (cfo, it) and persona != cfo and did reply")),
    LintCase(fine: rule("(plan otherwise \"\") != \"pro\"")),
    LintCase(fine: rule("not (account.rival otherwise no)")),
    LintCase(fine: rule("not opted_out and did not reply")),
    LintCase(fine: rule("stage != won")),
    LintCase(fine: rule("not any(account.contacts where persona == cfo)")),
    LintCase(fine: rule("did page_view where path != \"/\"")),
    LintCase(fine: rule("plan is unknown")),
    LintCase(fine: "policy { never message when opted_out or not account.rival }\n" + rule("vip")),
    LintCase(
      fine: "recommendation n { from asset where not (language == \"de\")  factor a 100% = 1 }\n"
        + "rule r { when vip then recommend n }"),
  ])
  func missingData(lintCase: LintCase) {
    #expect(lintReports(Self.data, lintCase.book) == lintCase.expected)
  }

  // MARK: - Never and always

  @Test(arguments: [
    LintCase(.neverTrue, at: "size < 50", rule("size > 80 and size < 50")),
    LintCase(.neverTrue, at: "size > 5", rule("size <= 5 and did reply and size > 5")),
    LintCase(.neverTrue, at: "persona == other", rule("persona == cfo and persona == other")),
    LintCase(.neverTrue, at: "persona == other", rule("persona in (cfo, it) and persona == other")),
    LintCase(.neverTrue, at: "plan == \"PRO plus\"", rule("plan == \"pro\" and plan == \"PRO plus\"")),
    LintCase(.neverTrue, at: "seen > 2026-02-01", rule("seen < 2026-01-01 and seen > 2026-02-01")),
    LintCase(.neverTrue, at: "not vip", rule("vip and not vip")),
    LintCase(.neverTrue, at: "size is unknown", rule("size > 5 and size is unknown")),
    LintCase(.neverTrue, at: "tier > a", rule("tier > a")),
    LintCase(.neverTrue, at: "path == \"/b\"", rule("did page_view where (path == \"/a\" and path == \"/b\")")),
    LintCase(.neverTrue, at: "size < 3", rule("did reply or (size > 5 and size < 3)")),
    LintCase(.neverTrue, at: "(size < 3 or size < 2)", rule("5 < size and (size < 3 or size < 2)")),
    LintCase(.alwaysTrue, at: "size <= 5", rule("size > 5 or size <= 5")),
    LintCase(.alwaysTrue, at: "tier >= c", rule("tier >= c")),
    LintCase(.alwaysTrue, at: "stage >= new", rule("stage >= new")),
    LintCase(.alwaysTrue, at: "count(page_view) >= 0", rule("count(page_view) >= 0")),
    LintCase(.unreachableThreshold, at: "fit >= 60", rule("fit >= 60")),
    LintCase(.unreachableThreshold, at: "heat > 100", rule("heat > 100")),
    LintCase(.unreachableThreshold, at: "heat < 0", rule("heat < 0")),
    LintCase(.unreachableThreshold, at: "mix > 67", rule("mix > 67")),
    LintCase(
      .unreachableThreshold, at: "share(account.contacts where vip) > 2", rule("share(account.contacts where vip) > 2")),
    LintCase(fine: rule("size > 50 and size < 80")),
    LintCase(fine: rule("size > 5 and account.employees < 3")),
    LintCase(fine: rule("fit >= 45 and heat >= 100 and mix == 67")),
    LintCase(fine: rule("persona in (cfo, it) and persona in (it, other)")),
    LintCase(fine: rule("plan contains \"a\" and plan == \"pro\"")),
    LintCase(fine: rule("size < 3 or size > 5")),
    LintCase(fine: rule("any(account.contacts where persona == cfo) and persona == it")),
    LintCase(fine: rule("did page_view where path == \"/a\" and did page_view where path == \"/b\"")),
  ])
  func neverAndAlways(lintCase: LintCase) {
    #expect(lintReports(Self.data, lintCase.book) == lintCase.expected)
  }

  @Test func theWholeDomainIsToldWithItsMissingValues() {
    // Persona may be missing, so both are said: who is left out, and that the `or` leaves out nobody else.
    #expect(
      lintReports(Self.data, Self.rule("persona != cfo or persona != it")) == [
        "missing-surprise at \"persona != cfo\"", "always-true at \"persona != it\"",
        "missing-surprise at \"persona != it\"",
      ])
  }

  // MARK: - Definitions

  @Test(arguments: [
    LintCase(.unusedDefinition, at: "cold", "define cold = no reply within 60 days"),
    LintCase(.unusedDefinition, at: "sdr", "team sdr { \"ana@example.com\" }"),
    LintCase(.unusedDefinition, at: "n", "recommendation n { from asset  factor a 100% = 1 }"),
    LintCase(
      .duplicateDefinition, at: "quiet",
      "define cold = no reply within 60 days\ndefine quiet = no reply within 60 days\n" + rule("cold and quiet")),
    LintCase(
      .duplicateDefinition, at: "keen",
      "define hot = vip and size > 5\nsegment keen when 5 < size and vip\n" + rule("hot and keen")),
    LintCase(
      .overlappingSegment, at: "fit < 30", "segment s when vip and fit >= 20 until fit < 30 sync to hubspot list S"),
    LintCase(fine: "segment s when fit >= 30 until fit < 20 sync to hubspot list S"),
    LintCase(fine: "define cold = no reply within 60 days\ntest \"t\" { at 2026-03-02 09:00 expect cold }"),
    LintCase(fine: "define a = 5\ndefine b = 5\n" + rule("size > a and size < 8 + b")),
    LintCase(fine: "segment calm when no reply within 60 days\nrule r { on calm changed then notify owner \"x\" }"),
  ])
  func definitions(lintCase: LintCase) {
    #expect(lintReports(Self.data, lintCase.book) == lintCase.expected)
  }

  // MARK: - Rules

  @Test(arguments: [
    LintCase(.unnamedRule, at: "when", "when vip then notify owner \"x\""),
    LintCase(.unnamedRule, at: "on", "on reply then notify owner \"x\""),
    LintCase(
      .duplicateRule, at: "send asset guide",
      "rule a { when vip and size > 5 then send asset guide }\nrule b { when 5 < size and vip then send asset guide }"),
    LintCase(
      .hiddenRule, at: "low",
      "rule high { when vip then skip lower rules  priority 9 }\nrule low { when did reply and vip then notify owner \"x\" }"
    ),
    LintCase(
      .hiddenRule, at: "low",
      "rule high { when size > 5 or vip then skip lower rules  priority 9 }\n"
        + "rule low { when size > 7 then notify owner \"x\" }"),
    LintCase(
      .contestedField, at: "set tier to b",
      "rule a { when size > 80 then set tier to a }\nrule b { when size > 40 then set tier to b }"),
    LintCase(
      .contestedField, at: "clear tier",
      "rule a { when size > 80 then set tier to a }\nrule b { when did reply then clear tier }"),
    LintCase(
      .ruleLoop, at: "set tier to a",
      "rule a { when tier == b then set tier to a }\nrule b { when tier == a then set tier to b }"),
    LintCase(
      .ruleLoop, at: "set size to 1",
      "rule a { when plan == \"x\" then set size to 1 }\nrule b { when size == 1 then set plan to \"y\" }\n"
        + "rule c { when plan == \"y\" then set plan to \"x\"  priority 1 }"),
    LintCase(
      fine: "rule a { when size == 1 then set plan to \"x\" }\nrule b { when plan == \"x\" then set size to 1 }"),
    LintCase(.restlessUpkeep, at: "today", "rule a { when vip then set seen to today }"),
    LintCase(.restlessUpkeep, at: "size + 1", "rule a { when vip then set size to size + 1 }"),
    LintCase(
      fine:
        "rule high { when vip then skip lower rules  priority 1 }\nrule low { when vip then notify owner \"x\"  priority 2 }"
    ),
    LintCase(
      fine:
        "rule high { when vip then skip lower rules  priority 9 }\nrule low { when did reply then notify owner \"x\" }"),
    LintCase(
      fine:
        "rule a { when size > 80 then set tier to a  priority 2 }\nrule b { when size > 40 then set tier to b  priority 1 }"
    ),
    LintCase(fine: "rule a { when size > 80 then set tier to a }\nrule b { when size <= 80 then set tier to b }"),
    LintCase(fine: "rule a { when vip then set tier to a }\nrule b { when did reply then set tier to a }"),
    LintCase(fine: "rule a { on reply then set plan to \"reply\" }\nrule b { on page_view then set plan to \"view\" }"),
    LintCase(fine: "rule a { when vip then set seen to today  once every 90 days }"),
    LintCase(fine: "rule a { on reply then set seen to today }"),
    LintCase(fine: "rule a { when plan is known and did reply then clear plan }"),
    LintCase(fine: "rule a { when fit > 20 then advance tier to b }\nrule b { when tier == b then advance tier to a }"),
  ])
  func rules(lintCase: LintCase) {
    #expect(lintReports(Self.data, lintCase.book) == lintCase.expected)
  }

  // MARK: - Sequences, policies, tests

  @Test(arguments: [
    LintCase(.sequenceWithoutExit, at: "s", "sequence s { enroll when vip  step a { send asset guide } }"),
    LintCase(.neverEnrolled, at: "s", "sequence s { goal when did reply  step a { send asset guide } }"),
    LintCase(.testWithoutExpectation, at: "\"t\"", "test \"t\" { at 2026-03-02 09:00 given contact { vip yes } }"),
    LintCase(
      fine: "sequence s { exit when opted_out  step a { send asset guide } }\nrule r { when vip then enroll in s }"),
  ])
  func sequencesAndTests(lintCase: LintCase) {
    #expect(lintReports(Self.data, lintCase.book) == lintCase.expected)
  }

  @Test func consentThatIsNowhereWrittenDown() {
    let data = "contact { email text key  vip flag }\nasset guide { }\n"
    let reports = ["implicit-consent at \"send asset guide\""]
    let rules =
      "rule a { when vip then send asset guide }\nrule b { when vip is unknown then send asset guide as transactional }"
    #expect(lintReports(data, rules) == reports)
    #expect(lintReports(data, rules, "policy { require consent marketing }") == [])
    #expect(lintReports(data, "rule b { when vip then send asset guide as transactional }") == [])
  }

  @Test func aLoopNamesItsRules() {
    var book = SourceBook()
    let text =
      Self.data + "rule up { when tier == b then set tier to a }\nrule down { when tier == a then set tier to b }"
    let tree = parse(book.add(path: "book.abm", bytes: Array(text.utf8))).tree
    let report = lint(check(book, trees: [tree]).program, trees: [tree]).first
    #expect(report?.message.contains("`up` → `down` → `up`") == true)
    #expect(report?.related.count == 1)
  }
}
