package import RuleSemantics

/// What a rule book reads, so that a store loads no more than that. Keys, owners and the accounts of contacts and
/// deals are always needed.
package struct ReadSet: Hashable, Sendable {
  package var contactFields: Set<FieldIndex> = []
  package var accountFields: Set<FieldIndex> = []
  package var dealFields: Set<FieldIndex> = []
  /// Fields of which the time of the last change is read.
  package var contactChanges: Set<FieldIndex> = []
  package var accountChanges: Set<FieldIndex> = []
  /// The types of events that are read, and which of their fields; of a type with no field only the times.
  package var eventFields: [EventID: Set<FieldIndex>] = [:]
  /// Of which types of events everybody's are read, also for a question about one contact, and which of their fields.
  /// These are among `eventFields` too.
  package var everybodysFields: [EventID: Set<FieldIndex>] = [:]
  /// Journeys and segments of which the previous state is read.
  package var previous: Set<DefinitionID> = []
  /// Whether the deals are counted, even if no field of theirs is read.
  package var readsDeals = false

  package init() {}

  package mutating func addEvent(_ event: EventID) {
    eventFields[event, default: []].formUnion([])
  }

  package mutating func addEverybodys(_ event: EventID, _ fields: some Sequence<FieldIndex>) {
    eventFields[event, default: []].formUnion(fields)
    everybodysFields[event, default: []].formUnion(fields)
  }

  package mutating func add(_ field: FieldIndex, of subject: Subject) {
    switch subject {
    case .contact: contactFields.insert(field)
    case .account: accountFields.insert(field)
    }
  }

  package mutating func addChange(of field: FieldIndex, of subject: Subject) {
    switch subject {
    case .contact: contactChanges.insert(field)
    case .account: accountChanges.insert(field)
    }
  }

  /// What either reads.
  package func union(_ other: ReadSet) -> ReadSet {
    var both = self
    both.contactFields.formUnion(other.contactFields)
    both.accountFields.formUnion(other.accountFields)
    both.dealFields.formUnion(other.dealFields)
    both.contactChanges.formUnion(other.contactChanges)
    both.accountChanges.formUnion(other.accountChanges)
    both.eventFields.merge(other.eventFields) { $0.union($1) }
    both.everybodysFields.merge(other.everybodysFields) { $0.union($1) }
    both.previous.formUnion(other.previous)
    both.readsDeals = readsDeals || other.readsDeals
    return both
  }
}
