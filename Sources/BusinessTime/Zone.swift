import Synchronization

/// A time zone of the IANA database: what the wall clocks of a place have shown and will show, for the years 1850 to
/// 2200. Outside them the nearest known offset holds.
package struct Zone: Hashable, Sendable {
  private let transitions: ZoneTransitions

  /// UTC, the zone where nothing else is said.
  package static let utc = Zone(ZoneTransitions(identifier: "UTC", instants: [], offsets: [0]))

  /// Every identifier worth proposing, sorted; `init(identifier:)` also takes the older names of these zones.
  package static let knownIdentifiers: [String] = ZoneTransitions.knownIdentifiers()

  /// What `init(identifier:)` has found so far, `nil` for what is no zone, so that a million contacts cost one lookup
  /// per distinct text. What is no zone is bounded, since the texts come from data.
  private static let cache = Mutex<[String: Zone?]>([:])
  private static let cacheLimit = 4096

  /// The zone of an IANA identifier such as `Europe/London` or `UTC`, in its exact spelling; `nil` when there is none.
  /// Abbreviations such as `EST` are none: they do not say when summer time holds.
  package init?(identifier: String) {
    if identifier == "UTC" {
      self = .utc
      return
    }
    if let known = Zone.cache.withLock({ $0[identifier] }) {
      guard let known else { return nil }
      self = known
      return
    }
    // Read outside the lock: two threads may both read a zone, and the values they get are equal.
    let loaded = ZoneTransitions.load(identifier: identifier).map(Zone.init)
    Zone.cache.withLock { cache in
      if loaded != nil || cache.count < Zone.cacheLimit { cache[identifier] = .some(loaded) }
    }
    guard let loaded else { return nil }
    self = loaded
  }

  private init(_ transitions: ZoneTransitions) {
    self.transitions = transitions
  }

  package var identifier: String { transitions.identifier }

  package static func == (left: Zone, right: Zone) -> Bool {
    left.transitions === right.transitions || left.identifier == right.identifier
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(identifier)
  }

  /// Milliseconds to add to UTC for the wall clock at `instant`; positive east of Greenwich.
  package func offset(at instant: Instant) -> Int64 {
    transitions.offsets[countOfEntries(in: transitions.instants, notAbove: instant.milliseconds)]
  }

  /// What the wall clock shows at `instant`, held between the years 1 and 9999.
  package func civil(at instant: Instant) -> (date: CivilDate, millisecondsOfDay: Int) {
    let instant = min(max(instant, .earliest), .latest)
    let local = instant.milliseconds + offset(at: instant)
    let (day, millisecondsOfDay) = local.dividedRoundingDown(by: millisecondsPerDay)
    return (CivilDate(dayNumber: Int32(day)), Int(millisecondsOfDay))
  }

  /// The day on the wall calendar at `instant`.
  package func day(of instant: Instant) -> CivilDate {
    civil(at: instant).date
  }

  /// The instant at which the wall clock shows this. A time that the clocks skip moves forward by the length of the
  /// gap (02:30 becomes 03:30); one that they show twice is the first.
  package func instant(_ date: CivilDate, millisecondsOfDay: Int) -> Instant {
    let local = Int64(date.dayNumber) * millisecondsPerDay + Int64(millisecondsOfDay)
    return Instant(milliseconds: local - offsetBeforeOrAt(local: local))
  }

  /// The instant at which the wall clock shows this; skipped and repeated times as in `instant(_:millisecondsOfDay:)`.
  package func instant(_ date: CivilDate, _ time: ClockTime) -> Instant {
    instant(date, millisecondsOfDay: time.millisecondsOfDay)
  }

  /// The first instant of the day; not always midnight, since some zones skip it in spring.
  package func startOfDay(_ date: CivilDate) -> Instant {
    instant(date, millisecondsOfDay: 0)
  }

  /// The first instant at which the wall clock shows this or has jumped past it: as `instant(_:_:)`, but a time that
  /// the clocks skip becomes the end of the gap, as the bounds of a window need it.
  func firstInstant(atOrPast time: ClockTime, on date: CivilDate) -> Instant {
    let local = Int64(date.dayNumber) * millisecondsPerDay + Int64(time.millisecondsOfDay)
    let index = countOfEntries(in: transitions.localStarts, notAbove: local)
    let plain = local - transitions.offsets[index]
    guard index < transitions.instants.count else { return Instant(milliseconds: plain) }
    return Instant(milliseconds: min(plain, transitions.instants[index]))
  }

  /// When the clocks change next, after `instant`; `nil` when they do not.
  package func nextTransition(after instant: Instant) -> Instant? {
    let index = countOfEntries(in: transitions.instants, notAbove: instant.milliseconds)
    return index < transitions.instants.count ? Instant(milliseconds: transitions.instants[index]) : nil
  }

  /// How many milliseconds a reading of the wall clock, counted as if it were UTC, may go on before another offset holds
  /// for it; `Int64.max` when none does.
  func timeToLocalBreak(_ local: Int64) -> Int64 {
    let index = countOfEntries(in: transitions.localStarts, notAbove: local)
    return index < transitions.localStarts.count ? transitions.localStarts[index] - local : .max
  }

  private func offsetBeforeOrAt(local: Int64) -> Int64 {
    transitions.offsets[countOfEntries(in: transitions.localStarts, notAbove: local)]
  }
}

let millisecondsPerDay: Int64 = 86_400_000

/// How many of the ascending numbers are at or below `limit`.
private func countOfEntries(in numbers: [Int64], notAbove limit: Int64) -> Int {
  var low = 0
  var high = numbers.count
  while low < high {
    let middle = (low &+ high) / 2
    if numbers[middle] <= limit { low = middle &+ 1 } else { high = middle }
  }
  return low
}

extension Int64 {
  /// The quotient towards minus infinity, and a remainder that is not negative.
  func dividedRoundingDown(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }
}
