package import RuleSemantics

/// Names a frame: its position in `PlanGraph.frames`.
package struct FrameID: Hashable, Sendable {
  package let index: Int

  /// One row, for what is the same in every row; kernels spread it.
  static let scalar = FrameID(index: 0)
}

/// A set of rows over which a node is computed.
package enum Frame: Hashable, Sendable {
  case scalar
  case table(Table)
  /// What set off an `on` rule, given when it is evaluated. `outer` leads to the subject, `inner` to the event.
  case occurrences(Subject, TriggerKind)
  /// Each row of the grouping's outer frame with each of its inner rows, for conditions that relate the two.
  case pairs(Grouping)

  /// Whether it is the candidates of one contact at a time.
  var isOfCandidates: Bool {
    if case .pairs(let grouping) = self, case .candidates = grouping.link { true } else { false }
  }
}

/// A table of the snapshot.
package enum Table: Hashable, Sendable {
  case contacts
  case accounts
  case deals
  /// Those that the rule book declares.
  case assets
  case events(EventSource)
}

/// The events of one type, or all interactions of contacts or of accounts in one table.
package enum EventSource: Hashable, Sendable {
  case type(EventID)
  /// Those of all contacts, also where the snapshot is about a few.
  case everybody(EventID)
  case interactions(of: Subject)
}

/// What the trigger's attributes are those of.
package enum TriggerKind: Hashable, Sendable {
  case event(EventQuery.Events)
  case change(Reference)
  /// An enrolment in a sequence: since when, and since when in each of its steps.
  case enrolment

  package init(_ occurrence: CheckedRule.Occurrence) {
    switch occurrence {
    case .event(let events): self = .event(events)
    case .changed(let reference, to: _): self = .change(reference)
    }
  }
}

/// The way from a row of a frame to a row of a frame it is built on.
package enum Step: Hashable, Sendable {
  /// From a contact or deal to its account.
  case account
  case outer
  case inner
}

/// Which rows of a table belong to each row of a frame.
package struct Grouping: Hashable, Sendable {
  package enum Link: Hashable, Sendable {
    /// The events of a contact or account, in the order of time, then id.
    case events(of: Subject, EventSource)
    /// The people of an account, or of a contact's account, in the order of their keys.
    case people(of: Subject)
    case colleagues
    case deals(of: Subject)
    /// The assets that a recommendation weighs, by its position in the program; the same for every contact. Such pairs
    /// are there for one contact at a time.
    case candidates(of: Int)
  }

  package var outer: FrameID
  /// From the outer frame to the table of the contact or account that the link starts from.
  package var path: [Step]
  package var link: Link

  /// The table whose rows are grouped.
  package var inner: Table {
    switch link {
    case .events(of: _, let source): .events(source)
    case .people, .colleagues: .contacts
    case .deals: .deals
    case .candidates: .assets
    }
  }
}
