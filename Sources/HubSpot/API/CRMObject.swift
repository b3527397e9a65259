/// A kind of record of the CRM.
package enum CRMObject: String, Hashable, Sendable, CaseIterable {
  case contacts, companies, deals, tasks, notes, meetings, calls, emails

  /// As HubSpot numbers its own types.
  package var typeID: String {
    switch self {
    case .contacts: "0-1"
    case .companies: "0-2"
    case .deals: "0-3"
    case .tasks: "0-27"
    case .notes: "0-46"
    case .meetings: "0-47"
    case .calls: "0-48"
    case .emails: "0-49"
    }
  }

  /// Under either name.
  package init?(named name: String) {
    guard let object = CRMObject.allCases.first(where: { $0.rawValue == name || $0.typeID == name }) else { return nil }
    self = object
  }

  /// The property that says when a record was last changed.
  package var modifiedProperty: String {
    self == .contacts ? "lastmodifieddate" : "hs_lastmodifieddate"
  }

  /// The scope that reading such records needs; activities go with contacts.
  package var readScope: String { "crm.objects.\(scopeName).read" }
  package var writeScope: String { "crm.objects.\(scopeName).write" }
  /// Of their property definitions.
  package var schemaReadScope: String { "crm.schemas.\(scopeName).read" }

  private var scopeName: String {
    switch self {
    case .companies: "companies"
    case .deals: "deals"
    case .contacts, .tasks, .notes, .meetings, .calls, .emails: "contacts"
    }
  }

  /// The type of the association from an activity to a contact or company, as HubSpot defines it; direction matters.
  package func associationType(to other: CRMObject) -> Int? {
    switch (self, other) {
    case (.tasks, .contacts): 204
    case (.tasks, .companies): 192
    case (.notes, .contacts): 202
    case (.notes, .companies): 190
    default: nil
    }
  }
}
