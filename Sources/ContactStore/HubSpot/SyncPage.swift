package import BusinessTime
package import RuleSemantics

/// The kinds of HubSpot's records that are read into tables of their own.
package enum SyncedObject: String, Hashable, Sendable, CaseIterable {
  case companies, contacts, deals

  /// The kind of our record.
  var table: TableLayout.Kind {
    switch self {
    case .companies: .account
    case .contacts: .contact
    case .deals: .deal
    }
  }

  /// `nil` for deals, about which nothing is decided.
  package var subject: Subject? {
    switch self {
    case .companies: .account
    case .contacts: .contact
    case .deals: nil
    }
  }

  package init(_ subject: Subject) {
    self = subject == .contact ? .contacts : .companies
  }
}

/// A record as HubSpot has it.
package struct SyncedRecord: Hashable, Sendable {
  package var hubspotID: String
  /// `nil` where HubSpot has none; such a record is left out.
  package var key: String?
  /// The text of each property that a field is read from; empty for none. By position of the field.
  package var values: [Int: String]
  /// HubSpot's id of the company that it belongs to; `nil` within for none, `nil` where nothing is known of it.
  package var company: String??
  /// Email address; empty for none, `nil` where nothing is known of it.
  package var owner: String?
  package var consents: [String: Bool]
  /// `nil` where nothing is known of it.
  package var isSuppressed: Bool?
  package var modifiedAt: Instant?

  package init(
    hubspotID: String, key: String?, values: [Int: String], company: String?? = nil, owner: String? = nil,
    consents: [String: Bool] = [:], isSuppressed: Bool? = nil, modifiedAt: Instant? = nil
  ) {
    self.hubspotID = hubspotID
    self.key = key
    self.values = values
    self.company = company
    self.owner = owner
    self.consents = consents
    self.isSuppressed = isSuppressed
    self.modifiedAt = modifiedAt
  }
}

/// How far reading a kind of record has come. A page of records and the cursor after it are kept in one transaction, so
/// that reading goes on where it stopped, wherever that was.
package struct SyncCursor: Hashable, Sendable {
  package enum Phase: String, Hashable, Sendable {
    /// Everything is read for the first time, or since other properties are asked for.
    case full
    /// What changed in a window of time.
    case window
    /// A window was read to its end.
    case idle
  }

  /// What is read: a kind of record, or an event.
  package var stream: String
  package var phase: Phase
  /// The properties asked for, so that a field that is declared later is read for all records.
  package var properties: String
  /// Modified at or after.
  package var from: Instant
  /// Modified before.
  package var to: Instant
  /// After which record of the window reading goes on; of a full reading HubSpot's own cursor.
  package var position: String?
  /// The import that a full reading counts as.
  package var importID: Int64?
  package var records: Int

  package init(
    stream: String, phase: Phase, properties: String, from: Instant, to: Instant, position: String? = nil,
    importID: Int64? = nil, records: Int = 0
  ) {
    self.stream = stream
    self.phase = phase
    self.properties = properties
    self.from = from
    self.to = to
    self.position = position
    self.importID = importID
    self.records = records
  }
}

/// What a page of records did. Every record is one of inserted, updated, unchanged or without a key.
package struct SyncCounts: Hashable, Sendable {
  package var inserted = 0
  package var updated = 0
  package var unchanged = 0
  /// HubSpot has no value for what names the record here.
  package var keyless = 0
  /// Values that are none of their field's; by field, each value once.
  package var problems: [String: [String]] = [:]
  /// Values of ours that win over HubSpot's, and are written back.
  package var corrections = 0

  package init() {}

  package static func + (left: SyncCounts, right: SyncCounts) -> SyncCounts {
    var sum = left
    sum.inserted += right.inserted
    sum.updated += right.updated
    sum.unchanged += right.unchanged
    sum.keyless += right.keyless
    sum.corrections += right.corrections
    for (field, values) in right.problems {
      for value in values where !sum.problems[field, default: []].contains(value) {
        if sum.problems[field, default: []].count < 20 { sum.problems[field, default: []].append(value) }
      }
    }
    return sum
  }
}
