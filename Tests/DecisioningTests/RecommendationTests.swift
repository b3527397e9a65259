import BusinessTime
import Decisioning
import RuleDiagnostics
import RuleSemantics
import Testing

private let base = """
  contact { email text key  hot flag  warm flag  language text  timezone text }
  event content_download { asset asset } worth 0.7
  asset { language text  value number }
  asset best { language "en"  value 0.9 }
  asset good { language "en"  value 0.6 }
  asset fair { language "en"  value 0.3 }
  asset fremd { language "de"  value 1 }

  """

private let next = """
  recommendation next {
    from asset where language == contact.language
    never repeat within 30 days
    factor value 80% = candidate.value
    factor liked 20% = popularity(content_download)
    pick best 2 scoring at least 20%
  }

  """

/// What rules do with what recommendations find.
struct RecommendationTests {
  private func scene(
    _ rules: String, people: [String] = ["ann@acme.example"], recommendation: String = next
  ) throws -> Scene {
    var scene = try Scene(base + recommendation + rules)
    for person in people { scene.add(person, ["hot": .flag(true), "language": .text("EN")]) }
    scene.consentAll()
    return scene
  }

  private func assets(_ decisions: Decisions, _ rule: String = "r") -> [[String]] {
    decisions.actions.filter { $0.rule == rule }.map { $0.picks?.picks.map(\.asset) ?? [] }
  }

  // MARK: - Sending

  @Test func theBestIsSentAsAMessageLikeAnyOther() throws {
    var scene = try scene("rule r { when hot then send best of next }")
    let decisions = scene.run()
    let action = try #require(decisions.actions.first)
    #expect(action.action == .sendBest)
    #expect(action.argument(.asset) == .text("best"))
    #expect(action.request.text.hasPrefix(#"{"kind":"send_email","to":"ann@acme.example","asset":"best""#))
    #expect(decisions.changes.messages.map(\.asset) == [.declared(AssetID(0))])
    #expect(action.picks?.picks.map(\.score) == [0.72])
    #expect(action.picks?.picks.first?.factors.map(\.value) == [0.9, 0])
  }

  @Test func consentGoesBefore() throws {
    var scene = try scene("rule r { when hot then send best of next }")
    scene.world.state.consents = [:]
    let decisions = scene.run()
    #expect(decisions.outcomes("r") == [.noConsent(purpose: "marketing")])
    #expect(decisions.changes.recommendations.isEmpty)
    #expect(scene.run(after: TimeSpan(1, .hours)).outcomes("r") == [.noConsent(purpose: "marketing")])
  }

  @Test func whatWasSentIsNotSentAgain() throws {
    var scene = try scene("rule r { when hot then send best of next every time }")
    var sent: [[String]] = []
    for _ in 0..<3 {
      scene.set("hot", to: .flag(true), of: "ann@acme.example")
      sent += assets(scene.run(after: TimeSpan(1, .days)))
      scene.set("hot", to: .flag(false), of: "ann@acme.example")
      scene.run(after: TimeSpan(1, .days))
    }
    #expect(sent == [["best"], ["good"], ["fair"]])
    scene.set("hot", to: .flag(true), of: "ann@acme.example")
    let last = scene.run(after: TimeSpan(1, .days))
    #expect(
      last.outcomes("r") == [
        .noCandidate(
          .init(recommendation: "next", assets: 4, gated: 1, leftOut: 3, belowThreshold: 0, threshold: 0.2))
      ])
    #expect(
      last.outcomes("r").first?.reason(in: .utc)
        == "`next` finds nothing: of 4 assets 1 does not pass its `where`, 3 were sent or recommended not long ago")
  }

  @Test func thePolicyRepeatsNoAssetEither() throws {
    // The recommendation itself would repeat after a day.
    let daily = next.replacing("30 days", with: "1 day")
    var scene = try scene(
      "rule r { when hot then send best of next once every 10 days } policy { never repeat an asset within 20 days }",
      recommendation: daily)
    #expect(assets(scene.run()) == [["best"]])
    #expect(assets(scene.run(after: TimeSpan(11, .days))) == [["good"]])
    #expect(assets(scene.run(after: TimeSpan(11, .days))) == [["best"]])
  }

  @Test func whatIsHeldIsNotUsedUp() throws {
    var scene = try scene(
      """
      rule high { when hot then send best of next priority 2 }
      rule low { when hot then recommend next }
      policy { quiet between 20:00 and 08:00 }
      """)
    scene.now = try instant("2026-03-02T21:00:00Z")
    let decisions = scene.run()
    #expect(decisions.outcomes("high").first?.name == "held")
    #expect(assets(decisions, "low") == [["best", "good"]])
    // In the morning the best of what is left is sent.
    scene.now = try instant("2026-03-03T08:00:00Z")
    #expect(assets(scene.run(), "high") == [["fair"]])
  }

  // MARK: - Recommending

  @Test func aRecommendationIsKeptWithItsFactors() throws {
    var scene = try scene("rule r { when hot then recommend next once every 10 days }")
    try scene.happen("content_download", to: "ann@acme.example", ["asset": .asset(AssetID(1))])
    let decisions = scene.run()
    #expect(decisions.outcomes("r") == [.act])
    let kept = decisions.changes.recommendations
    #expect(kept.map(\.asset) == [AssetID(0), AssetID(1)])
    #expect(kept.map(\.rank) == [1, 2])
    #expect(kept.map(\.factors) == [[0.9, 0], [0.6, 1]])
    #expect(kept.map(\.use) == [.recommended, .recommended])
    let request = decisions.actions[0].request.text
    #expect(request.contains(#""kind":"recommend""#))
    #expect(request.contains(#""assets":[{"asset":"best","score":0.72},{"asset":"good","score":0.68}]"#))
    #expect(decisions.changes.messages.isEmpty)
    // Both were recommended within 30 days.
    #expect(assets(scene.run(after: TimeSpan(11, .days))) == [["fair"]])
    #expect(assets(scene.run(after: TimeSpan(20, .days))) == [["best", "good"]])
  }

  @Test func aPersonIsAskedFirst() throws {
    var scene = try scene("rule r { when hot then recommend next for approval once every 10 days }")
    let decisions = scene.run()
    #expect(decisions.outcomes("r") == [.needsApproval(.recommendation)])
    #expect(decisions.report("r")?.acted == 1)
    #expect(decisions.changes.recommendations.map(\.use) == [.forApproval, .forApproval])
    // Asking was the rule's turn.
    #expect(scene.run(after: TimeSpan(1, .days)).actions.isEmpty)
  }

  @Test func twoRulesOfOneRunDoNotFindTheSame() throws {
    var scene = try scene(
      """
      rule first { when hot then recommend next for approval priority 3 }
      rule second { when hot then send best of next priority 2 }
      rule third { when hot then send best of next }
      """)
    let decisions = scene.run()
    #expect(assets(decisions, "first") == [["best", "good"]])
    #expect(assets(decisions, "second") == [["fair"]])
    #expect(decisions.outcomes("third").first?.name == "no candidate")
  }

  @Test func nothingFitsAndTheRuleHasItsTurnLater() throws {
    var scene = try scene("rule r { when hot then recommend next }")
    scene.set("language", to: .text("fr"), of: "ann@acme.example")
    #expect(scene.run().outcomes("r").first?.name == "no candidate")
    scene.set("language", to: .text("de"), of: "ann@acme.example")
    #expect(assets(scene.run(after: TimeSpan(1, .days))) == [["fremd"]])
  }

  @Test func contactsAreWeighedEachForThemselves() throws {
    var scene = try scene(
      "rule r { when hot then recommend next }", people: ["ann@acme.example", "ben@acme.example"])
    scene.set("language", to: .text("de"), of: "ben@acme.example")
    #expect(assets(scene.run()) == [["best", "good"], ["fremd"]])
  }

  @Test func equalRunsDecideTheSame() throws {
    var scene = try scene("rule r { when hot then recommend next } rule s { when hot then send best of next }")
    let (first, second) = (scene.decided(), scene.decided())
    #expect(first.actions == second.actions)
    #expect(first.changes == second.changes)
  }

  // MARK: - Tests of the language

  @Test func expectationsKnowTheBest() throws {
    let failures = try expectAllPass(
      base + next + """
        rule r { when hot then send best of next once every 10 days }
        rule q { when warm then recommend next for approval }
        test "the best of the language" {
          at 2026-03-02 09:00
          given contact { email "ann@acme.example"  hot yes  language "en" }
          expect send asset best
          expect send best of next
          expect not send asset good
          wait 11 days
          expect send asset good
        }
        test "nobody gets what is not for them" {
          at 2026-03-02 09:00
          given contact { email "ann@acme.example"  hot yes  language "fr" }
          expect nothing
        }
        test "a person is asked" {
          at 2026-03-02 09:00
          given contact { email "ann@acme.example"  warm yes  language "en" }
          expect recommend next for approval
          expect not send asset best
        }
        """)
    #expect(failures == [])
  }
}
