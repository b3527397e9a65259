import RuleDiagnostics
import RuleEngine

extension BenchResult {
  /// How many times as fast as a full evaluation it is to take over a change of one contact in a hundred.
  private func hundredthGain(_ live: LiveResult) -> Double {
    let seconds = Self.quantile(live.hundredth, 0.5)
    return seconds > 0 ? evaluation / seconds : 0
  }

  func liveJSON(_ live: LiveResult) -> JSONValue {
    .members([
      ("build_s", .number(live.building.seconds)), ("set_timers_s", .number(live.arming.seconds)),
      ("one_contact_p50_s", .number(Self.quantile(live.singles, 0.5))),
      ("one_contact_p99_s", .number(Self.quantile(live.singles, 0.99))),
      ("one_event_p50_s", .number(Self.quantile(live.events, 0.5))),
      ("one_event_p99_s", .number(Self.quantile(live.events, 0.99))),
      ("one_event_and_timers_p50_s", .number(Self.quantile(live.armedEvents, 0.5))),
      ("one_event_and_timers_p99_s", .number(Self.quantile(live.armedEvents, 0.99))),
      ("hundredth_contacts", .integer(live.hundredthCount)),
      ("hundredth_s", .number(Self.quantile(live.hundredth, 0.5))), ("hundredth_gain", .number(hundredthGain(live))),
      ("hour_s", .number(live.hour.seconds)), ("hour_timers", .integer(live.timers)),
      ("hour_early_timers", .integer(live.earlyTimers)), ("idle_s", .number(live.idle)),
      ("idle_evaluations", .integer(live.idleEvaluations)),
    ])
  }

  func liveLines(_ live: LiveResult) -> [String] {
    [
      "keep all answers      \(Self.duration(live.building.seconds)), and \(Self.duration(live.arming.seconds)) to set all timers",
      "  one contact         \(spread(live.singles)), all answers",
      "  one event           \(spread(live.events)); with timers \(spread(live.armedEvents))",
      "  1 % of contacts     \(Self.duration(Self.quantile(live.hundredth, 0.5))) for \(Plural.count(live.hundredthCount, "event")); "
        + "a full evaluation takes \(decimalText((hundredthGain(live) * 10).rounded() / 10)) times as long",
      "  an hour passes      \(Self.duration(live.hour.seconds)), \(Plural.count(live.timers, "timer")), of which "
        + "\(Plural.grouped(live.earlyTimers)) changed nothing",
      "  nothing happens     \(Self.duration(live.idle)), \(Plural.count(live.idleEvaluations, "answer")) computed",
    ]
  }

  func spread(_ values: [Double]) -> String {
    "\(Self.duration(Self.quantile(values, 0.5))) median, \(Self.duration(Self.quantile(values, 0.99))) p99"
  }
}
