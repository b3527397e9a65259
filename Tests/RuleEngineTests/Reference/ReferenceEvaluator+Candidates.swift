import BusinessTime
import RuleSemantics
import TextMatching

// What assets are worth to contacts, one pair after the other.
extension ReferenceEvaluator {
  struct Weighed {
    var asset: AssetID
    /// In billionths.
    var score: Double
    var factors: [Value]
  }

  /// All candidates that pass the gate and reach the threshold, the best first; ties by name.
  func candidates(
    of recommendation: CheckedRecommendation, for contact: Int, threshold: Double, excluding: Set<Int>
  ) -> [Weighed] {
    var weighed: [Weighed] = []
    for index in world.program.assets.indices where !excluding.contains(index) {
      var environment = Environment(subject: .contact, subjectRow: contact)
      environment.candidate = AssetID(index)
      if let gate = recommendation.gate, condition(gate, environment) != true { continue }
      let factors = recommendation.factors.map { value($0.value, environment) }
      var score = 0.0
      for (factor, value) in zip(recommendation.factors, factors) {
        if case .number(let number) = value { score += factor.weight * min(max(number, 0), 1) }
      }
      let billionths = (score * 1e9).rounded(.toNearestOrEven)
      if billionths < (threshold * 1e9).rounded(.toNearestOrEven) { continue }
      weighed.append(Weighed(asset: AssetID(index), score: billionths, factors: factors))
    }
    return weighed.sorted { left, right in
      if left.score != right.score { return left.score > right.score }
      return world.program[left.asset].name < world.program[right.asset].name
    }
  }

  // MARK: - Affinity

  /// Of all interactions of the contact, each by its decayed weight, the share that touched one of the topics.
  func affinity(_ topics: CheckedExpression, _ halfLife: TimeSpan, _ environment: Environment) -> Value {
    guard case .read(let reference) = topics.kind, case .field(let field) = reference.attribute,
      case .list(let wanted) = value(topics, environment)
    else { return .missing }
    let query = EventQuery(owner: .subject, events: .interactions, filter: nil, window: nil, range: topics.range)
    let interactions = events(query, environment)
    var (touched, all) = (0.0, 0.0)
    for event in interactions {
      let weight = decay(since: event.time, halfLife)
      all += weight
      let members = self.topics(of: event, field)
      if members.contains(where: { member in wanted.contains { compare(member, .equal, $0) == true } }) {
        touched += weight
      }
    }
    return number(touched / all)
  }

  /// Those of the assets that the event names, and those of its own field of the same name.
  private func topics(of event: ReferenceWorld.Event, _ field: FieldIndex) -> [Value] {
    let record = world.program[event.type].record
    var found: [Value] = []
    for (index, schema) in record.fields.enumerated() {
      if case .asset(let asset) = event.fields[index] { found.append(world.program[asset].values[field.index]) }
      if schema.name == world.program.asset[field].name { found.append(event.fields[index]) }
    }
    return found.flatMap { value in if case .list(let members) = value { members } else { [value] } }
  }

  // MARK: - Everybody's events

  private func passes(_ event: ReferenceWorld.Event, _ filter: CheckedExpression?) -> Bool {
    guard let filter else { return true }
    return condition(filter, Environment(subject: .contact, subjectRow: event.owner, event: event)) == true
  }

  private func names(_ event: ReferenceWorld.Event, _ asset: AssetID) -> Bool {
    event.fields.contains(.asset(asset))
  }

  func rate(_ rate: CheckedExpression.Rate, of candidate: AssetID) -> Value {
    let start = world.calendar.zone.startOfDay(day(world.now))
    func counts(_ asset: AssetID) -> (exposures: Double, successes: Double) {
      var (exposures, successes) = (0.0, 0.0)
      for event in world.events where event.type == rate.exposure && names(event, asset) {
        let end = world.calendar.add(rate.within, to: event.time)
        guard event.time < start, end < start, passes(event, rate.exposureFilter) else { continue }
        exposures += 1
        let isSuccess = world.events.contains { outcome in
          outcome.type == rate.outcome && outcome.owner == event.owner && outcome.time > event.time
            && outcome.time <= end && passes(outcome, rate.outcomeFilter)
        }
        if isSuccess { successes += 1 }
      }
      return (exposures, successes)
    }
    let all = world.program.assets.indices.map { counts(AssetID($0)) }
    let overall = all.reduce(0) { $0 + $1.successes } / all.reduce(0) { $0 + $1.exposures }
    let own = counts(candidate)
    if rate.prior == 0 { return number(own.successes / own.exposures) }
    return number((own.successes + rate.prior * overall) / (own.exposures + rate.prior))
  }

  func popularity(_ popularity: CheckedExpression.Popularity, of candidate: AssetID) -> Value {
    func count(_ asset: AssetID) -> Double {
      var sum = 0.0
      for event in world.events where event.type == popularity.event && names(event, asset) {
        guard event.time <= world.now, isInWindow(event, popularity.window), passes(event, popularity.filter) else {
          continue
        }
        sum += popularity.halfLife.map { decay(since: event.time, $0) } ?? 1
      }
      return sum
    }
    let most = world.program.assets.indices.map { count(AssetID($0)) }.max() ?? 0
    return most == 0 ? .number(0) : number(count(candidate) / most)
  }

  private func isInWindow(_ event: ReferenceWorld.Event, _ window: EventQuery.Window?) -> Bool {
    func ago(_ span: TimeSpan) -> Instant { world.calendar.subtract(span, from: world.now) }
    switch window {
    case .within(let span): return event.time > ago(span)
    case .fromTo(let start, let end): return event.time > ago(start) && event.time <= ago(end)
    case nil, .since, .sinceStep, .sinceEnrolment: return true
    }
  }
}
