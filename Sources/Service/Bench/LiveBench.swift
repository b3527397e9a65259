import BusinessTime
import RuleEngine
import RuleSemantics

/// What keeping the answers of a rule book costs while data change.
package struct LiveResult: Sendable {
  /// All answers about everybody, and until when they hold.
  package var building = Stopwatch()
  package var arming = Stopwatch()
  /// All answers about one contact, from nothing.
  package var singles: [Double] = []
  /// One event of one contact until it is known what flipped, and until the timers are set too.
  package var events: [Double] = []
  package var armedEvents: [Double] = []
  /// One event each of one contact in a hundred, together.
  package var hundredth: [Double] = []
  package var hundredthCount = 0
  /// An hour passes; how many timers came up, and how many of these flipped nothing.
  package var hour = Stopwatch()
  package var timers = 0
  package var earlyTimers = 0
  /// One look at the clock while nothing can have changed, and how many answers that computed.
  package var idle = 0.0
  package var idleEvaluations = 0
}

struct LiveBench {
  let plan: EvaluationPlan
  let snapshot: Snapshot
  let calendar: BusinessCalendar
  let now: Instant
  private var random = SplitMix64(state: 5)
  private var nextID: Int64 = 1 << 40

  init(plan: EvaluationPlan, snapshot: Snapshot, calendar: BusinessCalendar, now: Instant) {
    self.plan = plan
    self.snapshot = snapshot
    self.calendar = calendar
    self.now = now
  }

  mutating func measure(progress: (Double, String) -> Void) -> LiveResult {
    var result = LiveResult()
    progress(0, "keeping answers")
    let live = result.building.measure {
      LiveEvaluation(plan: plan, snapshot: snapshot, now: now, calendar: calendar)
    }
    progress(0.4, "setting timers")
    result.arming.measure { _ = live.nextInstant }
    guard snapshot.contacts.count > 0 else { return result }
    progress(0.7, "changing data")
    for _ in 0..<2000 {
      let row = Int32(random.below(snapshot.contacts.count))
      result.singles.append(measured { live.recompute(.contact, row: row) })
    }
    measureEvents(live, &result)
    measureTime(live, &result)
    progress(1, "")
    return result
  }

  private mutating func measureEvents(_ live: LiveEvaluation, _ result: inout LiveResult) {
    guard let type = busiestType else { return }
    var now = now
    for _ in 0..<2000 {
      now = now.adding(milliseconds: 1)
      let change = event(type, of: random.below(snapshot.contacts.count), at: now)
      let changing = measured {
        live.apply(change)
        live.advance(to: now)
      }
      result.events.append(changing)
      result.armedEvents.append(changing + measured { _ = live.nextInstant })
    }
    result.hundredthCount = max(1, snapshot.contacts.count / 100)
    for _ in 0..<5 {
      now = now.adding(milliseconds: 1)
      let changes = (0..<result.hundredthCount).map { index in
        event(type, of: index * 100 % snapshot.contacts.count, at: now)
      }
      result.hundredth.append(
        measured {
          for change in changes { live.apply(change) }
          live.advance(to: now)
        })
      _ = live.nextInstant
    }
  }

  private func measureTime(_ live: LiveEvaluation, _ result: inout LiveResult) {
    let end = live.now.adding(milliseconds: 3_600_000)
    result.hour.measure {
      while let next = live.nextInstant, next <= end {
        result.timers += 1
        if live.advance(to: next).isEmpty { result.earlyTimers += 1 }
      }
    }
    guard let next = live.nextInstant, next.milliseconds - live.now.milliseconds > 1 else { return }
    let evaluations = live.evaluations
    let step = max(1, (next.milliseconds - live.now.milliseconds) / 1001)
    let looks = Int(min(1000, (next.milliseconds - live.now.milliseconds - 1) / step))
    let seconds = measured {
      for _ in 0..<looks {
        live.advance(to: live.now.adding(milliseconds: step))
        _ = live.nextInstant
      }
    }
    result.idle = looks > 0 ? seconds / Double(looks) : 0
    result.idleEvaluations = live.evaluations - evaluations
  }

  /// The type of contacts' events of which there are the most.
  private var busiestType: EventID? {
    plan.program.events.indices.filter { !plan.program.events[$0].isForAccount && !snapshot.events[$0].times.isEmpty }
      .max { snapshot.events[$0].count < snapshot.events[$1].count }.map(EventID.init)
  }

  /// With the fields of another event of the type.
  private mutating func event(_ type: EventID, of contact: Int, at instant: Instant) -> LiveChange {
    nextID += 1
    let table = snapshot.events[type.index]
    let row = random.below(table.count)
    let fields = plan.program[type].record.fields.enumerated().map { index, field in
      table.columns[index].count > row ? table.columns[index].value(at: row, field.type, snapshot.texts) : .missing
    }
    return .event(
      type, owner: Int32(contact), id: nextID, at: instant, recordedAt: instant, fields: fields)
  }

  private func measured(_ body: () -> Void) -> Double {
    var watch = Stopwatch()
    watch.measure(body)
    return watch.seconds
  }
}
