import BusinessTime
import RuleDiagnostics
import RuleSyntax
import Testing

/// The parts of declarations, form by form, in the words of this test.
@Suite("Declarations")
struct DeclarationTests {
  private func only(_ text: String) throws -> Declaration {
    let result = parse(SourceFile(path: "test.abm", text: text))
    #expect(result.diagnostics.map(\.message) == [])
    try #require(result.tree.declarations.count == 1)
    return result.tree.declarations[0]
  }

  // MARK: - Data

  @Test func fieldsHaveTypesAndModifiers() throws {
    let text = """
      contact {
        email text key from hubspot email from column "E-mail"
        persona one of (cfo "Chief", other) missing when ("Select", "-") missing means other
        grade one of (c < b < a), tier one of grade, tags list of text, grades list of grade
        score number missing means -1.5  on date  at time  gift asset  ok flag missing means no
      }
      """
    guard case .record(let record) = try only(text) else { throw ParseFailure() }
    #expect(record.kind == .contact)
    #expect(
      record.fields.map(describe) == [
        "email text key hubspot(email) column(E-mail)",
        "persona choices(cfo=Chief, other) absent(Select, -) default(other)",
        "grade ordered(c, b, a)", "tier one of grade", "tags list of text", "grades list of values of grade",
        "score number default(-1.5)", "on date", "at time", "gift asset", "ok flag default(no)",
      ])
  }

  private func describe(_ field: FieldDeclaration) -> String {
    ([field.name.text, describe(field.type)] + field.modifiers.map(describe)).joined(separator: " ")
  }

  private func describe(_ type: TypeSyntax) -> String {
    switch type.kind {
    case .text: "text"
    case .number: "number"
    case .flag: "flag"
    case .date: "date"
    case .time: "time"
    case .asset: "asset"
    case .choices(let choices, let isOrdered):
      (isOrdered ? "ordered(" : "choices(")
        + choices.map { $0.name.text + ($0.spelling.map { "=\($0.text)" } ?? "") }.joined(separator: ", ") + ")"
    case .oneOf(let name): "one of \(name.text)"
    case .listOf(let type): "list of \(describe(type))"
    case .listOfValues(let name): "list of values of \(name.text)"
    case .malformed: "?"
    }
  }

  private func describe(_ modifier: FieldDeclaration.Modifier) -> String {
    switch modifier.kind {
    case .key: "key"
    case .fromHubSpot(let name): "hubspot(\(name.text))"
    case .fromColumn(let text): "column(\(text.text))"
    case .missingWhen(let texts): "absent(\(texts.map(\.text).joined(separator: ", ")))"
    case .missingMeans(let literal): "default(\(outline(literal)))"
    }
  }

  @Test func eventsHaveFieldsAndWorth() throws {
    guard case .event(let event) = try only("event intent for account { topic text } worth 0.5") else {
      throw ParseFailure()
    }
    #expect(event.name.text == "intent" && event.isForAccount && event.fields.count == 1 && event.worth?.value == 0.5)
    guard case .event(let bare) = try only("event reply") else { throw ParseFailure() }
    #expect(bare.fields.isEmpty && bare.worth == nil && !bare.isForAccount)
  }

  @Test func assetsHaveValues() throws {
    let text =
      "asset guide was book \"Guide\" { type \"x\"  persona (cfo, \"b\")  size -3  at 2026-03-01 09:00  ok yes }"
    guard case .asset(let asset) = try only(text) else { throw ParseFailure() }
    #expect(asset.name.text == "guide" && asset.formerName?.text == "book" && asset.title?.text == "Guide")
    #expect(
      asset.values.map { "\($0.name.text) \($0.values.map(outline).joined(separator: "|"))\($0.isList ? " list" : "")" }
        == ["type \"x\"", "persona cfo|\"b\" list", "size -3", "at day 20513 minute 540", "ok yes"])
    guard case .assetFile(let file) = try only("assets from \"assets.csv\"") else { throw ParseFailure() }
    #expect(file.path.text == "assets.csv")
    guard case .team(let team) = try only("team sdr { \"a\", \"b\" otherwise \"c\" }") else { throw ParseFailure() }
    #expect(team.members.map(\.text) == ["a", "b"] && team.fallback?.text == "c")
  }

  // MARK: - Derived values

  @Test func definesHaveChoicesAndSync() throws {
    let text =
      "define grade was rank for account \"Grade\" one of (b < a) = if x then a else b sync to hubspot property grade"
    guard case .define(let define) = try only(text) else { throw ParseFailure() }
    #expect(define.head.name.text == "grade" && define.head.formerName?.text == "rank" && define.head.isForAccount)
    #expect(define.head.title?.text == "Grade" && define.choices.map(describe) == "ordered(b, a)")
    #expect(outline(define.value) == "(if x then a else b)")
    #expect(define.sync?.target == .property && define.sync?.name.text == "grade")
  }

  @Test func scoresAddSubtractAndLimit() throws {
    let text = """
      score fit {
        factor a 20% = b
        add 5 when c
        subtract 2.5 per view where x == 1 and y == 2 within 30 days at most once per 1 day half life 10 days, up to 20
        limit -10 to 100
      } sync to hubspot property "fit"
      """
    guard case .score(let score) = try only(text) else { throw ParseFailure() }
    guard case .factor(let factor) = score.items[0], case .points(let first) = score.items[1],
      case .points(let second) = score.items[2], case .limit(let low, let high, _) = score.items[3],
      case .when(let condition) = first.basis, case .per(let per) = second.basis
    else { throw ParseFailure() }
    #expect(factor.name.text == "a" && factor.weight.value == 0.2 && outline(factor.value) == "b")
    #expect(!first.isSubtracted && first.amount.value == 5 && outline(condition) == "c")
    #expect(second.isSubtracted && second.amount.value == 2.5 && per.event.text == "view")
    #expect(per.filter.map(outline) == "((x == 1) and (y == 2))" && per.upTo?.value == 20)
    #expect(per.window == .within(Expression.Duration(TimeSpan(30, .days), durationRange(per.window))))
    #expect(per.atMostOncePer?.span == TimeSpan(1, .days) && per.halfLife?.span == TimeSpan(10, .days))
    #expect(low.value == -10 && high.value == 100 && score.sync?.name.text == "fit")
  }

  private func durationRange(_ window: Expression.Window?) -> SourceRange {
    if case .within(let duration)? = window { duration.range } else { SourceRange(file: FileID(0), start: 0, end: 0) }
  }

  @Test func journeysAndSegments() throws {
    let text = "journey j { stage a  stage b when c  moves back when d  never moves back }"
    guard case .journey(let journey) = try only(text) else { throw ParseFailure() }
    let items = journey.items.map { item -> String in
      switch item {
      case .stage(let name, let condition, _): "\(name.text) \(condition.map(outline) ?? "-")"
      case .movesBack(let condition, _): "back \(outline(condition))"
      case .neverMovesBack: "never"
      }
    }
    #expect(items == ["a -", "b c", "back d", "never"])
    guard case .segment(let segment) = try only("segment s when a until b sync to hubspot list \"L\"") else {
      throw ParseFailure()
    }
    #expect(outline(segment.condition) == "a" && segment.until.map(outline) == "b" && segment.sync?.target == .list)
  }

  // MARK: - Rules

  @Test func rulesTakeTheirClausesInAnyOrder() throws {
    let text = """
      rule x {
        priority 10
        at most 2 contacts per account per 30 days, lowest fit + 1 first
        once every 90 days  from now on  existing too  paused
        then skip lower rules
        when b
        on lifecycle changed to mql where c wait 4 business hours
      }
      """
    guard case .rule(let rule) = try only(text), case .changed(let path, let value)? = rule.trigger?.occurrence,
      case .duration(let wait)? = rule.trigger?.wait
    else { throw ParseFailure() }
    #expect(outline(path) == "lifecycle" && value.map(outline) == "mql" && rule.trigger?.filter.map(outline) == "c")
    #expect(
      wait.span == TimeSpan(4, .businessHours) && rule.condition.map(outline) == "b" && rule.priority?.value == 10)
    let frequency = rule.frequency.map { clause -> String in
      switch clause.kind {
      case .once: "once"
      case .onceEvery(let duration): "every \(outline(duration.span))"
      case .everyTime: "every time"
      case .fromNowOn: "from now on"
      case .existingToo: "existing too"
      case .paused: "paused"
      case .perAccount(let limit):
        "\(limit.limit.value) per \(outline(limit.per.span)) \(limit.highestFirst) \(outline(limit.rank))"
      }
    }
    #expect(frequency == ["2.0 per 30 days false (fit + 1)", "every 90 days", "from now on", "existing too", "paused"])
  }

  @Test func triggersWaitUntilATime() throws {
    guard
      case .rule(let rule) = try only(
        "on a wait until 3 hours after event.ends when b then skip lower rules every time"),
      case .event(let event)? = rule.trigger?.occurrence, case .until(let moment)? = rule.trigger?.wait
    else { throw ParseFailure() }
    #expect(event.text == "a" && outline(moment) == "(3 hours after event.ends)" && rule.head == nil)
    #expect(rule.condition.map(outline) == "b" && rule.frequency.count == 1)
  }

  static let actions: [(String, String)] = [
    ("send asset a", "asset a"), ("send asset \"a b\" via owner as transactional", "asset a b via owner transactional"),
    ("send best of r", "best r"), ("send best of r as transactional", "best r transactional"),
    ("send email \"t\" as transactional", "email \"t\" transactional"), ("recommend r", "recommend r"),
    ("recommend r for approval", "recommend r for approval"), ("enroll in s", "enroll s"),
    ("remove from sequence s", "leave s"), ("add to list l", "add l"), ("remove from list \"l\"", "remove l"),
    ("set account.tier to if a then b else c", "set account.tier (if a then b else c)"),
    ("set a to b otherwise 3", "set a (b otherwise 3)"), ("advance a to b", "advance a b"), ("clear a", "clear a"),
    ("assign owner from t", "assign t"), ("create task \"x {y}\" for owner", "task \"x {y}\" owner"),
    (
      "create task \"x\" for \"a@b\" otherwise \"c@d\" due in 2 business days with priority low",
      "task \"x\" a@b c@d 2 businessDays low"
    ),
    ("create note \"n\"", "note \"n\""), ("notify owner \"n\"", "notify owner \"n\""),
    ("notify \"c\" \"n\"", "notify c \"n\""), ("call webhook w", "webhook w"), ("skip lower rules", "skip"),
  ]

  @Test(arguments: actions)
  func actionsAreRead(text: String, meaning: String) throws {
    guard case .rule(let rule) = try only("when a then \(text) and \(text)") else { throw ParseFailure() }
    #expect(rule.actions.map(describe) == [meaning, meaning])
  }

  private func describe(_ action: ActionSyntax) -> String {
    func transactional(_ isTransactional: Bool) -> String { isTransactional ? " transactional" : "" }
    return switch action.kind {
    case .sendAsset(let name, let isViaOwner, let isTransactional):
      "asset \(name.text)\(isViaOwner ? " via owner" : "")\(transactional(isTransactional))"
    case .sendBest(let name, let isTransactional): "best \(name.text)\(transactional(isTransactional))"
    case .sendEmail(let text, let isTransactional): "email \(outline(text))\(transactional(isTransactional))"
    case .recommend(let name, let isForApproval): "recommend \(name.text)\(isForApproval ? " for approval" : "")"
    case .enroll(let name): "enroll \(name.text)"
    case .removeFromSequence(let name): "leave \(name.text)"
    case .addToList(let name): "add \(name.text)"
    case .removeFromList(let name): "remove \(name.text)"
    case .set(let field, let value): "set \(outline(field)) \(outline(value))"
    case .advance(let field, let value): "advance \(outline(field)) \(outline(value))"
    case .clear(let field): "clear \(outline(field))"
    case .assignOwner(let team): "assign \(team.text)"
    case .createTask(let task):
      (["task", outline(task.text), describe(task.assignee)]
        + [task.fallback?.text, task.due.map { outline($0.span) }, task.priority?.rawValue]
        .compactMap { $0 }).joined(separator: " ")
    case .createNote(let text): "note \(outline(text))"
    case .notify(let recipient, let text): "notify \(describe(recipient)) \(outline(text))"
    case .callWebhook(let name): "webhook \(name.text)"
    case .skipLowerRules: "skip"
    case .malformed: "?"
    }
  }

  private func describe(_ recipient: ActionSyntax.Recipient) -> String {
    switch recipient {
    case .owner: "owner"
    case .address(let text): text.text
    }
  }

  // MARK: - Recommendations and sequences

  @Test func recommendationsRankCandidates() throws {
    let text =
      "recommendation r { from asset where a == 1  never repeat within 9 days  factor f 100% = g  pick best 3 scoring at least 40% }"
    guard case .recommendation(let recommendation) = try only(text),
      case .candidates(let filter, _) = recommendation.items[0],
      case .neverRepeat(let repeating, _) = recommendation.items[1],
      case .factor = recommendation.items[2], case .pick(let count, let threshold, _) = recommendation.items[3]
    else { throw ParseFailure() }
    #expect(filter.map(outline) == "(a == 1)" && repeating.span == TimeSpan(9, .days))
    #expect(count.value == 3 && threshold?.value == 0.4)
  }

  @Test func sequencesHaveClausesAndSteps() throws {
    let text = """
      sequence s "S" {
        enroll when a  goal when b  exit when c  once every 9 days  priority 5  holdout 10% by account
        act on (monday, friday) between 9:00 and 17:30 in contact time
        step one {
          send asset x
          wait up to 7 days until did z
          split by account { arm a 40% { wait 1 day } arm b 60% { } }
        }
      }
      """
    guard case .sequence(let sequence) = try only(text),
      case .holdout(let share, let isByAccount, _) = sequence.items[5],
      case .sendWindow(let window) = sequence.items[6], case .step(let name, let block, _) = sequence.items[7],
      case .waitUntil(let limit, let until, _) = block.statements[1], case .split(let split) = block.statements[2]
    else { throw ParseFailure() }
    #expect(
      share.value == 0.1 && isByAccount && window.days.map(\.text) == ["monday", "friday"] && window.inContactTime)
    #expect(window.from.time.minutes == 540 && window.to.time.minutes == 1050 && name.text == "one")
    #expect(limit.span == TimeSpan(7, .days) && outline(until) == "(did z)")
    #expect(split.byAccount && split.arms.map(\.share.value) == [0.4, 0.6] && split.arms[1].block.statements.isEmpty)
  }

  @Test func stepsBranch() throws {
    let text = "sequence s { step a { if b { wait 1 day } else if c { } else { send asset x and clear y } } }"
    guard case .sequence(let sequence) = try only(text), case .step(_, let block, _) = sequence.items[0],
      case .conditional(let first, _, let other?, _) = block.statements[0],
      case .conditional(let second, _, let last?, _) = other.statements[0]
    else { throw ParseFailure() }
    #expect(outline(first) == "b" && outline(second) == "c" && last.statements.count == 2)
  }

  // MARK: - Policies, experiments, tests

  @Test func policiesHaveItems() throws {
    let text = """
      policy {
        timezone "Europe/London"  business hours 09:00 to 17:30 on weekdays  holidays from "h.ics" when a
        at most 2 messages per contact per 7 days, hold the rest up to 3 days
        at most 1 messages per account per 7 days, hold the rest
        at most 6 messages per account per 1 week, drop the rest
        quiet between 20:00 and 08:00 in contact time, release over 30 minutes  never message when b
        send on weekdays between 09:00 and 17:00  weekend on (friday, saturday) when c  approvals expire after 7 days
        never repeat an asset within 90 days  require consent marketing
        approve rules that act on more than 500 contacts  halt when a run acts on more than 10% of contacts
        evaluate every 15 minutes
      }
      """
    guard case .policy(let policy) = try only(text) else { throw ParseFailure() }
    let items = policy.items.map { item -> String in
      switch item.kind {
      case .timezone(let text): text.text
      case .businessHours(let from, let to, let days): "\(from.time.minutes)-\(to.time.minutes) \(days.map(\.text))"
      case .holidays(let text, let condition): "\(text.text) \(condition.map(outline) ?? "")"
      case .cap(let cap):
        "\(cap.limit.value) \(cap.isPerAccount) \(outline(cap.per.span)) \(describe(cap.rest))"
      case .quiet(let from, let to, let isLocal, let release):
        "quiet \(from.time.minutes) \(to.time.minutes) \(isLocal) \(release.map { outline($0.span) } ?? "-")"
      case .sendWindow(let window, let release):
        "send \(window.days.map(\.text)) \(window.from.time.minutes) \(release.map { outline($0.span) } ?? "-")"
      case .weekend(let days, let condition): "weekend \(days.map(\.text)) \(outline(condition))"
      case .approvalsExpire(let duration): "expire \(outline(duration.span))"
      case .neverMessage(let condition): "never \(outline(condition))"
      case .neverRepeatAsset(let duration): "repeat \(outline(duration.span))"
      case .requireConsent(let name): "consent \(name.text)"
      case .approve(.contacts(let number)): "approve \(number.value)"
      case .halt(.shareOfContacts(let share)): "halt \(share.value)"
      case .evaluate(let duration): "evaluate \(outline(duration.span))"
      case .approve, .halt: "another amount"
      }
    }
    #expect(
      items == [
        "Europe/London", "540-1050 [\"weekdays\"]", "h.ics a", "2.0 false 7 days hold 3 days", "1.0 true 7 days hold",
        "6.0 true 1 weeks drop", "quiet 1200 480 true 30 minutes", "never b", "send [\"weekdays\"] 540 -",
        "weekend [\"friday\", \"saturday\"] c", "expire 7 days", "repeat 90 days", "consent marketing",
        "approve 500.0",
        "halt 0.1", "evaluate 15 minutes",
      ])
  }

  private func describe(_ rest: PolicyDeclaration.Cap.Rest) -> String {
    switch rest {
    case .hold(let limit): "hold" + (limit.map { " \(outline($0.span))" } ?? "")
    case .drop: "drop"
    }
  }

  @Test func experimentsMeasure() throws {
    let text = "experiment e on r \"E\" { arm a 50% { send asset x } measure did b within 3 days afterwards measure c }"
    guard case .experiment(let experiment) = try only(text) else { throw ParseFailure() }
    #expect(experiment.name.text == "e" && experiment.rule.text == "r" && experiment.title?.text == "E")
    #expect(experiment.measures.map(\.isAfterwards) == [true, false] && experiment.arms.count == 1)
  }

  @Test func testsSayWhatIsGivenAndExpected() throws {
    let text = """
      test "t" {
        at 2026-03-02 09:00  with policy  given consent "news"  given arm short of e  given arm mail of s at step one  given contact { email "a"  age 3 }  given visit 2 days ago
        wait 3 days  expect nothing  expect send asset x to "a"  expect not skip lower rules
        expect enrolled in s at step one  expect enrolled in s  expect a > 3  expect not b  expect nothing == 3
      }
      """
    guard case .test(let test) = try only(text) else { throw ParseFailure() }
    let statements = test.statements.map { statement -> String in
      switch statement.kind {
      case .at(let moment): "at \(outline(moment))"
      case .withPolicy: "policy"
      case .givenConsent(let name): "consent \(name.text)"
      case .givenArm(let arm, let of, let step): "arm \(arm.text) of \(of.text) \(step?.text ?? "")"
      case .given(let name, let values, let ago):
        "\(name.text) \(values.count) \(ago.map { outline($0.span) } ?? "now")"
      case .wait(let duration): "wait \(outline(duration.span))"
      case .expectNothing: "nothing"
      case .expectAction(let action, let isNegated, let to):
        "\(isNegated ? "not " : "")\(describe(action)) \(to?.text ?? "")"
      case .expectEnrolled(let name, let step): "in \(name.text) \(step?.text ?? "")"
      case .expectCondition(let condition): outline(condition)
      }
    }
    #expect(
      statements == [
        "at day 20514 minute 540", "policy", "consent news", "arm short of e ", "arm mail of s one", "contact 2 now",
        "visit 0 2 days", "wait 3 days",
        "nothing",
        "asset x a", "not skip ", "in s one", "in s ", "(a > 3)", "(not b)", "(nothing == 3)",
      ])
  }
}
