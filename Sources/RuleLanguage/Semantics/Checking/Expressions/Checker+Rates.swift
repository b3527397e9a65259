import BusinessTime
import RuleDiagnostics
import RuleSyntax

// What everybody's events say of an asset: `rate` and `popularity`.
extension Checker {
  mutating func checkRate(_ rate: Expression.Rate, in scope: Scope, at range: SourceRange) -> CheckedExpression {
    guard scope.hasCandidate else {
      report(.outsideRecommendation("rate", at: range))
      return failed(at: range)
    }
    let outcome = checkRated(rate.outcome, rate.outcomeFilter, of: "rate", in: scope)
    let exposure = checkRated(rate.exposure, rate.exposureFilter, of: "rate", in: scope)
    let within = checkSpan(rate.within)
    if rate.prior.value < 0 { report(.notPositive(text(rate.prior.range), what: "prior", at: rate.prior.range)) }
    guard let outcome, let exposure, let within, rate.prior.value >= 0, namesAsset(exposure.event, rate.exposure)
    else { return failed(at: range) }
    return CheckedExpression(
      .rate(
        .init(
          outcome: outcome.event, outcomeFilter: outcome.filter, within: within, exposure: exposure.event,
          exposureFilter: exposure.filter, prior: rate.prior.value)), .number, mayBeMissing: true, at: range)
  }

  /// `popularity(content_download within 7 days)`, `popularity(content_download, half life 2 days)`
  mutating func checkPopularity(
    _ aggregate: Expression.Aggregate, of name: Name, in scope: Scope, at range: SourceRange
  ) -> CheckedExpression {
    guard scope.hasCandidate else {
      report(.outsideRecommendation("popularity", at: aggregate.functionRange))
      return failed(at: range)
    }
    let rows = aggregate.rows
    let rated = checkRated(name, rows.filter, of: "popularity", in: scope)
    let window = checkWindow(rows.window, in: scope)
    guard isAllowedHalfLife(rows, of: .popularity) else { return failed(at: range) }
    switch window {
    case nil, .within, .fromTo: break
    case .since, .sinceStep, .sinceEnrolment:
      report(
        .wrongArguments(
          "popularity", form: "popularity(E within D)", example: "popularity(\(name.text) within 7 days)", at: range))
      return failed(at: range)
    }
    let halfLife = rows.halfLife.map { checkSpan($0, allowsUneven: false) }
    guard let rated, namesAsset(rated.event, name), (window == nil) == (rows.window == nil),
      (halfLife == nil) || halfLife != .some(nil)
    else { return failed(at: range) }
    return CheckedExpression(
      .popularity(.init(event: rated.event, filter: rated.filter, window: window, halfLife: halfLife ?? nil)), .number,
      mayBeMissing: false, at: range)
  }

  /// One kind of event that contacts have, not all interactions, and a filter that reads nothing else.
  private mutating func checkRated(
    _ name: Name, _ filter: Expression?, of function: String, in scope: Scope
  ) -> (event: EventID, filter: CheckedExpression?)? {
    guard let events = resolveEvent(name) else { return nil }
    guard case .type(let event) = events else {
      report(.everybodysInteractions(function, at: name.range))
      return nil
    }
    guard !program[event].isForAccount else {
      report(.everybodysAccountEvents(name.text, function, at: name.range, declaration: program[event].range))
      return nil
    }
    let checked = filter.map { checkFilter($0, of: events, in: scope) }
    if let stranger = checked?.stranger {
      report(.everybodysEvents(text(stranger), function, at: stranger))
      return nil
    }
    return (event, checked)
  }

  private mutating func namesAsset(_ event: EventID, _ name: Name) -> Bool {
    if program[event].record.fields.contains(where: { $0.type == .asset }) { return true }
    report(.rateWithoutAsset(name.text, at: name.range, declaration: program[event].range))
    return false
  }
}

extension CheckedExpression {
  /// Where it first reads something else than the event of a row: it would say something else for each person.
  fileprivate var stranger: SourceRange? {
    switch kind {
    case .read(let reference), .isUnchanged(let reference, _): return reference.variable == .row ? nil : range
    case .candidate, .did, .events, .people, .affinity, .rate, .popularity: return range
    case .constant, .now, .today, .ago: return nil
    case .assetField(of: let operand, _), .not(let operand), .isKnown(let operand), .matches(let operand, _),
      .inLast(let operand, _), .inNext(let operand, _), .negate(let operand), .shift(let operand, _, later: _),
      .freshness(let operand, halfLife: _), .diminishing(let operand, halfAt: _):
      return operand.stranger
    case .and(let operands), .or(let operands): return operands.lazy.compactMap(\.stranger).first
    case .compare(let left, _, let right), .isInList(let left, let right), .text(let left, _, let right),
      .arithmetic(let left, _, let right), .otherwise(let left, let right), .closeness(let left, let right):
      return left.stranger ?? right.stranger
    case .isOneOf(let operand, let values): return operand.stranger ?? values.lazy.compactMap(\.stranger).first
    case .between(let operand, let low, let high): return operand.stranger ?? low.stranger ?? high.stranger
    case .conditional(let condition, then: let then, otherwise: let otherwise):
      return condition.stranger ?? then.stranger ?? otherwise.stranger
    case .interpolation(let parts):
      return parts.lazy.compactMap { part -> SourceRange? in
        if case .value(let value) = part { value.stranger } else { nil }
      }.first
    }
  }
}
