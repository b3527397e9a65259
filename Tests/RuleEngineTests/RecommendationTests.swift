import BusinessTime
import RuleEngine
import RuleSemantics
import TestSupport
import Testing

/// The best candidates, as an evaluation pair by pair finds them.
@Suite struct RecommendationTests {
  private static let declarations = """
    contact {
      email text key  language text  persona one of (cfo, it, other)  rank one of (low < middle < high)  reads asset
      since time  interests list of text  budget number
    }
    account { domain text key  industry text }
    event download { asset asset  kind one of (small, large) } worth 0.7
    event click { asset asset  other asset  topics list of text } worth 0.3
    event talk { topics text } worth 0.2
    event booked { kind one of (small, large) }
    define rich = budget > 1
    score heat { add 10 per download within 30 days  limit 0 to 100 }
    """

  private static let recommendations = """
    recommendation all { from asset factor a 100% = freshness(candidate.published, half life 20 days) }
    recommendation gated {
      from asset where language == contact.language and not (expires < today) and pages > 2
      factor persona_fit 50% = if persona in candidate.persona then 1 else 0
      factor rank_fit 30% = closeness(candidate.stage, rank)
      factor heat 20% = heat / 100
      pick best 3 scoring at least 20%
    }
    recommendation of_contact { from asset where contact.rich and pages > 0 factor a 100% = candidate.pages / 20 pick best 2 }
    recommendation interest {
      from asset
      factor a 60% = affinity(candidate.topics, half life 5 days)
      factor b 40% = affinity(candidate.topics, half life 2 hours)
      pick best 4 scoring at least 5%
    }
    recommendation proven {
      from asset where expires is unknown or expires > today
      factor a 40% = rate(booked within 2 days after download, prior 2)
      factor b 30% = rate(booked where kind == large within 30 hours after download where kind == small, prior 0)
      factor c 30% = rate(click within 5 days after click, prior 0.5)
      pick best 3
    }
    recommendation liked {
      from asset
      factor a 30% = popularity(download)
      factor b 30% = popularity(click where asset is known within 3 days)
      factor c 20% = popularity(download, half life 2 days)
      factor d 20% = popularity(click from 20 days ago to 2 days ago)
      pick best 5
    }
    recommendation unread {
      from asset where not (did download where asset == candidate) and contact.reads != candidate
      factor a 25% = count(click where asset == candidate and topics is known within 10 days) / 3
      factor b 25% = freshness(last(click where candidate == other), half life 2 days)
      factor c 25% = count(download where kind == small and asset == candidate, half life 4 days)
      factor d 25% = count(download where asset == candidate since contact.since) / 2
      pick best 4
    }
    recommendation related {
      from asset where not (pages > 30)
      factor a 40% = count(download where asset.stage == candidate.stage within 20 days) / 4
      factor b 30% = if any(colleagues where language == candidate.language) then 1 else 0
      factor c 20% = count(click where asset != candidate since contact.since) / 3
      factor d 10% = if candidate.type in interests or candidate.type contains "gui" then 1 else 0
      pick best 3
    }
    """

  private static func text(of seed: UInt64) -> String {
    var random = SeededGenerator(seed: seed)
    var text =
      declarations
      + "\nasset { type text  language text  persona list of persona  stage one of rank  topics list of text"
      + "  pages number  published date  expires date }\n"
    for index in 0..<(1 + random.below(8)) {
      text += "asset a\(random.below(1000))_\(index) {"
      func add(_ name: String, _ values: [String]) {
        if random.chance(0.75) { text += " \(name) \(random.pick(values))" }
      }
      add("type", ["\"guide\"", "\"Guide\"", "\"roi\"", "\"report\""])
      add("language", ["\"a\"", "\"A\"", "\"é\"", "\"blog\""])
      add("persona", ["(cfo)", "(cfo, it)", "(other)"])
      add("stage", ["low", "middle", "high"])
      add("topics", ["(\"roi\")", "(\"ROI\", \"budget\")", "(\"blog\", \"a\")", "(\"STRASSE\")"])
      add("pages", ["1", "3", "12", "40"])
      add("published", ["2026-03-27", "2026-03-01", "2026-04-09", "2025-12-01"])
      add("expires", ["2026-03-28", "2026-03-29", "2026-05-01"])
      text += " }\n"
    }
    return text + recommendations
  }

  @Test(arguments: 0..<8)
  func agreesWithPairs(part: UInt64) throws {
    var picked = 0
    for seed in (part * 12)..<(part * 12 + 12) { picked += try compare(seed) }
    #expect(picked > 400)
  }

  /// How many picks were compared.
  private func compare(_ seed: UInt64) throws -> Int {
    let book = try RuleBook(RecommendationTests.text(of: seed))
    var worlds = WorldGenerator(random: SeededGenerator(seed: seed &+ 77))
    var world = worlds.world(book.program)
    // Enough events that rates and affinities say something.
    for _ in 0..<2 {
      let more = worlds.world(book.program)
      for var event in more.events where !world.contacts.isEmpty && !book.program[event.type].isForAccount {
        event.owner %= world.contacts.count
        event.id += Int64(1000 * (world.events.count + 1))
        world.events.append(event)
      }
    }
    let evaluation = world.evaluation()
    let reference = ReferenceEvaluator(world)
    var picked = 0
    let recommenders = world.program.recommendations.indices.map { Recommender(evaluation, $0) }
    // Contact by contact, so that one recommendation comes between two of another.
    for contact in world.contacts.indices {
      for (recommendation, recommender) in zip(world.program.recommendations, recommenders) {
        let excluded = contact % 2 == 0 ? [] : Set(world.program.assets.indices.filter { $0 % 3 == contact % 3 })
        let threshold = contact % 3 == 2 ? 0 : recommendation.threshold
        let limit = recommendation.pick + contact % 2
        let found = recommender.best(
          for: Int32(contact), limit: limit, excluding: excluded.sorted().map(AssetID.init), threshold: threshold)
        let expected = reference.candidates(
          of: recommendation, for: contact, threshold: threshold, excluding: excluded)
        let place = "seed \(seed), \(recommendation.name), contact \(contact)"
        #expect(found.picks.map(\.asset) == expected.prefix(limit).map(\.asset), "\(place)")
        for (pick, expected) in zip(found.picks, expected) {
          // Powers of two of the C library differ in the last bit.
          #expect(abs(pick.score * 1e9 - expected.score) <= 1.01, "\(place)")
          for (factor, value) in zip(pick.factors, expected.factors) {
            #expect((factor.map(Value.number) ?? .missing).isClose(to: value), "\(place)")
          }
        }
        let counted = found.gated.reduce(0, +) + found.leftOut + found.belowThreshold + expected.count
        #expect(counted == world.program.assets.count, "\(place)")
        picked += found.picks.count
      }
    }
    return picked
  }

  // MARK: - Worked out by hand

  private func book(_ recommendation: String) throws -> RuleBook {
    var book = try RuleBook(
      """
      contact { email text key }
      event download { asset asset } worth 0.5
      event view worth 0.2
      event booked
      asset { topics list of text  published date }
      asset roi { topics ("roi", "budget")  published 2026-02-28 }
      asset team { topics ("people") }
      asset blank { }
      recommendation next { from asset \(recommendation) pick best 3 }
      """, at: "2026-03-02 00:00", zone: "UTC")
    try book.contact("ana")
    return book
  }

  private func factors(_ book: RuleBook, contact: Int32 = 0) -> [String: Double?] {
    let ranking = Recommender(book.world.evaluation(), 0).best(for: contact, limit: 3)
    return Dictionary(uniqueKeysWithValues: ranking.picks.map { (book.program[$0.asset].name, $0.factors[0]) })
  }

  @Test func affinityIsTheShareOfInteractions() throws {
    var book = try book("factor a 100% = affinity(candidate.topics, half life 2 days)")
    // Weights: 1/2, 1/4 and 1 of two days, four days and nothing; the view touches no topic.
    try book.event("download", at: "2026-02-28 00:00", ["asset": "roi"])
    try book.event("download", at: "2026-02-26 00:00", ["asset": "team"])
    try book.event("view", at: "2026-03-02 00:00")
    try book.event("download", at: "2026-03-02 00:01", ["asset": "team"])
    let expected: [String: Double?] = ["roi": 0.5 / 1.75, "team": 0.25 / 1.75, "blank": nil]
    #expect(factors(book) == expected)
  }

  @Test func affinityOfNobodyIsMissing() throws {
    let book = try book("factor a 100% = affinity(candidate.topics, half life 2 days)")
    let expected: [String: Double?] = ["roi": nil, "team": nil, "blank": nil]
    #expect(factors(book) == expected)
  }

  @Test func rateIsSmoothedTowardsTheOverallRate() throws {
    var book = try book("factor a 100% = rate(booked within 3 days after download, prior 2)")
    // Four exposures are over, of which three succeed: the overall rate is 3/4. The fifth has some hours left.
    try book.event("download", at: "2026-02-10 10:00", ["asset": "roi"])
    try book.event("booked", at: "2026-02-13 10:00")
    try book.event("download", at: "2026-02-20 10:00", ["asset": "roi"])
    try book.event("download", at: "2026-02-21 10:00", ["asset": "roi"])
    try book.event("booked", at: "2026-02-22 10:00")
    try book.event("download", at: "2026-02-26 10:00", ["asset": "team"])
    try book.event("download", at: "2026-02-27 10:00", ["asset": "team"])
    // roi: 3 of 3, team: 0 of 1, and 2 × 3/4 of the prior for each; blank: the overall rate.
    let found = factors(book)
    #expect(found["roi"] == (3 + 1.5) / 5)
    #expect(found["team"] == 1.5 / 3)
    #expect(found["blank"] == 0.75)
  }

  @Test func popularityIsRelativeToTheMostPopular() throws {
    var book = try book("factor a 100% = popularity(download within 7 days)")
    try book.contact("ben")
    for day in ["2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27"] {
      try book.event("download", at: "\(day) 10:00", ["asset": "team"])
    }
    try book.event("download", at: "2026-02-28 10:00", of: 0, ["asset": "roi"])
    try book.event("download", at: "2026-02-01 10:00", of: 0, ["asset": "roi"])
    #expect(factors(book) == ["team": 1, "roi": 0.25, "blank": 0])
  }

  @Test func tiesGoByName() throws {
    let book = try book("factor a 100% = 0.5")
    let ranking = Recommender(book.world.evaluation(), 0).best(for: 0, limit: 2)
    #expect(ranking.picks.map { book.program[$0.asset].name } == ["blank", "roi"])
    #expect(ranking.picks.map(\.score) == [0.5, 0.5])
  }

  @Test func sumsThatAreEqualOnPaperAreATie() throws {
    // 0.1 + 0.2 is a little more than 0.3.
    let book = try book(
      """
      factor a 10% = if candidate.published is known then 1 else 0
      factor b 20% = if candidate.published is known then 1 else 0
      factor c 30% = if candidate.published is unknown then 1 else 0
      factor d 40% = 0
      """)
    let ranking = Recommender(book.world.evaluation(), 0).best(for: 0, limit: 3, threshold: 0.3)
    #expect(ranking.picks.map { book.program[$0.asset].name } == ["blank", "roi", "team"])
  }
}
