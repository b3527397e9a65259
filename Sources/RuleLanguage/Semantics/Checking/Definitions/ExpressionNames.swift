import RuleSyntax

// Which names stand in an expression, whatever they mean: enough to put definitions in an order in which what one reads
// mostly comes before it. Only checking tells what a name really is.
extension Expression {
  func forEachName(_ visit: (String) -> Void) {
    switch kind {
    case .missing, .number, .percent, .flag, .date, .dateTime, .clockTime, .duration, .ago: return
    case .text(let text):
      for case .value(let value) in text.parts { value.forEachName(visit) }
    case .path(let path):
      for name in path.prefix(2) { visit(name.text) }
    case .shifted(_, _, let operand), .parenthesized(let operand), .negate(let operand), .not(let operand):
      operand.forEachName(visit)
    case .call(_, let arguments):
      for case .value(let value) in arguments { value.forEachName(visit) }
    case .aggregate(let aggregate):
      aggregate.value?.forEachName(visit)
      aggregate.rows.filter?.forEachName(visit)
      aggregate.rows.window?.forEachName(visit)
    case .rate(let rate):
      rate.outcomeFilter?.forEachName(visit)
      rate.exposureFilter?.forEachName(visit)
    case .arithmetic(let left, _, let right), .otherwise(let left, let right), .comparison(let left, _, _, let right):
      left.forEachName(visit)
      right.forEachName(visit)
    case .and(let operands), .or(let operands):
      for operand in operands { operand.forEachName(visit) }
    case .predicate(let operand, let predicate, _, _):
      operand.forEachName(visit)
      predicate.forEachName(visit)
    case .did(let query, _), .noEvent(let query):
      query.filter?.forEachName(visit)
      query.window?.forEachName(visit)
    case .conditional(let condition, let then, let otherwise):
      for part in [condition, then, otherwise] { part.forEachName(visit) }
    }
  }
}

extension Expression.Predicate {
  fileprivate func forEachName(_ visit: (String) -> Void) {
    switch self {
    case .isKnown, .isUnknown, .inLast, .inNext, .matches, .unchangedFor: return
    case .inValues(let values):
      for value in values { value.forEachName(visit) }
    case .inList(let value), .contains(let value), .startsWith(let value), .endsWith(let value):
      value.forEachName(visit)
    case .between(let low, let high):
      low.forEachName(visit)
      high.forEachName(visit)
    }
  }
}

extension Expression.Window {
  func forEachName(_ visit: (String) -> Void) {
    if case .since(let moment) = self { moment.forEachName(visit) }
  }
}

extension DeclaredDefinition {
  func forEachName(_ visit: (String) -> Void) {
    switch syntax {
    case .define(let define): define.value.forEachName(visit)
    case .segment(let segment):
      segment.condition.forEachName(visit)
      segment.until?.forEachName(visit)
    case .score(let score):
      for item in score.items {
        switch item {
        case .factor(let factor): factor.value.forEachName(visit)
        case .points(let points):
          switch points.basis {
          case .when(let condition): condition.forEachName(visit)
          case .per(let per):
            per.filter?.forEachName(visit)
            per.window?.forEachName(visit)
          }
        case .limit: continue
        }
      }
    case .journey(let journey):
      for item in journey.items {
        switch item {
        case .stage(_, let condition, _): condition?.forEachName(visit)
        case .movesBack(let condition, _): condition.forEachName(visit)
        case .neverMovesBack: continue
        }
      }
    }
  }
}
