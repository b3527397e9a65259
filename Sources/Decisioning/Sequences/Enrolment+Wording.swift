package import BusinessTime

// All wording of where somebody is in a sequence.
extension Enrolment {
  /// What it does now, or how it ended, without a period: `at step intro, waits until 2026-03-05 09:00`.
  package func text(in zone: Zone) -> String {
    if let ending, let endedAt { return "\(ending.text) on \(endedAt.minuteText(in: zone))" }
    let held = isHeldOut ? "held out, " : ""
    if isPaused { return "\(held)at step \(place.step), paused" }
    return "\(held)at step \(place.step)\(rest.text(in: zone).map { ", \($0)" } ?? "")"
  }
}

extension Enrolment.Rest {
  package func text(in zone: Zone) -> String? {
    switch self {
    case .ready: "goes on with the next run"
    case .waiting(let end): "waits until \(end.minuteText(in: zone))"
    case .held(let end): "its message is held until \(end.minuteText(in: zone))"
    case .closed(let opening): "acts again from \(opening.minuteText(in: zone))"
    }
  }
}

extension Enrolment.Ending {
  /// One word, the same in every report and in the store.
  package var name: String {
    switch self {
    case .goal: "goal"
    case .exited: "exited"
    case .finished: "finished"
    case .removed: "removed"
    }
  }

  package var text: String {
    switch self {
    case .goal: "reached the goal"
    case .exited(let condition): "left, since `\(condition)`"
    case .finished: "went through to the end"
    case .removed(let by?): "was taken out by `\(by)`"
    case .removed(nil): "was taken out by a person"
    }
  }
}

extension Enrolment.Source {
  package var text: String {
    switch self {
    case .condition: "by its `enroll when`"
    case .action: "by a rule"
    case .command: "by a person"
    }
  }
}
