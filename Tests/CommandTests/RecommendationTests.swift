import Foundation
import Testing

/// Recommendations from imported files to the database: `plan`, `run` and `why` weigh alike.
@Suite("Recommendations in use")
struct RecommendationTests {
  private static let book = """
    contact { email text key  language text }
    event download { asset asset } worth 0.7
    event booked
    asset { language text  topics list of text  published date }
    assets from "assets.csv"
    recommendation next_best "What to read next" {
      from asset where language == contact.language and not (did download where asset == candidate)
      never repeat within 60 days
      factor interest 40% = affinity(candidate.topics, half life 10 days)
      factor proven   30% = rate(booked within 5 days after download, prior 1)
      factor liked    20% = popularity(download, half life 7 days)
      factor fresh    10% = freshness(candidate.published, half life 90 days)
      pick best 2
    }
    rule offer { when language is known then recommend next_best once every 30 days }

    """
  private static let assets = """
    name,language,topics,published
    guide,en,roi;budget,2026-01-10
    story,en,roi,2026-02-01
    list,en,closing,2026-02-20
    paper,en,security,2025-06-01
    heft,de,roi,2026-02-01

    """
  private static let contacts = """
    email,language
    ann@acme.example,en
    ben@acme.example,en
    cleo@other.example,de
    dan@third.example,

    """
  private static let downloads = """
    contact,at,asset
    ann@acme.example,2026-02-01T10:00:00Z,guide
    ben@acme.example,2026-02-03T10:00:00Z,guide
    ben@acme.example,2026-02-09T10:00:00Z,list
    dan@third.example,2026-02-10T10:00:00Z,story
    dan@third.example,2026-02-20T10:00:00Z,story

    """

  private func workspace() throws -> Program {
    let program = try Program()
    try program.write(Self.book, to: "rules/book.abm")
    try program.write(Self.assets, to: "rules/assets.csv")
    try program.write(Self.contacts, to: "contacts.csv")
    try program.write(Self.downloads, to: "downloads.csv")
    try program.write("contact,at\nben@acme.example,2026-02-05T10:00:00Z\n", to: "booked.csv")
    for command in ["contacts contacts.csv", "events download downloads.csv", "events booked booked.csv"] {
      let outcome = try program.shell("abm-rules import \(command)")
      #expect(outcome.code == 0, "\(outcome.text)")
    }
    return program
  }

  private struct Pick: Decodable, Equatable {
    var asset: String
    var score: Double
    var factors: [String: Double?]
  }
  private struct Plan: Decodable {
    struct Action: Decodable {
      var contact: String
      var picks: [Pick]?
    }
    var actions: [Action]
  }
  private struct Why: Decodable {
    struct Found: Decodable {
      var picks: [Pick]
      var limit: Int
    }
    var recommendations: [Found]
  }

  /// `why` loads one contact, and yet the events of everybody count for rates and popularity.
  @Test func whyWeighsAsThePlanDoes() throws {
    let program = try workspace()
    defer { program.remove() }
    let output = try program.run("plan", "--at", "2026-03-01 09:00", "--format", "json").output
    let plan = try JSONDecoder().decode(Plan.self, from: Data(output.utf8))
    let names: [[String]] = plan.actions.map { ($0.picks ?? []).map(\.asset) }
    #expect(names == [["story", "list"], ["story", "paper"], ["heft"]])
    for action in plan.actions {
      let text = try program.run(
        "why", action.contact, "offer", "--at", "2026-03-01 09:00", "--format", "json"
      ).output
      let why = try JSONDecoder().decode(Why.self, from: Data(text.utf8))
      let found = try #require(why.recommendations.first)
      #expect(Array(found.picks.prefix(found.limit)) == action.picks)
    }
    // One success of five exposures; the two of `story` came to nothing.
    let story = try #require(plan.actions[0].picks?.first)
    let smoothed: Double? = (0 + 1 * 0.2) / (2 + 1)
    #expect(story.factors["proven"] == smoothed)
  }

  @Test func whyNamesTheFactorsTheGatesAndTheRunnerUp() throws {
    let program = try workspace()
    defer { program.remove() }
    let text = try program.run("why", "ann@acme.example", "next_best", "--at", "2026-03-01 09:00").output
    #expect(text.contains("ann@acme.example: next_best  What to read next  rules/book.abm:6"), "\(text)")
    #expect(text.contains("  1. story  "), "\(text)")
    #expect(text.contains("interest  1 × 40 % = 40 %"), "\(text)")
    #expect(text.contains("  next: paper"), "\(text)")
    #expect(text.contains("1 asset left out: `language == contact.language` is not true"), "\(text)")
    #expect(text.contains("1 asset left out: `not (did download where asset == candidate)` is not true"), "\(text)")
  }

  @Test func whatWasRecommendedIsKeptAndNotRepeated() throws {
    let program = try workspace()
    defer { program.remove() }
    #expect(try program.run("run", "--at", "2026-03-01 09:00", "--executor", "file:out.jsonl").code == 0)
    let first = try program.read("out.jsonl")
    #expect(first.contains(#""kind":"recommend""#), "\(first)")
    #expect(try program.run("run", "--at", "2026-04-01 09:00", "--executor", "file:out.jsonl").code == 0)
    let kept = try program.shell(
      #"sqlite3 abm.sqlite "SELECT contact, rank, asset, use FROM view_recommendation ORDER BY at, contact, rank""#)
    #expect(
      kept.output.split(separator: "\n") == [
        "1|1|story|recommended", "1|2|list|recommended", "2|1|story|recommended", "2|2|paper|recommended",
        "3|1|heft|recommended", "1|1|paper|recommended",
      ], "\(kept.text)")
    let factors = try program.shell(
      #"sqlite3 abm.sqlite "SELECT json_extract(factors, '$.interest') FROM recommendation LIMIT 1""#)
    #expect(factors.output == "1\n", "\(factors.text)")
    let why = try program.run("why", "ben@acme.example", "offer", "--at", "2026-04-01 10:00").output
    #expect(why.contains("2 assets sent or recommended not long ago: story, paper"), "\(why)")
  }
}
