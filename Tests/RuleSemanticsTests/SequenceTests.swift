import BusinessTime
import RuleDiagnostics
import RuleSemantics
import Testing

@Suite("Recommendations, sequences, experiments")
struct SequenceTests {
  private static let data = """
    contact { email text key  persona one of (cfo, other)  language text }
    account { domain text key  target flag missing means no }
    asset { language text  published date  topics list of text }
    asset guide { language "en" }
    asset short { language "en" }
    event reply worth 1
    event download { asset asset } worth 1
    rule offer { when persona == cfo then send asset guide  once every 10 days }

    """

  @Test(arguments: [
    BookMistake(.incompleteDeclaration, at: "r", "recommendation r { factor a 100% = 1  pick best 1 }"),
    BookMistake(.incompleteDeclaration, at: "r", "recommendation r { from asset  pick best 1 }"),
    BookMistake(
      .duplicateClause, at: "pick best 2",
      "recommendation r { from asset  factor a 100% = 1  pick best 1  pick best 2 }"
    ),
    BookMistake(.notForAccounts, at: "r", "recommendation r for account { from asset  factor a 100% = 1 }"),
    BookMistake(
      .shareOutOfRange, at: "140%",
      "recommendation r { from asset  factor a 100% = 1  pick best 1 scoring at least 140% }"),
    BookMistake(
      .duplicateDeclaration, at: "r",
      "recommendation r { from asset  factor a 100% = 1 }\nrecommendation r { from asset  factor a 100% = 1 }"),
    BookMistake(.incompleteDeclaration, at: "s", "sequence s { enroll when persona == cfo }"),
    BookMistake(
      .duplicateDeclaration, at: "a", "sequence s { step a { send asset guide } step a { send asset short } }"),
    BookMistake(
      .duplicateClause, at: "goal when persona == other",
      "sequence s { goal when did reply  goal when persona == other  step a { send asset guide } }"),
    BookMistake(.notForAccounts, at: "s", "sequence s for account { step a { send asset guide } }"),
    BookMistake(.shareOutOfRange, at: "120%", "sequence s { holdout 120%  step a { send asset guide } }"),
    BookMistake(
      .unknownDay, at: "weekday", "sequence s { act on weekday between 09:00 and 17:00  step a { send asset guide } }"),
    BookMistake(.misplacedSkip, at: "skip lower rules", "sequence s { step a { skip lower rules } }"),
    BookMistake(.fewArms, at: "x", "sequence s { step a { split { arm x 100% { send asset guide } } } }"),
    BookMistake(
      .armsTotal, at: "40%",
      "sequence s { step a { split { arm x 50% { send asset guide } arm y 40% { send asset short } } } }"),
    BookMistake(
      .duplicateDeclaration, at: "x",
      "sequence s { step a { split { arm x 50% { send asset guide } arm x 50% { send asset short } } } }"),
    BookMistake(
      .formerNameInUse, at: "s", "sequence t was s { step a { wait 1 day } }\nsequence s { step a { wait 1 day } }"),
    BookMistake(
      .armsTotal, at: "60%",
      "experiment e on offer { arm x 50% { send asset guide } arm y 60% { send asset short } measure did reply }"),
    BookMistake(
      .incompleteDeclaration, at: "e", "experiment e on offer { arm x 50% { send asset guide } arm y 50% { } }"),
    BookMistake(
      .misplacedStatement, at: "wait 3 days",
      "experiment e on offer { arm x 50% { wait 3 days } arm y 50% { send asset short } measure did reply }"),
    BookMistake(
      .secondExperiment, at: "offer",
      """
      experiment e on offer { arm x 50% { send asset guide } arm y 50% { } measure did reply }
      experiment f on offer { arm x 50% { send asset guide } arm y 50% { } measure did reply }
      """),
  ])
  func oneMistakeGivesOneReport(mistake: BookMistake) {
    #expect(CheckedBook(Self.data + mistake.book).reports == mistake.expected)
  }

  @Test func aWholeRecommendationChecks() throws {
    let book = CheckedBook(
      Self.data,
      """
      recommendation next_best "Next best" {
        from asset where language == contact.language
        never repeat within 180 days
        factor interest 60% = affinity(candidate.topics, half life 30 days)
        factor proven 30% = rate(reply within 14 days after download, prior 5)
        factor fresh 10% = freshness(candidate.published, half life 180 days)
        pick best 3 scoring at least 40%
      }
      """)
    #expect(book.reports == [])
    let recommendation = try #require(book.program.recommendations.first)
    #expect(recommendation.gate != nil)
    #expect(recommendation.neverRepeat == TimeSpan(180, .days))
    #expect(recommendation.factors.map(\.name) == ["interest", "proven", "fresh"])
    #expect(recommendation.pick == 3)
    #expect(recommendation.threshold == 0.4)
  }

  @Test func aWholeSequenceChecks() throws {
    let book = CheckedBook(
      Self.data,
      """
      sequence nurture "Nurture" {
        enroll when persona == cfo
        once every 180 days
        goal when did reply
        exit when any(colleagues where did reply within 30 days)
        holdout 10% by account
        act on weekdays between 09:00 and 17:00 in contact time
        priority 5
        step intro { send asset guide  wait 3 business days }
        step follow_up {
          if did download where asset == guide since step intro { send asset short }
          else { create note "Quiet" }
          wait up to 7 days until did reply
        }
        step offer {
          split by account { arm call 33.3% { create note "Call" } arm mail 33.3% { send asset short } arm rest 33.4% { } }
        }
      }
      """)
    #expect(book.reports == [])
    let sequence = try #require(book.program.sequences.first)
    #expect(sequence.steps.map(\.name) == ["intro", "follow_up", "offer"])
    #expect(sequence.frequency.repetition == .onceEvery(TimeSpan(180, .days)))
    #expect(sequence.holdout == .init(share: 0.1, byAccount: true))
    #expect(sequence.window?.days.count == 5)
    #expect(sequence.exits.count == 1)
    guard case .did(let goal, _) = sequence.goal?.kind else {
      Issue.record("the goal is not a `did`")
      return
    }
    #expect(goal.window == .sinceEnrolment)
    guard case .conditional(let condition, let then, let otherwise, _) = sequence.steps[1].statements[0],
      case .did(let query, _) = condition.kind
    else {
      Issue.record("the step does not start with a condition")
      return
    }
    #expect(query.window == .sinceStep("intro"))
    #expect(then.count == 1)
    #expect(otherwise.count == 1)
    guard case .split(let byAccount, let arms, _) = sequence.steps[2].statements[0] else {
      Issue.record("the last step does not split")
      return
    }
    #expect(byAccount)
    #expect(arms.map(\.share) == [0.333, 0.333, 0.334])
  }

  @Test func anExperimentReplacesTheActionsOfItsRule() throws {
    let book = CheckedBook(
      Self.data,
      """
      experiment length on offer "Which guide" {
        arm long  50% { send asset guide }
        arm short 50% { send asset short }
        measure did reply within 14 days afterwards
      }
      """)
    #expect(book.reports == [])
    let experiment = try #require(book.program.experiments.first)
    #expect(experiment.rule == "offer")
    #expect(experiment.arms.map(\.name) == ["long", "short"])
    #expect(experiment.measures.count == 1)
  }
}
