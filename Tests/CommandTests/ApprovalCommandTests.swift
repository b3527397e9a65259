import Foundation
import Testing

/// The approval queue and what is asked again on the way out, with the commands as people run them.
struct ApprovalCommandTests {
  private func workspace(_ policy: String, people: Int = 12) throws -> Program {
    let program = try Program()
    try program.write(
      """
      contact { email text key  opted_out flag missing means no }
      account { domain text key }
      asset { type text }
      asset guide "The guide" { type "guide" }
      policy { halt when a run acts on more than 100% of contacts \(policy) }
      rule hello { when not opted_out then create note "hello" }
      rule news { when not opted_out then send asset guide as transactional existing too }
      """, to: "rules/book.abm")
    let rows = (0..<people).map { "p\(100 + $0)@acme.example,no" }
    try program.write("email,opted_out\n" + rows.joined(separator: "\n") + "\n", to: "people.csv")
    #expect(try program.run("migrate").code == 0)
    #expect(try program.run("import", "contacts", "people.csv", "--at", "2026-03-02 08:00").code == 0)
    return program
  }

  private func lines(_ program: Program, _ path: String = "out.jsonl") throws -> [String] {
    guard FileManager.default.fileExists(atPath: program.folder.appending(path: path).path) else { return [] }
    return try program.read(path).split(separator: "\n").map(String.init)
  }

  @Test func aRuleWaitsIsApprovedAndActs() throws {
    let program = try workspace("approve rules that act on more than 5 contacts")
    defer { program.remove() }
    let first = try program.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-02 09:00")
    #expect(first.output.contains("waits for approval: the rule would act on 12, more than 5"))
    #expect(first.output.contains("abm-rules approvals approve hello"))
    #expect(try lines(program) == [])
    let list = try program.run("approvals", "list", "--at", "2026-03-02 10:00")
    #expect(list.output.contains("1  hello  12 people  waits until 2026-03-16 09:00"))
    #expect(list.output.contains("2  news  12 people"))
    #expect(try program.run("approvals", "show", "1", "--samples", "2").output.contains("and 10 more"))

    let approved = try program.run(
      "approvals", "approve", "hello", "--by", "ann", "--note", "looked at five", "--at", "2026-03-02 10:00")
    #expect(approved.code == 0)
    #expect(approved.output.contains("approved by ann at 2026-03-02 10:00; the next run acts"))
    #expect(approved.output.contains("note: looked at five"))
    #expect(try program.run("approvals", "reject", "news", "--by", "bob", "--at", "2026-03-02 10:00").code == 0)
    let second = try program.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-02 11:00")
    #expect(second.code == 0)
    #expect(try lines(program).count == 12)
    #expect(second.output.contains("rejected by bob on 2026-03-02 10:00"))
    let third = try program.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-02 12:00", "--format", "json")
    #expect(third.output.contains("\"actions\": []"))
    #expect(try program.run("approvals").output == "nothing waits for approval\n")
    let all = try program.run("approvals", "list", "--all", "--format", "json", "--at", "2026-03-02 12:00")
    #expect(all.output.contains("\"status\": \"used\""))
    #expect(all.output.contains("\"status\": \"refused\""))
    let why = try program.run("why", "p100@acme.example", "news", "--at", "2026-03-02 12:00")
    #expect(why.output.contains("no, it fits, but rejected by bob on 2026-03-02 10:00"))
  }

  @Test func whyTellsOfAnOpenQuestion() throws {
    let program = try workspace("approve rules that act on more than 5 contacts")
    defer { program.remove() }
    #expect(try program.run("run", "--at", "2026-03-02 09:00").code == 0)
    let why = try program.run("why", "p100@acme.example", "hello", "--at", "2026-03-02 10:00")
    #expect(why.output.contains("waits for approval"))
    #expect(why.output.contains("abm-rules approvals approve hello"))
  }

  @Test func anApprovalThatIsTakenBackStopsWhatIsStillInTheOutbox() throws {
    let program = try workspace("approve rules that act on more than 5 contacts")
    defer { program.remove() }
    try program.run("run", "--at", "2026-03-02 09:00")
    try program.run("approvals", "approve", "news", "hello", "--by", "ann", "--at", "2026-03-02 10:00")
    // Decided, and not carried out yet.
    try program.run("run", "--at", "2026-03-02 11:00")
    let taken = try program.run(
      "approvals", "reject", "2", "--by", "bob", "--note", "wrong guide", "--at", "2026-03-02 11:30")
    #expect(taken.code == 0)
    let run = try program.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-02 12:00")
    #expect(
      run.errors.contains("12 actions not carried out, rejected: rejected by bob on 2026-03-02 11:30: wrong guide"))
    #expect(try lines(program).count == 12)
    #expect(try lines(program).allSatisfy { $0.contains("create note") })
    let why = try program.run("why", "p100@acme.example", "news", "--at", "2026-03-02 12:00")
    #expect(why.output.contains("not carried out at 2026-03-02 12:00: rejected by bob"))
  }

  /// Twelve people who may come in from the next run on.
  private func approvedSequence(step: String) throws -> Program {
    let program = try Program()
    try program.write(
      """
      contact { email text key  left flag missing means no }
      policy { approve rules that act on more than 5 contacts }
      sequence s {
        enroll when not left
        exit when left
        step intro { \(step) }
      }
      """, to: "rules/book.abm")
    let rows = (0..<12).map { "p\(100 + $0)@acme.example" }
    try program.write("email\n" + rows.joined(separator: "\n") + "\n", to: "people.csv")
    try program.run("import", "contacts", "people.csv")
    try program.run("run", "--at", "2026-03-02 09:00")
    try program.run("approvals", "approve", "s", "--by", "ann", "--at", "2026-03-02 10:00")
    return program
  }

  /// Whom it let in is taken out, and what its steps had decided by then stays in the outbox.
  @Test func anApprovalOfASequenceThatIsTakenBack() throws {
    let program = try approvedSequence(step: #"create note "first"  wait 1 day  create note "second""#)
    defer { program.remove() }
    let entered = try program.run("run", "--at", "2026-03-02 11:00")
    #expect(entered.output.contains("12 come in"))
    // The second notes are decided, and not carried out.
    try program.run("run", "--at", "2026-03-03 11:00")
    let taken = try program.run("approvals", "reject", "1", "--by", "bob", "--at", "2026-03-03 11:30")
    #expect(taken.code == 0)
    #expect(taken.output.contains("taken back by bob"))
    let run = try program.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-03 12:00")
    #expect(run.errors.contains("24 actions not carried out, rejected"), "\(run.errors)")
    #expect(try lines(program) == [])
  }

  /// An approval stops what waits in the outbox also when the rule or sequence is called otherwise by then.
  @Test func anApprovalIsTakenBackUnderANewName() throws {
    let program = try approvedSequence(step: #"create note "first"  wait 1 day  create note "second""#)
    defer { program.remove() }
    try program.run("run", "--at", "2026-03-02 11:00")
    let book = try program.read("rules/book.abm").replacing("sequence s ", with: "sequence late was s ")
    try program.write(book, to: "rules/book.abm")
    #expect(try program.run("run", "--at", "2026-03-02 11:10").code == 0)
    #expect(try program.run("approvals", "reject", "1", "--by", "bob", "--at", "2026-03-02 11:30").code == 0)
    let run = try program.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-02 12:00")
    #expect(run.errors.contains("12 actions not carried out, rejected"), "\(run.errors)")

    let rule = try workspace("approve rules that act on more than 5 contacts")
    defer { rule.remove() }
    try rule.run("run", "--at", "2026-03-02 09:00")
    try rule.run("approvals", "approve", "news", "--by", "ann", "--at", "2026-03-02 10:00")
    try rule.run("run", "--at", "2026-03-02 11:00")
    let renamed = try rule.read("rules/book.abm").replacing("rule news ", with: "rule letter was news ")
    try rule.write(renamed, to: "rules/book.abm")
    #expect(try rule.run("run", "--at", "2026-03-02 11:10").code == 0)
    #expect(try rule.run("approvals", "reject", "2", "--by", "bob", "--at", "2026-03-02 11:30").code == 0)
    let last = try rule.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-02 12:00")
    #expect(last.errors.contains("12 actions not carried out, rejected"), "\(last.errors)")
  }

  @Test func whoeverIsTakenOutWithAnApprovalGetsNothingMore() throws {
    let program = try approvedSequence(step: #"wait 1 day  create note "first""#)
    defer { program.remove() }
    try program.run("run", "--at", "2026-03-02 11:00")
    let taken = try program.run("approvals", "reject", "1", "--by", "bob", "--at", "2026-03-02 11:30")
    #expect(taken.output.contains("12 people taken out of s"), "\(taken.text)")
    try program.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-04 12:00")
    #expect(try lines(program) == [])
  }

  /// Three people whom a rule recommends the one asset there is, each for approval.
  private func recommending(repeating: String = "", often: String = "", also: String = "") throws -> Program {
    let program = try Program()
    try program.write(
      """
      contact { email text key }
      asset { type text }
      asset guide "The guide" { type "guide" }
      recommendation next { from asset \(repeating) factor one 100% = 1  pick best 1 }
      rule offer { when email is known then recommend next for approval \(often) }
      \(also)
      """, to: "rules/book.abm")
    try program.write("email\nann@acme.example\nbob@acme.example\ncy@acme.example\n", to: "people.csv")
    try program.run("import", "contacts", "people.csv")
    return program
  }

  @Test func singleRecommendationsAreAskedAbout() throws {
    let program = try recommending()
    defer { program.remove() }
    let asked = try program.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-02 09:00")
    #expect(asked.output.contains("? recommend next waits for approval  × 3"))
    #expect(try lines(program) == [])
    // Asking again is no second question.
    try program.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-02 09:30")
    #expect(try program.run("approvals", "--format", "json", "--at", "2026-03-02 10:00").output.contains("\"id\": 3"))
    #expect(try !program.run("approvals", "--format", "json", "--at", "2026-03-02 10:00").output.contains("\"id\": 4"))
    #expect(try program.run("approvals", "approve", "1", "--by", "ann", "--at", "2026-03-02 10:00").code == 0)
    #expect(try program.run("approvals", "reject", "2", "--by", "bob", "--at", "2026-03-02 10:00").code == 0)
    let done = try program.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-02 11:00")
    #expect(done.output.contains("rejected by bob on 2026-03-02 10:00"))
    #expect(try lines(program).count == 1)
    #expect(try lines(program).first?.contains("\"kind\":\"recommend\"") == true)
    // Whoever was not answered in time is recorded as such, once.
    let late = try program.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-16 09:00")
    #expect(late.output.contains("nobody approved it by 2026-03-16 09:00"))
    #expect(try program.run("approvals", "--at", "2026-03-16 10:00").output == "nothing waits for approval\n")
    #expect(try lines(program).count == 1)
  }

  /// What a person refused, the contact never saw: it counts for no `never repeat`. What was agreed to does.
  @Test func whatWasRefusedCanBeRecommendedAgain() throws {
    let program = try recommending(
      repeating: "never repeat within 180 days", often: "once every 15 days",
      also: "policy { approvals expire after 5 days }")
    defer { program.remove() }
    try program.run("run", "--at", "2026-03-02 09:00")
    try program.run("approvals", "approve", "1", "--by", "eva", "--at", "2026-03-02 10:00")
    try program.run("approvals", "reject", "2", "--by", "eva", "--at", "2026-03-02 10:00")
    try program.run("run", "--at", "2026-03-02 11:00")
    try program.run("run", "--at", "2026-03-07 11:00")
    let again = try program.run("run", "--at", "2026-03-17 11:00", "--format", "json").output
    let asked = try program.run("approvals", "list", "--at", "2026-03-17 11:01").output
    #expect(!asked.contains("ann@") && asked.contains("bob@") && asked.contains("cy@"), "\(asked)")
    #expect(again.contains("no candidate"))
  }

  @Test func namesThatNobodyAskedAboutAreWrongUsage() throws {
    let program = try workspace("approve rules that act on more than 5 contacts")
    defer { program.remove() }
    try program.run("run", "--at", "2026-03-02 09:00")
    let unknown = try program.run("approvals", "approve", "helo", "--by", "ann", "--at", "2026-03-02 10:00")
    #expect(unknown.code == 2)
    #expect(unknown.errors.contains("did you mean `hello`?"))
    #expect(try program.run("approvals", "approve", "hello", "--by", "").code == 2)
    let late = try program.run("approvals", "approve", "1", "--by", "ann", "--at", "2026-04-02 09:00")
    #expect(late.code == 1)
  }

  // MARK: - On the way out

  @Test func quietHoursThatBeganMeanwhileHoldWhatWasDecided() throws {
    let program = try workspace(
      "quiet between 20:00 and 08:00  at most 1 message per contact per 7 days, drop the rest")
    defer { program.remove() }
    try program.run("run", "--at", "2026-03-02 19:59")
    let night = try program.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-02 20:05")
    #expect(night.errors.contains("12 actions not carried out, held: quiet hours from 20:00 to 08:00"))
    #expect(try lines(program).count == 12)
    #expect(
      try program.run("why", "p100@acme.example", "news", "--at", "2026-03-02 21:00").output
        .contains("held on its way out at 2026-03-02 20:05, until 2026-03-03 08:00: quiet hours from 20:00 to 08:00"))
    try program.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-03 07:59")
    #expect(try lines(program).count == 12)
    try program.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-03 08:00")
    #expect(try lines(program).count == 24)
  }

  @Test func whoOptedOutMeanwhileGetsNothingAndCountsForNothing() throws {
    let program = try workspace("never message when opted_out")
    defer { program.remove() }
    try program.run("run", "--at", "2026-03-02 09:00")
    try program.write("email,opted_out\np100@acme.example,yes\n", to: "out.csv")
    try program.run("import", "contacts", "out.csv", "--at", "2026-03-02 09:01")
    let run = try program.run("run", "--executor", "file:out.jsonl", "--at", "2026-03-02 09:05")
    #expect(run.errors.contains("1 action not carried out, never message"))
    #expect(try lines(program).filter { $0.contains("p100@") }.count == 1)
    try program.write("email,opted_out\np100@acme.example,no\n", to: "in.csv")
    try program.run("import", "contacts", "in.csv", "--at", "2026-03-02 09:10")
    let why = try program.run("why", "p100@acme.example", "news", "--at", "2026-03-02 09:20")
    #expect(why.output.contains("not carried out at 2026-03-02 09:05: the policy never messages when"))
  }
}
