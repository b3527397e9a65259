import BusinessTime
import Foundation
import RuleDiagnostics
import RuleEngine
import RuleSemantics
import RuleSyntax
import Testing

@Suite struct PlanTests {
  static let text = """
    contact { email text key  country text  score number  persona one of (cfo, it)  stage one of (a < b)  unused text }
    account { domain text key  employees number  industry text }
    deal { name text key  amount number }
    event page_view { path text, seconds number } worth 0.2
    event demo { topic text }
    event quiet
    define rich = account.employees > 100

    """

  private func program(_ rules: String) throws -> CheckedProgram { try RuleBook(PlanTests.text + rules).program }

  @Test func equalConditionsAreOneNode() throws {
    let program = try program(
      """
      rule one { when score > 70 and country == "France" then create note "x" }
      rule two { when country == "FRANCE" and 70 < score and score > 70 then create note "x" }
      rule three { when not (score <= 70) and not not (country == "france") then create note "x" }
      rule four { when score > 35 * 2 and country == "france" and 1 < 2 then create note "x" }
      """)
    let plan = EvaluationPlan(program)
    let nodes = program.rules.compactMap(\.condition).compactMap { plan.node(for: $0, of: .contact) }
    #expect(nodes.count == 4)
    #expect(Set(nodes).count == 1)
    let conditions = plan.graph.nodes(below: nodes[0]).filter { plan.graph[$0].type == .flag }
    #expect(conditions.count == 3)
  }

  @Test func conditionsThatAreDecidedAreConstants() throws {
    let program = try program(
      """
      rule never { when score > 70 and 1 > 2 then create note "x" }
      rule always { when score > 70 or 2 > 1 then create note "x" }
      """)
    let plan = EvaluationPlan(program)
    let kinds = program.rules.map { rule in
      rule.condition.flatMap { plan.node(for: $0, of: .contact) }.map { plan.graph[$0].kind }
    }
    #expect(kinds == [.constant(.flag(false)), .constant(.flag(true))])
  }

  @Test func readSetNamesExactlyWhatIsRead() throws {
    let program = try program(
      """
      rule one { when score > 70 and stage unchanged for 3 days then set country to "x" }
      rule two { when any(account.deals where amount > 5) and rich then create note "{persona otherwise it}" }
      rule three { on demo where topic == "x" then create note "x" }
      rule four { when did page_view where path contains "x" then create note "x" }
      """)
    let readSet = EvaluationPlan(program).readSet
    func names(_ fields: Set<FieldIndex>, _ schema: RecordSchema) -> Set<String> { Set(fields.map { schema[$0].name }) }
    #expect(names(readSet.contactFields, program.contact) == ["score", "stage", "country", "persona"])
    #expect(names(readSet.contactChanges, program.contact) == ["stage"])
    #expect(names(readSet.accountFields, program.account) == ["employees"])
    #expect(readSet.accountChanges.isEmpty)
    #expect(names(readSet.dealFields, program.deal) == ["amount"])
    #expect(readSet.readsDeals)
    let events = Dictionary(
      uniqueKeysWithValues: readSet.eventFields.map { (program[$0].name, names($1, program[$0].record)) })
    #expect(events == ["demo": ["topic"], "page_view": ["path"]])
    #expect(readSet.previous.isEmpty)
  }

  @Test func filtersOnTheEventAloneStandOnTheEvents() throws {
    let program = try program(
      """
      rule one { when did page_view where path contains "x" then create note "x" }
      rule two { when did page_view where path == contact.country then create note "x" }
      """)
    let plan = EvaluationPlan(program)
    let events = plan.graph.existing(.table(.events(.type(EventID(1)))))
    let tests = plan.graph.nodes.filter { if case .textTest = $0.kind { true } else { false } }
    #expect(tests.map(\.frame) == [events])
    #expect(plan.graph.frames.contains { if case .pairs = $0 { true } else { false } })
  }

  @Test func descriptionNamesEveryNode() throws {
    let program = try program(#"rule one { when score > 70 and country in ("a", "b") then create note "x" }"#)
    let plan = EvaluationPlan(program)
    let lines = plan.description.split(separator: "\n")
    #expect(lines.count == plan.graph.nodes.count)
    #expect(lines.contains { $0.hasSuffix("[contacts] score") })
    #expect(lines.contains { $0.contains(" in (\"a\", \"b\")") })
  }

  @Test func recommendationsAreExecuted() throws {
    let text = """
      contact { email text key  language text }
      event content_download { asset asset } worth 0.7
      event meeting_booked
      asset { language text  topics list of text }
      asset guide { language "en"  topics ("roi") }
      recommendation next_best {
        from asset where language == contact.language
        factor interest 50% = affinity(candidate.topics, half life 30 days)
        factor proven 50% = rate(meeting_booked within 14 days after content_download, prior 5)
        pick best 1
      }
      """
    let program = try RuleBook(text).program
    let plan = EvaluationPlan(program)
    let events = plan.readSet.everybodysFields.keys.map { program[$0].name }
    #expect(events.sorted() == ["content_download", "meeting_booked"])
    #expect(plan.description.contains("affinity to topics"))
    #expect(plan.description.contains("rate of everybody's meeting_booked within 14 days after content_download"))
    // Outside of a recommendation there is no candidate.
    var world = try RuleBook(text)
    try world.contact("a@acme.example")
    let factor = program.recommendations[0].factors[0].value
    #expect(world.world.evaluation().value(factor, of: .contact, row: 0) == .missing)
  }

  @Test func expressionsOutsideThePlanAreAdded() throws {
    var book = try RuleBook(PlanTests.text)
    try book.contact("a@acme.example", ["score": 5])
    let score = try #require(book.program.contact.index(of: "score"))
    let condition = CheckedExpression.make(
      .compare(.make(.read(Reference(.subject, .field(score))), .number), .greater, .number(3)))
    let evaluation = book.world.evaluation()
    #expect(evaluation.plan.node(for: condition, of: .contact) == nil)
    #expect(evaluation.truths(condition, of: .contact) == [1])
    #expect(evaluation.plan.node(for: condition, of: .contact) != nil)
  }

  @Test func columnsThatWereNotLoadedAreMissing() throws {
    var book = try RuleBook(PlanTests.text + #"rule one { when score > 70 then create note "x" }"#)
    try book.contact("a@acme.example", ["score": 75])
    var snapshot = book.world.snapshot()
    for index in snapshot.contacts.columns.indices { snapshot.contacts.columns[index] = .absent }
    let evaluation = Evaluation(
      plan: EvaluationPlan(book.program), snapshot: snapshot, now: book.world.now, calendar: book.world.calendar)
    #expect(evaluation.truths(try #require(try book.rule("one").condition), of: .contact) == [2])
  }

  @Test func theStarterRuleBookPlans() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../rules").standardizedFileURL
    var book = SourceBook()
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".abm") }
      .sorted()
    for name in names { book.add(path: name, bytes: Array(try Data(contentsOf: folder.appending(path: name)))) }
    #expect(!names.isEmpty)
    let program = check(book, trees: book.files.map { parse($0).tree }).program
    let plan = EvaluationPlan(program)
    #expect(plan.description.split(separator: "\n").count == plan.graph.nodes.count)
    #expect(!plan.readSet.contactFields.isEmpty)
    for rule in program.rules {
      guard let condition = rule.condition else { continue }
      let node = plan.node(for: condition, of: rule.subject, trigger: (rule.trigger?.occurrence).map(TriggerKind.init))
      #expect(node != nil, "\(rule.name)")
    }
  }
}
