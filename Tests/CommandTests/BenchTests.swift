import Foundation
import Testing

/// What `bench` prints, and that it counts what rules match.
@Suite struct BenchTests {
  @Test func countsOfSmallData() throws {
    let program = try Program()
    defer { program.remove() }
    try program.write(
      """
      contact { number text key  score number  title text }
      rule high { when score > 5 then add to list "High" }
      rule not_low { when not (score is known and score < 5) then add to list "Not low" }
      rule titled { when title contains "FINANCE" then add to list "Titled" }
      """, to: "rules/book.abm")
    try program.write("number,score,title\n1,9,Head of finance\n2,,Finance\n3,1,\n4,5,Engineer\n", to: "people.csv")
    #expect(try program.run("import", "contacts", "people.csv").code == 0)
    for threads in ["1", "2"] {
      let outcome = try program.run("bench", "--counts", "--format", "json", "--threads", threads)
      #expect(outcome.code == 0, "\(outcome.text)")
      let result = try JSONDecoder().decode(Result.self, from: Data(outcome.output.utf8))
      #expect(result.contacts == 4 && result.rules == 3)
      #expect(result.evaluations_s.count == 5 && result.evaluation_s > 0)
      #expect(result.counts.map(\.rule) == ["high", "not_low", "titled"])
      #expect(result.counts.map(\.matched) == [1, 3, 2])
      #expect(result.counts.map(\.key_sum) == [1, 7, 3])
    }
  }

  @Test func madeUpDataIsTheSameEachTime() throws {
    let program = try Program()
    defer { program.remove() }
    let arguments = ["--contacts", "300", "--rules", "20", "--events", "200", "--at", "2026-03-01", "--counts"]
    let counts = try (0..<2).map { _ in
      let outcome = try program.shell("abm-rules bench \(arguments.joined(separator: " ")) --format json")
      #expect(outcome.code == 0, "\(outcome.text)")
      return try JSONDecoder().decode(Result.self, from: Data(outcome.output.utf8)).counts
    }
    #expect(counts[0] == counts[1])
    #expect(counts[0].count == 20 && counts[0].contains { $0.matched > 0 })
  }

  /// What keeping answers costs is measured for few answers, or when it is asked for; memory always.
  @Test(arguments: [("", true), ("--incremental", true), ("--no-incremental", false)])
  func measuresWhatIsAskedFor(option: String, isLive: Bool) throws {
    let program = try Program()
    defer { program.remove() }
    try program.write(
      """
      contact { email text key  score number }
      rule high { when score > 5 then add to list "High" }
      """, to: "rules/book.abm")
    let command = "abm-rules bench --rules rules --contacts 50 --events 0 --counts \(option)"
    let json = try program.shell("\(command) --format json")
    #expect(json.code == 0, "\(json.text)")
    let result = try JSONDecoder().decode(Result.self, from: Data(json.output.utf8))
    #expect((result.live != nil) == isLive)
    #expect(result.memory_loaded_mb > 0 && result.memory_mb >= result.memory_loaded_mb)
    let text = try program.shell(command)
    #expect(text.output.contains("not measured") != isLive, "\(text.text)")
  }

  @Test func explainsThePlan() throws {
    let program = try Program()
    defer { program.remove() }
    let outcome = try program.run("bench", "--contacts", "1", "--rules", "3", "--explain-plan")
    #expect(outcome.code == 0 && outcome.output.hasPrefix("#0 [contacts] "))
  }

  private struct Result: Decodable {
    struct Count: Decodable, Equatable {
      var rule: String
      var matched: Int
      var key_sum: Int?
    }

    struct Live: Decodable {
      var build_s: Double
    }

    var contacts: Int
    var rules: Int
    var memory_loaded_mb: Double
    var memory_mb: Double
    var live: Live?
    var evaluation_s: Double
    var evaluations_s: [Double]
    var counts: [Count]
  }
}
