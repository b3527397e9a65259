import Foundation
import Testing

/// What experiments and holdouts came to, over several runs of the program.
struct ReportTests {
  private func importPeople(_ program: Program, _ numbers: Range<Int>) throws {
    let rows = numbers.map { "p\($0)@a\($0 / 4).example,a\($0 / 4).example" }
    try program.write("email,account\n" + rows.joined(separator: "\n") + "\n", to: "people.csv")
    let outcome = try program.run("import", "contacts", "people.csv", "--at", "2026-03-01 09:00")
    #expect(outcome.code == 0, "\(outcome.text)")
  }

  private static let data = """
    contact { email text key }
    account { domain text key }
    event meeting worth 1
    policy {
      timezone "UTC"
      approve rules that act on more than 100% of contacts
      halt when a run acts on more than 100% of contacts
    }

    """

  @Test func theSplitOfAnExperimentIsSoundAfterAChangeOfItsShares() throws {
    let program = try Program()
    defer { program.remove() }
    func write(_ first: Int) throws {
      try program.write(
        Self.data + """
          rule r { when email is known then create note "x" once existing too }
          experiment e on r {
            arm a \(first)% { create note "a" } arm b \(100 - first)% { create note "b" } measure email is known
          }

          """, to: "rules/book.abm")
    }
    try write(50)
    try importPeople(program, 0..<400)
    #expect(try program.run("run", "--at", "2026-03-02 09:00").code == 0)
    try write(90)
    try importPeople(program, 400..<800)
    #expect(try program.run("run", "--at", "2026-03-03 09:00").code == 0)
    let shown = try program.run("experiments", "show", "e", "--at", "2026-03-03 10:00")
    #expect(shown.code == 0 && shown.output.contains("560 and 240 were expected"), "\(shown.text)")
    #expect(try program.run("replay", "2").code == 0)
  }

  @Test func aHoldoutByAccountIsMeasuredByAccount() throws {
    let program = try Program()
    defer { program.remove() }
    try program.write(
      Self.data + """
        sequence s {
          enroll when email is known  goal when did meeting  holdout 50% by account  existing too
          step one { create note "x"  wait 3 days }
        }

        """, to: "rules/book.abm")
    try importPeople(program, 0..<80)
    #expect(try program.run("run", "--at", "2026-03-02 09:00").code == 0)
    let shown = try program.run("sequences", "show", "s", "--at", "2026-03-02 10:00", "--format", "json").output
    #expect(shown.contains(#""unit": "account""#) && shown.contains("delta method over accounts"), "\(shown)")
    let text = try program.run("sequences", "show", "s", "--at", "2026-03-02 10:00").output
    #expect(text.contains("with accounts as units"), "\(text)")
  }
}
