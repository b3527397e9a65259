package import BusinessTime
package import RuleSemantics

/// Names a node: its position in `PlanGraph.nodes`.
package struct NodeID: Hashable, Comparable, Sendable {
  package let index: Int

  package static func < (left: NodeID, right: NodeID) -> Bool { left.index < right.index }
}

/// A value for each row of a frame, computed from other nodes. Equal nodes are one node.
package struct Node: Hashable, Sendable {
  package var kind: Kind
  package var frame: FrameID
  package var type: ValueType

  package enum Kind: Hashable, Sendable {
    // Leaves.
    case constant(Value)
    case now
    case today
    /// `now` moved by a span.
    case moment(TimeSpan, later: Bool)
    case field(FieldIndex)
    case eventTime
    case eventWorth
    case triggerTime
    case triggerWorth
    case triggerOld
    case triggerNew
    /// The asset itself, for each asset.
    case candidate
    /// When the enrolment at hand began the step of that name; missing before it did.
    case stepTime(String)

    /// The operand's value at the row that the step leads to; missing where it leads nowhere.
    case gather(NodeID, Step)

    // Definitions.
    case definition(DefinitionID, NodeID)
    case factorScore([FactorTerm])
    case pointsScore([PointsTerm], limit: ClosedRange<Double>?)
    case journey(DefinitionID, stages: [NodeID?], movesBack: NodeID?)
    case segment(DefinitionID, NodeID, until: NodeID?)
    /// Whether the operand, a journey or segment, is unchanged for the span; unknown where it is missing.
    case definitionIsUnchanged(DefinitionID, NodeID, TimeSpan)

    // Conditions.
    case not(NodeID)
    case and([NodeID])
    case or([NodeID])
    /// Operands of one type; texts are folded already.
    case compare(NodeID, CheckedExpression.Comparison, NodeID)
    case isKnown(NodeID)
    /// Constants of the operand's type, none missing; texts are folded already.
    case isOneOf(NodeID, [Value])
    /// Whether the second operand, a list, holds the first; texts are folded already.
    case isInList(NodeID, NodeID)
    /// Both operands are folded already.
    case textTest(NodeID, CheckedExpression.TextTest, NodeID)
    case matches(NodeID, CheckedExpression.Pattern)
    /// Whether the operand, a field of the frame's table, is unchanged for the span; unknown where it is missing.
    case fieldIsUnchanged(FieldIndex, NodeID, TimeSpan)

    // Values.
    case assetField(NodeID, FieldIndex)
    /// The case-folded text, or list of texts.
    case folded(NodeID)
    /// The day of an instant in the calendar's zone.
    case day(NodeID)
    /// The first instant of a day.
    case startOfDay(NodeID)
    case arithmetic(NodeID, CheckedExpression.Arithmetic, NodeID)
    case negate(NodeID)
    case shift(NodeID, TimeSpan, later: Bool)
    case otherwise(NodeID, NodeID)
    case conditional(NodeID, then: NodeID, otherwise: NodeID)
    /// The half-life in milliseconds; the operand is an instant.
    case freshness(NodeID, halfLife: Double)
    case diminishing(NodeID, halfAt: Double)
    case closeness(NodeID, NodeID, ranks: Int)
    case reduce(Reduction)
    case interpolation([TextPiece])

    // Values of candidates.
    /// Of the contact's interactions, the share that touched the values of the candidate's list field; the half-life in
    /// milliseconds.
    case affinity(FieldIndex, halfLife: Double)
    case candidateEvents(CandidateEvents)
    case rate(Rate)
    case popularity(Popularity)
  }

  package struct FactorTerm: Hashable, Sendable {
    package var weight: Double
    package var value: NodeID
  }

  package struct PointsTerm: Hashable, Sendable {
    package var points: Double
    /// A condition, or with `counts` a number.
    package var basis: NodeID
    package var counts: Bool
    package var upTo: Double?
  }

  package enum TextPiece: Hashable, Sendable {
    case text(String)
    case value(NodeID)
  }
}

/// The rows of a grouping, taken together for each outer row.
package struct Reduction: Hashable, Sendable {
  package enum Operation: Hashable, Sendable {
    /// A half-life is in milliseconds.
    case count(halfLife: Double?)
    case sum(halfLife: Double?)
    case average
    case min
    case max
    case distinct
    case first
    case last
    case points(atMostOncePer: TimeSpan?, halfLife: Double?)
    case share
  }

  package var operation: Operation
  package var grouping: Grouping
  /// Whether filter and value are computed on the pairs of the grouping rather than on its inner table.
  package var onPairs: Bool
  package var filter: NodeID?
  package var value: NodeID?
  /// Only events after it count, those at it too if `startIsIncluded`; in the outer frame, or scalar.
  package var start: NodeID?
  package var startIsIncluded: Bool
  /// Only events up to and including it count; scalar; now when `nil`.
  package var end: NodeID?

  var children: [NodeID] { [filter, value, start, end].compactMap(\.self) }
}

/// A reduction of a contact's events, of which for each candidate those count that were about it.
package struct CandidateEvents: Hashable, Sendable {
  /// `.count`, `.first` or `.last`, grouped by contact. Its start is about contacts, or scalar.
  package var reduction: Reduction
  /// The asset that each event was about.
  package var asset: NodeID
}

/// As `CheckedExpression.Rate`; the filters are about everybody's events.
package struct Rate: Hashable, Sendable {
  package var outcome: EventID
  package var outcomeFilter: NodeID?
  package var within: TimeSpan
  package var exposure: EventID
  package var exposureFilter: NodeID?
  package var prior: Double
}

/// As `CheckedExpression.Popularity`; the filter is about everybody's events.
package struct Popularity: Hashable, Sendable {
  package var event: EventID
  package var filter: NodeID?
  /// Only events after it count; scalar.
  package var start: NodeID?
  /// Only events up to and including it count; scalar; now when `nil`.
  package var end: NodeID?
  /// In milliseconds.
  package var halfLife: Double?
}

extension Node {
  /// The nodes it is computed from; each has a lower number.
  package var children: [NodeID] {
    switch kind {
    case .constant, .now, .today, .moment, .field, .eventTime, .eventWorth, .triggerTime, .triggerWorth, .triggerOld,
      .triggerNew, .stepTime, .candidate, .affinity:
      []
    case .gather(let node, _), .definition(_, let node), .definitionIsUnchanged(_, let node, _),
      .fieldIsUnchanged(_, let node, _), .not(let node),
      .isKnown(let node), .isOneOf(let node, _), .matches(let node, _), .assetField(let node, _), .folded(let node),
      .day(let node), .startOfDay(let node), .negate(let node), .shift(let node, _, later: _),
      .freshness(let node, halfLife: _), .diminishing(let node, halfAt: _):
      [node]
    case .compare(let left, _, let right), .isInList(let left, let right), .textTest(let left, _, let right),
      .arithmetic(let left, _, let right), .otherwise(let left, let right), .closeness(let left, let right, ranks: _):
      [left, right]
    case .and(let nodes), .or(let nodes): nodes
    case .conditional(let condition, let then, let otherwise): [condition, then, otherwise]
    case .factorScore(let terms): terms.map(\.value)
    case .pointsScore(let terms, limit: _): terms.map(\.basis)
    case .journey(_, let stages, let movesBack): stages.compactMap(\.self) + [movesBack].compactMap(\.self)
    case .segment(_, let condition, let until): [condition] + [until].compactMap(\.self)
    case .reduce(let reduction): reduction.children
    case .candidateEvents(let events): events.reduction.children + [events.asset]
    case .rate(let rate): [rate.outcomeFilter, rate.exposureFilter].compactMap(\.self)
    case .popularity(let popularity): [popularity.filter, popularity.start, popularity.end].compactMap(\.self)
    case .interpolation(let pieces):
      pieces.compactMap {
        switch $0 {
        case .text: nil
        case .value(let node): node
        }
      }
    }
  }
}
