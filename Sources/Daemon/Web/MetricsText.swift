package import BusinessTime
import Service

/// What the daemon counts, as Prometheus reads it.
package enum MetricsText {
  package static func text(of facts: DaemonState.Facts, now: Instant) -> String {
    var lines: [String] = []
    func add(_ name: String, _ kind: String, _ help: String, _ value: Double) {
      lines += ["# HELP abm_\(name) \(help)", "# TYPE abm_\(name) \(kind)", "abm_\(name) \(number(value))"]
    }
    func age(_ instant: Instant?) -> Double {
      instant.map { Double(now.milliseconds - $0.milliseconds) / 1_000 } ?? -1
    }
    add("runs_total", "counter", "Evaluations that were committed.", Double(facts.runs))
    add("actions_total", "counter", "Actions that were decided.", Double(facts.actions))
    add("dispatched_total", "counter", "Actions that were carried out.", Double(facts.dispatched))
    add("deliveries_total", "counter", "Webhooks and posts of events that were taken in.", Double(facts.deliveries))
    add("events_total", "counter", "Events that were new.", Double(facts.events))
    add("everybody_runs_total", "counter", "Evaluations over everybody.", Double(facts.everybodyRuns))
    add("contacts_decided_total", "counter", "Contacts that evaluations looked at.", Double(facts.lookedAt))
    add("everybody_age_seconds", "gauge", "Since everybody was last looked at; -1 before.", age(facts.lastEverybody))
    add(
      "run_seconds", "gauge", "How long the last evaluation over everybody took.",
      Double(facts.lastRunMilliseconds) / 1_000)
    add("run_age_seconds", "gauge", "Since the last evaluation; -1 before the first.", age(facts.lastRun))
    add("sync_age_seconds", "gauge", "Since HubSpot was last read; -1 before.", age(facts.lastSync))
    add("backup_age_seconds", "gauge", "Since the last scheduled backup; -1 before.", age(facts.lastBackup))
    add("inbox_waiting", "gauge", "Deliveries that are not yet worked in.", Double(facts.waitingDeliveries))
    add("outbox_waiting", "gauge", "Actions that are not yet carried out.", Double(facts.waitingActions))
    add("outbox_parked", "gauge", "Actions that wait for a person.", Double(facts.parkedActions))
    add("outbox_failed", "gauge", "Actions that cannot be carried out.", Double(facts.failedActions))
    lines += ["# HELP abm_failing Whether a part of the daemon fails.", "# TYPE abm_failing gauge"]
    for part in DaemonState.Part.allCases {
      lines.append("abm_failing{part=\"\(part.rawValue)\"} \(facts.problems[part] == nil ? 0 : 1)")
    }
    lines += ["# HELP abm_rulebook_info The rule book that is followed.", "# TYPE abm_rulebook_info gauge"]
    lines.append("abm_rulebook_info{hash=\"\(facts.book.hash)\"} 1")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }
}
