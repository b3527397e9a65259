package import BusinessTime
package import RuleDiagnostics
package import RuleSemantics

/// Why an expression has the value it has, for one contact, account or occurrence: a tree as the rule book has it.
package struct Explanation: Sendable {
  /// What it is about, in the rule book.
  package var range: SourceRange
  package var type: ValueType
  /// A condition that is unknown is missing.
  package var value: Value
  package var source: Source
  /// What it stands in a definition for, where it is a part of one.
  package var role: Role?
  /// The operands, or the parts of the definition that it reads.
  package var parts: [Explanation]

  /// Of a condition; `nil` is unknown.
  package var truth: Bool? { if case .flag(let flag) = value { flag } else { nil } }

  package enum Source: Sendable {
    case constant
    /// Computed from the parts.
    case computed
    /// A field of a row of contacts or accounts, and when it took its value where that is known.
    case field(Subject, row: Int, FieldIndex, changedAt: Instant?)
    /// `isRepeated`: the same tree explains it already, and the parts are there.
    case definition(DefinitionID, Subject, row: Int, isGiven: Bool, isRepeated: Bool)
    case events(EventSummary)
    case people(PeopleSummary)
    /// An attribute of what set off the rule.
    case trigger
    case now
    /// An attribute of an account, for a contact without one.
    case noAccount
    /// What an asset is that is weighed for the contact; `Ranking` holds its values.
    case candidate
  }

  package enum Role: Sendable {
    case factor(name: String, weight: Double, points: Double)
    case points(Double)
    case stage(name: String)
    case movesBack
    case entry
    case exit
  }
}

/// The events that a condition or value took into account.
package struct EventSummary: Hashable, Sendable {
  package struct Event: Hashable, Sendable {
    package var type: EventID
    /// In the table of its type.
    package var row: Int
    package var id: Int64
    package var time: Instant
  }

  package var count: Int
  package var first: Event?
  package var last: Event?
}

/// The people or deals that a condition or value took into account.
package struct PeopleSummary: Hashable, Sendable {
  package var count: Int
  /// With those for which the filter is not true.
  package var total: Int
  /// The keys of the first that count, at most three.
  package var examples: [String]
}
