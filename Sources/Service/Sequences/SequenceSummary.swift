import BusinessTime
import ContactStore
import Decisioning
package import RuleDiagnostics
import RuleSemantics

/// How a sequence fares, for reports.
package struct SequenceSummary: Sendable {
  package let name: String
  let title: String?
  /// Of the present text.
  let version: String
  /// In the order of the present text.
  let steps: [String]
  /// `nil` before the first run.
  let deployment: SequenceDeployment?
  let isPausedByText: Bool
  let holdout: CheckedSequence.Holdout?
  let performance: SequencePerformance
  /// Actions of its steps that wait for a person.
  let asked: Int

  /// Those for whom it acts.
  var acting: [SequencePerformance.Group] { performance.groups.filter { !$0.isHeldOut } }
  var heldOut: [SequencePerformance.Group] { performance.groups.filter(\.isHeldOut) }

  var isPaused: Bool { isPausedByText || deployment?.isPaused == true }

  /// Whether who is held out is drawn by account, so that the people of one do not count as drawn apart.
  var isLiftByAccount: Bool { holdout?.byAccount == true && clusteredLift != nil }

  private var clusteredLift: ProportionDifference? {
    func clusters(isHeldOut: Bool) -> [(people: Int, hits: Int)] {
      performance.clusters.filter { $0.isHeldOut == isHeldOut }.map { ($0.entered, $0.reachedGoal) }
    }
    return ProportionDifference(clusters: clusters(isHeldOut: false), minus: clusters(isHeldOut: true))
  }

  /// How much more often the goal is reached than by those held out; `nil` while nobody is.
  var lift: ProportionDifference? {
    if isLiftByAccount { return clusteredLift }
    return ProportionDifference(
      acting.sum(\.reachedGoal), of: acting.sum(\.entered), minus: heldOut.sum(\.reachedGoal),
      of: heldOut.sum(\.entered))
  }

  // MARK: - JSON

  /// `name`, `title`, `version`, `since`, `paused`, the sums of `entered`, `active`, `goal`, `exited`, `finished`,
  /// `removed`, the same in `held_out`, `lift` (`difference`, `low`, `high`, `unit`, `method`), and by version `steps` and `arms`.
  package var json: JSONValue {
    .members([
      ("name", .text(name)), ("title", title.map(JSONValue.text)), ("version", .text(version)),
      ("since", deployment.map { .text($0.firstAt.description) } ?? .null), ("paused", .flag(isPaused)),
      ("asked", .integer(asked)), ("groups", .list(performance.groups.map(json))),
      (
        "lift",
        lift.map {
          .members([
            ("difference", .number($0.difference)), ("low", .number($0.low)), ("high", .number($0.high)),
            ("unit", .text(isLiftByAccount ? "account" : "contact")),
            (
              "method",
              .text(
                isLiftByAccount
                  ? "delta method over accounts, no narrower than Newcombe 1998, method 10, 95 %"
                  : "Newcombe 1998, method 10, 95 %")
            ),
          ])
        } ?? .null
      ),
      ("steps", .list(performance.steps.map(json))), ("arms", .list(performance.arms.map(json))),
    ])
  }

  private func json(_ group: SequencePerformance.Group) -> JSONValue {
    .members([
      ("version", .text(group.version)), ("held_out", .flag(group.isHeldOut)), ("entered", .integer(group.entered)),
      ("active", .integer(group.active)), ("goal", .integer(group.reachedGoal)), ("exited", .integer(group.exited)),
      ("finished", .integer(group.finished)), ("removed", .integer(group.removed)),
    ])
  }

  private func json(_ step: SequencePerformance.Step) -> JSONValue {
    .members([
      ("version", .text(step.version)), ("step", .text(step.step)), ("entered", .integer(step.entered)),
      ("acted", .integer(step.acted)), ("waiting", .integer(step.waiting)), ("goal", .integer(step.reachedGoal)),
      ("exited", .integer(step.exited)), ("removed", .integer(step.removed)),
    ])
  }

  private func json(_ arm: SequencePerformance.Arm) -> JSONValue {
    .members([
      ("version", .text(arm.version)), ("step", .text(arm.step)), ("arm", .text(arm.arm)),
      ("entered", .integer(arm.entered)), ("goal", .integer(arm.reachedGoal)),
    ])
  }
}

extension [SequencePerformance.Group] {
  func sum(_ count: (SequencePerformance.Group) -> Int) -> Int { reduce(0) { $0 + count($1) } }
}
