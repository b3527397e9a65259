import Testing

/// `why` about each kind of person: who waits, is skipped, held out, over a cap, approved, out again, or never came in.
@Suite("Kinds of people whom why is asked about")
struct WhyKindTests {
  private static let book = """
    contact { email text key  kind text  gone flag }
    policy {
      timezone "UTC"
      at most 2 messages per contact per 7 days, hold the rest up to 3 days
      approve rules that act on more than 4 contacts
    }
    rule first_mail { when kind == "capped" then send email "one" once priority 9 }
    rule second_mail { when kind == "capped" then send email "two" once priority 8 }
    rule third_mail { when kind == "capped" then send email "three" once priority 7 }
    rule goes_first { when kind == "skipped" then skip lower rules priority 6 }
    rule comes_later { when kind == "skipped" then create note "x" once priority 5 }
    rule asks_first { when kind == "approved" then create note "x" once priority 4 }
    sequence care "Care" {
      enroll when kind in ("waiting", "exited")  once  exit when gone  existing too  priority 3
      step one { create note "one"  wait 5 days  create note "two" }
    }
    sequence half "Half of them" {
      enroll when kind == "held out"  once  exit when gone  holdout 50%  existing too  priority 2
      step one { create note "one"  wait 5 days }
    }

    """

  @Test func eachGetsItsAnswer() throws {
    let program = try Program()
    defer { program.remove() }
    try program.write(Self.book, to: "rules/book.abm")
    func people(_ kinds: [(String, Int)], gone: String) throws {
      let rows = kinds.flatMap { kind, count in
        (0..<count).map { "\(kind.replacing(" ", with: ""))\($0)@acme.example,\(kind),\(gone),yes\n" }
      }
      try program.write("email,kind,gone,consent:marketing\n" + rows.joined(), to: "people.csv")
      #expect(try program.run("import", "contacts", "people.csv").code == 0)
    }
    try people(
      [("waiting", 1), ("skipped", 1), ("held out", 4), ("capped", 1), ("approved", 5), ("exited", 1), ("other", 1)],
      gone: "no")
    #expect(try program.run("run", "--at", "2026-03-02 09:00", "--beyond-halt").code == 0)
    #expect(try program.run("approvals", "approve", "asks_first", "--by", "ana", "--at", "2026-03-02 10:00").code == 0)
    try people([("exited", 1)], gone: "yes")
    #expect(try program.run("run", "--at", "2026-03-03 09:00", "--beyond-halt").code == 0)

    func why(_ person: String, _ name: String) throws -> String {
      let outcome = try program.run("why", "\(person)@acme.example", name, "--at", "2026-03-03 10:00")
      #expect(outcome.code == 0, "\(outcome.text)")
      return outcome.text
    }
    let answers = [
      ("waiting0", "care", "waits until 2026-03-07 09:00"),
      ("skipped0", "comes_later", "`goes_first` goes first and says `skip lower rules`"),
      ("capped0", "third_mail", "at most 2 messages per contact per 7 days"),
      ("approved0", "asks_first", "approved by ana"),
      ("exited0", "care", "no more, left, since `gone` on 2026-03-03 09:00"),
      ("other0", "care", "no, never enrolled"),
    ]
    for (person, name, expected) in answers {
      let answer = try why(person, name)
      #expect(answer.contains(expected), "\(person) \(name): \(answer)")
    }
    // Chance decides who is held out; of four it is the same ones on every machine.
    let halves = try (0..<4).map { try why("heldout\($0)", "half") }
    #expect(halves.contains { $0.contains("held out") }, "\(halves)")
    #expect(halves.contains { !$0.contains("held out") && $0.contains("waits until") }, "\(halves)")
  }
}
