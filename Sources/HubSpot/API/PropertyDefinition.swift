import RuleDiagnostics

/// A property as HubSpot defines it.
package struct PropertyDefinition: Hashable, Sendable {
  /// The property by which this program names records of its own making; it holds no two alike.
  package static let keyName = "abm_rules_key"

  package var name: String
  package var label: String
  /// `string`, `number`, `bool`, `enumeration`, `date`, `datetime`, `phone_number`, …
  package var type: String
  package var fieldType: String
  /// The internal values, in their order.
  package var options: [String]
  package var isReadOnly: Bool
  package var isUnique: Bool

  package init(
    name: String, label: String? = nil, type: String, fieldType: String, options: [String] = [],
    isReadOnly: Bool = false, isUnique: Bool = false
  ) {
    self.name = name
    self.label = label ?? name
    self.type = type
    self.fieldType = fieldType
    self.options = options
    self.isReadOnly = isReadOnly
    self.isUnique = isUnique
  }

  /// `nil` where it has no name.
  init?(_ value: JSONValue) {
    guard let name = value["name"]?.string else { return nil }
    self.init(
      name: name, label: value["label"]?.string, type: value["type"]?.string ?? "string",
      fieldType: value["fieldType"]?.string ?? "",
      options: (value["options"]?.list ?? []).compactMap { $0["value"]?.string },
      isReadOnly: value["modificationMetadata"]?["readOnlyValue"]?.isTrue == true
        || value["calculated"]?.isTrue == true,
      isUnique: value["hasUniqueValue"]?.isTrue == true)
  }

  /// As a request to make it.
  var json: JSONValue {
    .members([
      ("name", .text(name)), ("label", .text(label)), ("type", .text(type)), ("fieldType", .text(fieldType)),
      ("groupName", nil), ("hasUniqueValue", isUnique ? .flag(true) : nil),
      (
        "options",
        options.isEmpty
          ? nil
          : .list(
            options.enumerated().map { position, option in
              .members([
                ("label", .text(option)), ("value", .text(option)), ("displayOrder", .integer(position)),
                ("hidden", .flag(false)),
              ])
            })
      ),
    ])
  }
}
