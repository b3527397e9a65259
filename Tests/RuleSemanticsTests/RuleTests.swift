import BusinessTime
import RuleDiagnostics
import RuleSemantics
import Testing

struct RuleTests {
  @Test(arguments: [
    Mistake(
      "rule a { when vip then add to list \"L\" }\nrule A { when vip then add to list \"M\" }",
      "duplicate-declaration: A"),
    Mistake(
      "when vip then add to list \"L\"\nwhen   vip # again\n then add to list \"L\"",
      "repeated-rule: when   vip # again\n then add to list \"L\""),
    Mistake("when vip then skip lower rules and add to list \"L\"", "skip-not-last: skip lower rules"),
    Mistake("when vip then add to list \"L\" existing too from now on", "conflicting-frequency: from now on"),
    Mistake("when vip then send email \"Hi {email}\"", "template-with-values: \"Hi {email}\""),
    Mistake(
      "when vip then create task \"Call\" for \"ana@example.com\" otherwise \"ben@example.com\"",
      "needless-fallback: \"ben@example.com\""),
    Mistake("when vip then create task \"Call\" for \"ana\"", "invalid-address: \"ana\""),
    Mistake("when vip then create task \"Call\" for owner due in 0 days", "empty-duration: 0 days"),
    Mistake("when vip then create note \"{first_name}\"", "missing-in-text: first_name"),
    Mistake("when vip then create note \"{last(page_view)}\"", "missing-in-text: last(page_view)"),
    Mistake("when vip then create note \"{interests}\"", "type-mismatch: interests"),
    Mistake("when vip then notify owner \"{account.name}\"", "missing-in-text: account.name"),
    Mistake("when vip then set score to 3", "unwritable-field: score"),
    Mistake("when vip then clear warm_finance", "unwritable-field: warm_finance"),
    Mistake("when vip then set email to \"x\"", "unwritable-field: email"),
    Mistake("when vip then set account.name to \"x\"", "unwritable-field: account.name"),
    Mistake("when vip then set visits to \"3\"", "quoted-value: \"3\""),
    Mistake("when vip then set persona to ceo", "unknown-value: ceo"),
    Mistake("when vip then set birthday to now", "type-mismatch: now"),
    Mistake("when vip then set vist to 3", "unknown-name: vist"),
    Mistake("when vip then advance persona to cfo", "unordered-comparison: persona"),
    Mistake("when vip then advance visits to 3", "unordered-comparison: visits"),
    Mistake("when vip then advance lifecycle to mqll", "unknown-value: mqll"),
    Mistake(
      "when vip then add to list \"L\" at most 0 contacts per account per 3 days, highest score first",
      "invalid-number: 0"),
    Mistake(
      "when vip then add to list \"L\" at most 1 contact per account per 3 days, highest country first",
      "unordered-comparison: country"),
    Mistake(
      "rule b was a { when vip then add to list \"L\" }\nrule a { when vip then add to list \"M\" }",
      "former-name-in-use: a"),
  ])
  func isReportedOnce(mistake: Mistake) { expectOneReport(mistake) }

  @Test(arguments: [
    ("when vip then send asset roi_guide", CheckedRule.Frequency.Repetition.once),
    ("on page_view then send asset roi_guide", .everyTime),
    ("when vip then set visits to 3", .upkeep),
    ("on page_view then set visits to 3 and add to list \"L\"", .upkeep),
    ("when vip then set visits to 3 and send asset roi_guide", .once),
    ("when vip then set visits to 3 once", .once),
    ("when vip then set visits to 3 every time", .everyTime),
    ("when vip then send asset roi_guide once every 3 days", .onceEvery(TimeSpan(3, .days))),
  ])
  func actsAsOftenAsItSays(text: String, repetition: CheckedRule.Frequency.Repetition) throws {
    let book = CheckedBook(commonDeclarations, text)
    #expect(book.problems == [])
    #expect(try #require(book.program.rules.first).frequency.repetition == repetition)
  }

  @Test(arguments: [
    "on page_view where path contains \"/pricing\" and seconds > 3 then add to list \"L\"",
    "on page_view where event.path == \"/\" and contact.vip then create note \"{event.path otherwise \"?\"} {event.at}\"",
    "on interaction where worth > 0.5 when event.worth > 0.3 then add to list \"L\"",
    "on message where asset == roi_guide then add to list \"L\"",
    "on intent_surge when event.topic == \"roi\" then add to list \"L\"",
    "on lifecycle changed when event.old == lead and event.new > event.old then add to list \"L\"",
    "on lifecycle changed to mql where old == lead then add to list \"L\"",
    "on stage changed to decision then add to list \"L\"", "on warm_finance changed to yes then add to list \"L\"",
    "on account.tier changed to gold wait 3 hours then add to list \"L\"",
    "on content_download where asset.topics contains \"roi\" when event.asset == roi_guide then add to list \"L\"",
    "rule r for account { on page_view when tier >= silver then set tier to gold }",
    "rule r for account { on tier changed then clear tier and advance tier to gold }",
    "when vip then set persona to buyer and set language to (if vip then \"de\" else \"en\") and clear vip",
    "when vip then set birthday to today and set last_call to now and set favorite to roi_guide",
    "when vip then create task \"{birthday otherwise \"soon\"}\" for owner due in 2 business days with priority low",
    "when vip then create note \"{score} {stage} {cold} {visits otherwise 0} {persona otherwise other}\"",
    "when vip then send asset \"A guide of the CRM\" via owner as transactional and call webhook \"audit\"",
    "when vip then add to list \"L\" from now on at most 1 contact per account per 30 days, highest engagement first paused",
    "when vip then assign owner from sdr and remove from list \"L\" existing too",
  ])
  func isAccepted(text: String) {
    #expect(CheckedBook(commonDeclarations, text).problems == [])
  }

  @Test func anUnnamedRuleIsKnownByItsTokens() throws {
    func name(_ text: String) throws -> String {
      try #require(CheckedBook(commonDeclarations, text).program.rules.first?.name)
    }
    let plain = try name("when vip then add to list \"L\"")
    #expect(plain.hasPrefix("unnamed:") && plain.count == 20)
    #expect(try name("# new\n\nwhen vip\n  then   add to list \"L\"  # end") == plain)
    #expect(try name("when vip then add to list \"M\"") != plain)
    #expect(
      try name("when visits = 3 && vip then add to list \"L\"")
        == name("when visits == 3 and vip then add to list \"L\""))
  }

  @Test func theLastActionMaySkip() throws {
    let rule = try #require(
      CheckedBook(commonDeclarations, "when vip then add to list \"L\" and skip lower rules").program.rules.first)
    #expect(rule.skipsLowerRules)
    #expect(rule.actions.map(\.id) == [.addToList])
  }

  @Test func aRuleWithAnUnknownTriggerIsNotJudgedByIt() {
    let book = CheckedBook(
      commonDeclarations, "on page_veiw where path == \"/\" when event.path == \"/\" then create note \"{event.path}\"")
    #expect(book.problems == ["unknown-event: page_veiw"])
  }

  @Test func manyRulesCheckInLinearTime() {
    let rules = (0..<10_000).map {
      "rule r\($0) { when score > \($0 % 100) and stage == consideration then add to list \"L\($0)\" }"
    }
    let clock = ContinuousClock()
    let small = clock.measure { _ = CheckedBook(commonDeclarations, rules[..<1_000].joined(separator: "\n")) }
    let large = clock.measure { _ = CheckedBook(commonDeclarations, rules.joined(separator: "\n")) }
    #expect(large < small * 30)
  }
}
