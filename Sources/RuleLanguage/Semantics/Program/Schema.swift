package import RuleDiagnostics

/// The values of a `one of`: of a field, a define, or the stages of a journey.
package struct ChoiceSet: Sendable {
  package var id: ChoiceSetID
  /// The field, define or journey that declares it, for messages.
  package var name: String
  package var values: [String]
  /// How the source spells each value, where it differs.
  package var spellings: [String?]
  package var isOrdered: Bool
  package var range: SourceRange

  package init(
    id: ChoiceSetID, name: String, values: [String], spellings: [String?], isOrdered: Bool, range: SourceRange
  ) {
    self.id = id
    self.name = name
    self.values = values
    self.spellings = spellings
    self.isOrdered = isOrdered
    self.range = range
  }
}

/// A declared field.
package struct FieldSchema: Sendable {
  package var name: String
  package var type: ValueType
  package var isKey: Bool
  package var hubspotProperty: String?
  /// The header of the column in imported files, where it is not the field's name.
  package var column: String?
  /// What the source writes for nothing.
  package var missingSpellings: [String]
  /// The default for good; such a field is never missing.
  package var missingMeans: Value?
  package var range: SourceRange

  package init(
    name: String, type: ValueType, isKey: Bool, hubspotProperty: String?, column: String?,
    missingSpellings: [String], missingMeans: Value?, range: SourceRange
  ) {
    self.name = name
    self.type = type
    self.isKey = isKey
    self.hubspotProperty = hubspotProperty
    self.column = column
    self.missingSpellings = missingSpellings
    self.missingMeans = missingMeans
    self.range = range
  }
}

/// The fields of a kind of record, in the order of their declaration.
package struct RecordSchema: Sendable {
  package var fields: [FieldSchema]
  /// `nil` when the rule book does not declare it.
  package var range: SourceRange?

  package init(fields: [FieldSchema], range: SourceRange?) {
    self.fields = fields
    self.range = range
  }

  package func index(of name: String) -> FieldIndex? {
    fields.firstIndex { $0.name == name }.map(FieldIndex.init)
  }

  package subscript(index: FieldIndex) -> FieldSchema { fields[index.index] }

  package var key: FieldIndex? { fields.firstIndex(where: \.isKey).map(FieldIndex.init) }
}

/// A declared type of event, or the built-in `message`.
package struct EventSchema: Sendable {
  package var name: String
  package var isForAccount: Bool
  package var record: RecordSchema
  /// An event with a worth is an interaction.
  package var worth: Double?
  package var range: SourceRange

  package init(name: String, isForAccount: Bool, record: RecordSchema, worth: Double?, range: SourceRange) {
    self.name = name
    self.isForAccount = isForAccount
    self.record = record
    self.worth = worth
    self.range = range
  }

  /// The built-in event of what was sent; always `CheckedProgram.events[0]`.
  package static let messageName = "message"
  /// The fields of `message`: the asset sent, the template of `send email`, the rule or sequence that sent it, and
  /// whether it was sent as transactional.
  package static let messageFields = ["asset", "template", "rule", "transactional"]
}

/// Names a field of a record: its position in `RecordSchema.fields`.
package struct FieldIndex: Hashable, Sendable {
  package let index: Int

  package init(_ index: Int) {
    self.index = index
  }
}

/// Names a type of event: its position in `CheckedProgram.events`.
package struct EventID: Hashable, Sendable {
  package let index: Int

  package init(_ index: Int) {
    self.index = index
  }
}

/// An asset that can be sent or recommended.
package struct CheckedAsset: Sendable {
  package var name: String
  package var formerName: String?
  package var title: String?
  /// One for each field of `CheckedProgram.asset`.
  package var values: [Value]
  package var range: SourceRange

  package init(name: String, formerName: String?, title: String?, values: [Value], range: SourceRange) {
    self.name = name
    self.formerName = formerName
    self.title = title
    self.values = values
    self.range = range
  }

  /// Missing where the asset does not say.
  package func value(of field: FieldIndex) -> Value {
    values.indices.contains(field.index) ? values[field.index] : .missing
  }
}

extension CheckedProgram {
  /// By the names that assets have, and by those that they had where no other has taken them.
  package var assetsByName: [String: AssetID] {
    var ids: [String: AssetID] = [:]
    for (index, asset) in assets.enumerated() where ids[asset.name] == nil { ids[asset.name] = AssetID(index) }
    for (index, asset) in assets.enumerated() {
      if let former = asset.formerName, ids[former] == nil { ids[former] = AssetID(index) }
    }
    return ids
  }

  /// The same for one name.
  package func asset(named name: String) -> AssetID? {
    (assets.firstIndex { $0.name == name } ?? assets.firstIndex { $0.formerName == name }).map { AssetID($0) }
  }
}

package struct CheckedTeam: Sendable {
  package var name: String
  package var members: [String]
  package var fallback: String?
  package var range: SourceRange

  package init(name: String, members: [String], fallback: String?, range: SourceRange) {
    self.name = name
    self.members = members
    self.fallback = fallback
    self.range = range
  }
}
