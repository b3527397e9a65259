import BusinessTime
import ContactStore
import HubSpot
import RuleSemantics

/// What is read of one kind of record: the properties of declared fields, and a few that the program itself needs.
struct SyncPlan {
  let object: SyncedObject
  private let record: RecordSchema
  private let settings: HubSpotSettings
  /// The property that names the record here.
  let keyProperty: String

  /// `nil` for a kind of record that the rule book does not declare.
  init?(_ object: SyncedObject, _ program: CheckedProgram, _ settings: HubSpotSettings) {
    let record =
      switch object {
      case .companies: program.account
      case .contacts: program.contact
      case .deals: program.deal
      }
    guard record.range != nil || object == .contacts else { return nil }
    self.object = object
    self.settings = settings
    self.record = record
    let key = record.key.map { record[$0] }
    keyProperty = key?.hubspotProperty ?? Self.usualKey(object)
  }

  static func usualKey(_ object: SyncedObject) -> String {
    switch object {
    case .companies: "domain"
    case .contacts: "email"
    case .deals: "dealname"
    }
  }

  var crmObject: CRMObject {
    switch object {
    case .companies: .companies
    case .contacts: .contacts
    case .deals: .deals
    }
  }

  /// Only those; sorted, each once.
  var properties: [String] {
    var names: Set<String> = [keyProperty, "hubspot_owner_id", crmObject.modifiedProperty, Self.mergedProperty]
    for field in record.fields { if let property = field.hubspotProperty { names.insert(property) } }
    if object == .contacts {
      names.formUnion(settings.consents.values)
      names.formUnion(settings.suppressedWhen)
    }
    return names.sorted()
  }

  /// Names of the fields that come from HubSpot, but for those of these properties.
  func fields(without read: Set<String>) -> [String] {
    record.fields.enumerated().compactMap { position, field in
      let property = position == record.key?.index ? keyProperty : field.hubspotProperty
      return property.flatMap { read.contains($0) ? nil : field.name }
    }
  }

  private static let mergedProperty = "hs_merged_object_ids"

  /// Ids of the records that were merged into this one.
  func merged(_ found: HubSpotRecord) -> [String] {
    (found.properties[Self.mergedProperty] ?? "").split(separator: ";").map(String.init)
  }

  /// - Parameters:
  ///   - owners: addresses by the id of the owner.
  ///   - company: HubSpot's id of the company; `nil` within for none, `nil` where it was not asked for.
  func synced(_ found: HubSpotRecord, owners: [String: String], company: String??) -> SyncedRecord {
    var values: [Int: String] = [:]
    for (position, field) in record.fields.enumerated() {
      guard let property = field.hubspotProperty else { continue }
      let text = found.properties[property] ?? ""
      values[position] = field.type == .date || field.type == .time ? PropertyValue.isoText(text) : text
    }
    var synced = SyncedRecord(
      hubspotID: found.id, key: found.properties[keyProperty], values: values, company: company,
      owner: found.properties["hubspot_owner_id"].flatMap { $0.isEmpty ? nil : owners[$0] } ?? "",
      modifiedAt: PropertyValue.instant(found.properties[crmObject.modifiedProperty]))
    if object == .contacts {
      for (purpose, property) in settings.consents {
        synced.consents[purpose] = Self.isTrue(found.properties[property])
      }
      synced.isSuppressed = settings.suppressedWhen.contains { Self.isTrue(found.properties[$0]) }
    }
    return synced
  }

  private static func isTrue(_ text: String?) -> Bool {
    ["true", "yes", "1"].contains(text?.lowercased() ?? "")
  }
}
