import RuleEngine
import RuleSemantics
import Testing

@Suite struct MissingDataTests {
  static let schema = """
    contact {
      email text key  country text  employees number  visits number  opted_out flag  joined date  seen time
      persona one of (cfo, it, other)  rank one of (low < middle < high)  tags list of text
    }
    event page_view { path text, seconds number } worth 0.2

    """

  private func flags(_ condition: String, _ values: [String: RuleBook.Given]...) throws -> [Bool?] {
    var book = try RuleBook(MissingDataTests.schema + "define x = \(condition)")
    for (index, values) in values.enumerated() { try book.contact("c\(index)@acme.example", values) }
    return try book.flags("x")
  }

  private func numbers(_ value: String, _ values: [String: RuleBook.Given]...) throws -> [Double?] {
    var book = try RuleBook(MissingDataTests.schema + "define x = \(value)")
    for (index, values) in values.enumerated() { try book.contact("c\(index)@acme.example", values) }
    return try book.numbers("x")
  }

  @Test func comparisonWithMissingIsUnknown() throws {
    for comparison in ["==", "!=", "<", "<=", ">", ">="] {
      #expect(try flags("employees \(comparison) 5", [:]) == [nil])
      #expect(try flags("5 \(comparison) employees", [:]) == [nil])
      #expect(try flags("joined \(comparison) 2026-01-01", [:]) == [nil])
      #expect(try flags("rank \(comparison) middle", [:]) == [nil])
    }
    #expect(try flags("country == \"x\"", [:]) == [nil])
    #expect(try flags("country contains \"x\"", [:]) == [nil])
    #expect(try flags("country matches /x/", [:]) == [nil])
    #expect(try flags("persona in (cfo, it)", [:]) == [nil])
    #expect(try flags("\"x\" in tags", [:]) == [nil])
    #expect(try flags("seen in last 3 days", [:]) == [nil])
    #expect(try flags("opted_out", [:]) == [nil])
    #expect(try flags("not opted_out", [:]) == [nil])
  }

  @Test func betweenDecidesWhereOneBoundDoes() throws {
    #expect(try flags("5 between visits and 3", [:]) == [false])
    #expect(try flags("5 between 1 and visits", [:]) == [nil])
    #expect(
      try flags("employees between 1 and 5", ["employees": 1], ["employees": 5], ["employees": 5.1], [:]) == [
        true, true, false, nil,
      ])
  }

  @Test func kleene() throws {
    let rows: [[String: RuleBook.Given]] = [["opted_out": true], ["opted_out": false], [:]]
    let unknown = "employees > 1"
    let expected: [(and: Bool?, or: Bool?)] = [(nil, true), (false, nil), (nil, nil)]
    for (row, (and, or)) in zip(rows, expected) {
      #expect(try flags("opted_out and \(unknown)", row) == [and])
      #expect(try flags("\(unknown) and opted_out", row) == [and])
      #expect(try flags("opted_out or \(unknown)", row) == [or])
      #expect(try flags("\(unknown) or opted_out", row) == [or])
    }
    #expect(try flags("not (employees > 1)", [:]) == [nil])
  }

  @Test func knownAndOtherwise() throws {
    #expect(try flags("employees is known", [:], ["employees": 0]) == [false, true])
    #expect(try flags("employees is unknown", [:], ["employees": 0]) == [true, false])
    #expect(try flags("(employees > 5) is known", [:], ["employees": 0]) == [false, true])
    #expect(try numbers("employees otherwise visits otherwise 7", [:], ["visits": 3], ["employees": 1]) == [7, 3, 1])
  }

  @Test func numbersThatAreNone() throws {
    #expect(
      try numbers("employees / visits", ["employees": 1, "visits": 0], ["employees": 0, "visits": 0]) == [nil, nil])
    #expect(try numbers("employees * employees", ["employees": 1e300]) == [nil])
    #expect(try numbers("employees + 1", [:]) == [nil])
    #expect(try numbers("5 / 2", [:]) == [2.5])
    #expect(try numbers("-employees", ["employees": 2]) == [-2])
  }

  @Test func unknownConditionTakesTheElse() throws {
    #expect(try numbers("if employees > 1 then 10 else 20", [:], ["employees": 2]) == [20, 10])
  }

  @Test func eventsAreNeverUnknown() throws {
    #expect(try flags("did page_view", [:]) == [false])
    #expect(try flags("no page_view within 3 days", [:]) == [true])
    #expect(try flags("did page_view since seen", [:]) == [false])
    #expect(try numbers("count(page_view)", [:]) == [0])
    #expect(try numbers("sum(seconds of page_view)", [:]) == [0])
    #expect(try numbers("average(seconds of page_view)", [:]) == [nil])
    #expect(try numbers("max(seconds of page_view)", [:]) == [nil])
    #expect(try flags("last(page_view) is known", [:]) == [false])
  }

  @Test func sharesCodesWithoutRegardToCase() throws {
    #expect(try flags("country == \"STRASSE\"", ["country": "straße"], ["country": "Strasse"]) == [false, true])
    #expect(try flags("country != \"É\"", ["country": "é"], ["country": "e"]) == [false, true])
    #expect(try flags("country starts with \"NOR\"", ["country": "norway"], ["country": "no"]) == [true, false])
    #expect(try flags("country ends with \"way\"", ["country": "NorWAY"]) == [true])
    #expect(try flags("country contains \"\"", ["country": ""], [:]) == [true, nil])
    #expect(try flags("country in (\"FRANCE\", \"spain\")", ["country": "france"], ["country": "x"]) == [true, false])
    #expect(try flags("\"Beta\" in tags", ["tags": ["alpha", "BETA"]], ["tags": ["alpha"]]) == [true, false])
    #expect(try flags("country matches /^n/", ["country": "Norway"], ["country": "norway"]) == [false, true])
    #expect(try flags("country matches /^n/i", ["country": "Norway"]) == [true])
  }

  @Test func orderedChoices() throws {
    #expect(
      try flags("rank >= middle", ["rank": "low"], ["rank": "middle"], ["rank": "high"], [:]) == [
        false, true, true, nil,
      ])
    #expect(try numbers("closeness(rank, high)", ["rank": "low"], ["rank": "middle"], [:]) == [0, 0.5, nil])
  }

  @Test func regexOverItsLimitIsUnknownAndReported() throws {
    var book = try RuleBook(MissingDataTests.schema + "define x = country matches /(a+)+$/")
    try book.contact("a@acme.example", ["country": .text(String(repeating: "a", count: 5000) + "!")])
    try book.contact("b@acme.example", ["country": "aaa"])
    let evaluation = book.world.evaluation()
    let id = try book.definition("x").id
    let problem = evaluation.value(of: id, row: 0)
    #expect(evaluation.value(of: id, row: 1) == .flag(true))
    // A machine that decides it within the limit says no.
    #expect(problem == .missing ? evaluation.problems.exceededPatterns.values.first == 1 : problem == .flag(false))
  }
}
