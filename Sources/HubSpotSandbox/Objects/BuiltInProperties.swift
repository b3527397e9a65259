import GRDB

/// The properties that every account has, of those that people use.
enum BuiltInProperties {
  static func create(_ database: Database) throws {
    guard try Int.fetchOne(database, sql: "SELECT count(*) FROM property") == 0 else { return }
    for type in ObjectType.all {
      // Records have `contactinformation` and the like, activities a group that is called as they are.
      let group = type.isActivity ? type.singular : type.singular + "information"
      try database.execute(
        "INSERT INTO property_group (type, name, label) VALUES (?, ?, ?)", [type.name, group, group])
      for property in shared(type) + own(type) {
        var property = property
        property.group = group
        try property.save(of: type, database)
      }
    }
  }

  private static func shared(_ type: ObjectType) -> [PropertyDefinition] {
    [
      property("hs_object_id", "number", isReadOnly: true), property(type.created, "datetime", isReadOnly: true),
      property(type.modified, "datetime", isReadOnly: true), property("hubspot_owner_id", "enumeration"),
    ] + (type.isActivity ? [property("hs_timestamp", "datetime")] : [])
  }

  private static func own(_ type: ObjectType) -> [PropertyDefinition] {
    switch type.name {
    case "contacts":
      texts(
        "firstname", "lastname", "jobtitle", "company", "website", "address", "city", "state", "zip", "country",
        "industry", "hs_timezone", "hs_language") + [
          property("email", "string", isUnique: true), property("phone", "phone_number"),
          property("lifecyclestage", "enumeration", options: lifecycleStages),
          property("hs_lead_status", "enumeration"),
          property("hs_analytics_source", "enumeration", isReadOnly: true),
          property("hs_email_optout", "bool", isReadOnly: true),
          property("hs_marketable_status", "enumeration", options: ["true", "false"], isReadOnly: true),
          property("hs_merged_object_ids", "enumeration", isReadOnly: true),
          property("notes_last_contacted", "datetime", isReadOnly: true),
        ]
    case "companies":
      texts("name", "domain", "website", "address", "city", "state", "zip", "country", "description", "hs_timezone") + [
        property("industry", "enumeration"), property("phone", "phone_number"), property("numberofemployees", "number"),
        property("annualrevenue", "number"), property("lifecyclestage", "enumeration", options: lifecycleStages),
        property("hs_is_target_account", "bool"), property("hs_merged_object_ids", "enumeration", isReadOnly: true),
      ]
    case "deals":
      texts("dealname", "description") + [
        property("amount", "number"), property("closedate", "datetime"),
        property("pipeline", "enumeration", options: ["default"]),
        property(
          "dealstage", "enumeration",
          options: [
            "appointmentscheduled", "qualifiedtobuy", "presentationscheduled", "decisionmakerboughtin", "contractsent",
            "closedwon", "closedlost",
          ]), property("hs_is_closed", "bool", isReadOnly: true, isCalculated: true),
      ]
    case "tasks":
      texts("hs_task_subject", "hs_task_body") + [
        property(
          "hs_task_status", "enumeration", options: ["NOT_STARTED", "IN_PROGRESS", "WAITING", "COMPLETED", "DEFERRED"]),
        property("hs_task_priority", "enumeration", options: ["NONE", "LOW", "MEDIUM", "HIGH"]),
        property("hs_task_type", "enumeration", options: ["TODO", "CALL", "EMAIL", "LINKED_IN", "MEETING"]),
      ]
    case "notes": texts("hs_note_body", "hs_attachment_ids")
    case "meetings":
      texts("hs_meeting_title", "hs_meeting_body") + [
        property("hs_meeting_start_time", "datetime"), property("hs_meeting_end_time", "datetime"),
        property("hs_meeting_outcome", "enumeration"),
      ]
    case "calls":
      texts("hs_call_title", "hs_call_body") + [
        property("hs_call_duration", "number"), property("hs_call_direction", "enumeration"),
        property("hs_call_status", "enumeration"),
      ]
    default:
      texts("hs_email_subject", "hs_email_text", "hs_email_html", "hs_email_headers") + [
        property("hs_email_direction", "enumeration", options: ["EMAIL", "INCOMING_EMAIL", "FORWARDED_EMAIL"]),
        property("hs_email_status", "enumeration", options: ["BOUNCED", "FAILED", "SCHEDULED", "SENDING", "SENT"]),
      ]
    }
  }

  static let lifecycleStages = [
    "subscriber", "lead", "marketingqualifiedlead", "salesqualifiedlead", "opportunity", "customer", "evangelist",
    "other",
  ]

  private static func texts(_ names: String...) -> [PropertyDefinition] { names.map { property($0, "string") } }

  private static func property(
    _ name: String, _ type: String, options: [String] = [], isUnique: Bool = false, isReadOnly: Bool = false,
    isCalculated: Bool = false
  ) -> PropertyDefinition {
    let fieldType =
      switch type {
      case "number": "number"
      case "bool": "booleancheckbox"
      case "enumeration": "select"
      case "date", "datetime": "date"
      case "phone_number": "phonenumber"
      default: "text"
      }
    return PropertyDefinition(
      name: name, label: name, type: type, fieldType: fieldType, group: "", options: options, isUnique: isUnique,
      isReadOnly: isReadOnly, isCalculated: isCalculated)
  }
}
