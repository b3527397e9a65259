import BusinessTime
import RuleEngine
import RuleSemantics

// When a message may go out: caps, quiet hours and send windows, and the smooth release of what waited for them.
extension Decider {
  /// - Parameter heldSince: since when the message has been held; `nil` for one that is not.
  func timing(of contact: Int32, isTransactional: Bool, heldSince: Instant?) -> Outcome {
    var held: Outcome?
    var until = Instant.earliest
    func hold(_ time: Instant, _ reason: Outcome.HoldReason) {
      guard time > until else { return }
      until = time
      held = .held(until: time, reason)
    }
    if !isTransactional {
      for cap in program.policy.caps {
        guard let free = freeTime(under: cap, for: contact) else { continue }
        switch cap.rest {
        case .drop: return .dropped(.cap(limit: cap.limit, perAccount: cap.isPerAccount, per: cap.per))
        case .hold(let upTo):
          let expiry = upTo.map { calendars.common.add($0, to: heldSince ?? now) }
          if let heldSince, let expiry, expiry <= now { return .dropped(.expired(since: heldSince)) }
          hold(min(free, expiry ?? free), .cap(limit: cap.limit, perAccount: cap.isPerAccount, per: cap.per))
        }
      }
    }
    let zone = zone(of: contact)
    for (index, quiet) in program.policy.quiet.enumerated() {
      let window = DailyWindow(from: quiet.from, to: quiet.to)
      let state = quietState(index, quiet.inContactTime ? zone : calendars.common.zone)
      if state.isInside {
        hold(released(contact, from: state.end, over: quiet.release), .quietHours(window))
      } else if let release = quiet.release, let heldSince, heldSince < state.end {
        let leaves = released(contact, from: state.end, over: release)
        if leaves > now { hold(leaves, .release(over: release)) }
      }
    }
    for window in program.policy.sendWindows {
      let calendar = sendCalendar(
        days: window.days, hours: window.hours, zone: window.inContactTime ? zone : calendars.common.zone, of: contact)
      if let opened = calendar.opening(at: now) {
        guard let release = window.release, let heldSince, heldSince < opened else { continue }
        let leaves = released(contact, from: opened, over: release)
        if leaves > now { hold(leaves, .release(over: release)) }
      } else {
        let opens = calendar.nextOpening(from: now)
        hold(released(contact, from: opens, over: window.release), .sendWindow(window.hours))
      }
    }
    return held ?? .act
  }

  // MARK: - Caps

  /// When the cap allows one more message; `nil` when it does now.
  private func freeTime(under cap: CheckedPolicy.Cap, for contact: Int32) -> Instant? {
    let start = calendars.common.subtract(cap.per, from: now)
    let account = snapshot.accountOfContact[Int(contact)]
    let people = cap.isPerAccount && account >= 0 ? contacts(ofAccount: account) : [contact]
    let times = people.flatMap { ledger.countedTimes(of: $0, after: start) }.sorted()
    // The checker refuses a cap of none.
    guard times.count >= cap.limit, cap.limit > 0 else { return nil }
    return max(calendars.common.add(cap.per, to: times[times.count - cap.limit]), now.adding(milliseconds: 1))
  }

  // MARK: - Windows

  /// Where a zone stands in quiet hours: worked out once for all who live by its clock.
  private func quietState(_ index: Int, _ zone: Zone) -> QuietState {
    let key = QuietState.Key(clause: index, zone: zone)
    if let known = quietStates[key] { return known }
    let quiet = program.policy.quiet[index]
    let window = DailyWindow(from: quiet.from, to: quiet.to)
    let isInside = window.contains(now, in: zone)
    let state = QuietState(
      isInside: isInside,
      end: isInside ? window.nextEnd(after: now, in: zone) : window.lastEnd(atOrBefore: now, in: zone))
    quietStates[key] = state
    return state
  }

  /// When the window on those days is open for a contact: never on its holidays, and `weekdays` are the days that it
  /// works.
  func sendCalendar(days: Set<Weekday>, hours: DailyWindow, zone: Zone, of contact: Int32) -> BusinessCalendar {
    var calendar = calendars[.contact, contact]
    if days != BusinessCalendar.mondayToFriday { calendar.workdays = days }
    calendar.zone = zone
    calendar.hours = hours
    return calendar
  }

  /// When a contact leaves that waited until `end`: always at the same place of the span, so that a crowd is spread
  /// evenly, in an order that every run agrees upon.
  private func released(_ contact: Int32, from end: Instant, over span: TimeSpan?) -> Instant {
    guard let length = span?.elapsedMilliseconds, length >= 1 else { return end }
    let place = stableHash(of: key(of: .contact, row: contact), salt: "release")
    return end.adding(milliseconds: Int64(place.multipliedFullWidth(by: UInt64(length)).high))
  }

  // MARK: - Zones

  /// The contact's own zone, otherwise that of its account, otherwise that of the policy. Spelled as in the IANA database
  /// or as HubSpot does; what is neither counts as missing.
  func zone(of contact: Int32) -> Zone {
    if let zone = zone(plan.zoneField, .contact, contact) { return zone }
    let account = snapshot.accountOfContact[Int(contact)]
    if account >= 0, let zone = zone(plan.accountZoneField, .account, account) { return zone }
    return calendars.common.zone
  }

  private func zone(_ field: FieldIndex?, _ subject: Subject, _ row: Int32) -> Zone? {
    guard let field,
      case .text(let spelling) = table(of: subject).value(field, .text, row: Int(row), snapshot.texts)
    else { return nil }
    return Zone(spelling: spelling)
  }
}

/// Where a zone stands in a clause of quiet hours.
struct QuietState {
  struct Key: Hashable {
    var clause: Int
    var zone: Zone
  }

  var isInside: Bool
  /// Inside, when they end; outside, when they ended last.
  var end: Instant
}
