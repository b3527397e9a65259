import BusinessTime
import Decisioning
import RuleSemantics
import TestSupport
import Testing

struct DecisionStateChangesTests {
  private let now = Instant(milliseconds: 1_000)

  private var table: FiringTable { FiringTable([(row: Int32(1), firing: firing(5))]) }

  private func firing(_ last: Int64) -> Firing { Firing(last: Instant(milliseconds: last), isArmed: false) }

  @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
  func mergingIsSettingOneByOne(seed: UInt64) {
    var numbers = SeededGenerator(seed: seed)
    var (merged, single) = (FiringTable(), FiringTable())
    for _ in 0..<40 {
      let changes = (0..<Int.random(in: 0...30, using: &numbers)).map { index in
        (row: Int32.random(in: 0..<50, using: &numbers), firing: firing(Int64(index)))
      }
      merged.merge(changes)
      for change in changes { single.set(change.firing, at: change.row) }
      #expect(merged == single)
    }
    #expect(merged.rows.count > 40)
  }

  @Test func whatARuleRemembersMovesWithItsName() {
    let held = RuleOccurrence(rule: "old", subject: .contact, row: 2, occurrence: nil)
    let handled = RuleOccurrence(rule: "old", subject: .contact, row: 1, occurrence: .change(id: 7))
    var state = DecisionState(
      deployments: ["old": Deployment(firstAt: now, fingerprint: "a")],
      firings: ["old": table], handled: [handled], holds: [held: HeldMessage(since: now, until: now)],
      approvals: ApprovalState(
        questions: ["old": .init(fingerprint: "a", occurrences: [held], askedAt: now, expiresAt: now)]))
    var changes = StateChanges()
    changes.deployments = [
      .init(rule: "new", formerName: "old", deployment: Deployment(firstAt: now, fingerprint: "b"))
    ]
    state.apply(changes) { _ in 3 }
    #expect(state.deployments == ["new": Deployment(firstAt: now, fingerprint: "b")])
    #expect(state.firings == ["new": table])
    #expect(state.handled.map { $0.rule } == ["new"])
    #expect(state.holds.keys.map { $0.rule } == ["new"])
    #expect(state.approvals.questions.keys.map { $0 } == ["new"])
    #expect(state.approvals.questions["new"]?.occurrences.map(\.rule) == ["new"])
  }

  @Test func heldSinceStaysAsItWasAndUntilIsTheLast() {
    let held = RuleOccurrence(rule: "a", subject: .contact, row: 0, occurrence: nil)
    var state = DecisionState.empty
    var changes = StateChanges()
    changes.holds = [.init(occurrence: held, since: now, until: Instant(milliseconds: 5_000))]
    state.apply(changes) { _ in 1 }
    changes.holds = [.init(occurrence: held, since: Instant(milliseconds: 4_000), until: Instant(milliseconds: 9_000))]
    state.apply(changes) { _ in 1 }
    #expect(state.holds == [held: HeldMessage(since: now, until: Instant(milliseconds: 9_000))])
  }
}
