import BusinessTime
import Decisioning
import RuleDiagnostics
import RuleSemantics

/// What a run did with one sequence, in the report of `plan` and `run`.
struct SequenceSection {
  private let result: RunResult
  private let style: Style

  init(_ result: RunResult, _ style: Style) {
    self.result = result
    self.style = style
  }

  func lines(of report: Decisions.SequenceReport) -> [String] {
    let sequence = result.book.program.sequences.first { $0.name == report.name }
    let file = result.book.source[report.range.file]
    let place = "\(file.path):\(file.position(at: report.range.start).line)"
    let title = sequence?.title.map { "  \($0)" } ?? ""
    var lines = ["\(style.bold(report.name))\(title)  \(style.faint("sequence, \(place)"))", "  " + counts(report)]
    if let approval = report.approval {
      lines.append(style.yellow("  waits for approval: \(approval.sequenceText)"))
      lines.append("    to approve: abm-rules run --approve \(report.name)")
    }
    if report.isPaused { lines.append(style.yellow("  paused")) }
    if report.stranded > 0 {
      let problem = report.problem.map { ": \($0.message)" } ?? ""
      lines.append(
        style.yellow(
          "  \(Plural.count(report.stranded, "contact")) in an earlier version that does not check any more\(problem)"))
      lines.append("    to move them: abm-rules sequences migrate \(report.name)")
    }
    return lines
  }

  private func counts(_ report: Decisions.SequenceReport) -> String {
    let parts: [(Int, String)] = [
      (report.enrolled, "come in"), (report.heldOut, "held out"), (report.acted, "acted on"),
      (report.waiting, "waiting"), (report.held, "held by the policy"), (report.closed, "outside its times"),
      (report.paused, "paused"), (report.reachedGoal, "reached the goal"), (report.exited, "left"),
      (report.finished, "went through"), (report.removed, "taken out"), (report.unknown, "unknown for missing data"),
    ]
    let told = parts.filter { $0.0 > 0 }.map { "\(Plural.grouped($0.0)) \($0.1)" }
    let matching = "\(Plural.count(report.matched, "contact")) \(report.matched == 1 ? "matches" : "match")"
    return ([matching] + told).joined(separator: " · ")
  }
}

extension Outcome.ApprovalReason {
  /// What it is about who comes in.
  fileprivate var sequenceText: String {
    switch self {
    case .firstDeployment(let people): "it is new and would enroll \(people) people who were there before it"
    case .actsOnMany(let subjects, let limit): "it would enroll \(subjects), more than \(limit)"
    case .recommendation, .asked: text
    }
  }
}
