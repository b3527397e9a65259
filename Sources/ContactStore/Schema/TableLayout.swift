import RuleSemantics

/// A table of the rule book's data: its declared fields as columns, after columns of the program's own, whose names
/// start with `_`, as no field's does.
struct TableLayout {
  enum Kind: Hashable {
    case contact, account, deal, asset
    case event(EventID)
  }

  struct Field {
    var name: String
    var storage: StorageType
    /// The names of a `one of`, in their order, in a line; `nil` for other types.
    var choices: [String]?
  }

  var kind: Kind
  var name: String
  var fields: [Field]
  /// Position in `fields`; `nil` where the key is the column `_key`, or for events.
  var keyField: Int?
  var isForAccount: Bool
  /// The key column of the table that this one refers to.
  private var ownerKeyColumn: String

  init(_ kind: Kind, program: CheckedProgram) {
    self.kind = kind
    let record = TableLayout.record(kind, program)
    switch kind {
    case .contact, .account, .deal, .asset: name = kind.text
    case .event(let id): name = "event_\(program[id].name)"
    }
    fields = record.fields.map { field in
      Field(
        name: field.name, storage: StorageType(field.type),
        choices: TableLayout.choices(of: field.type, program))
    }
    keyField = record.key?.index
    isForAccount = if case .event(let id) = kind { program[id].isForAccount } else { false }
    let owner = isForAccount || !TableLayout.isEvent(kind) ? program.account : program.contact
    ownerKeyColumn = owner.key.map { owner[$0].name } ?? "_key"
    if isEvent { keyField = nil }
    if let keyField { fields[keyField].storage = .text }
  }

  static func record(_ kind: Kind, _ program: CheckedProgram) -> RecordSchema {
    switch kind {
    case .contact: program.contact
    case .account: program.account
    case .deal: program.deal
    case .asset: program.asset
    case .event(let id): program[id].record
    }
  }

  private static func choices(of type: ValueType, _ program: CheckedProgram) -> [String]? {
    switch type {
    case .choice(let set): program[set].values
    case .list(let member): choices(of: member, program)
    default: nil
    }
  }

  /// Every table of the program, accounts before those who refer to them.
  static func all(of program: CheckedProgram) -> [TableLayout] {
    let events = program.events.indices.map { Kind.event(EventID($0)) }
    return ([.account, .contact, .deal, .asset] + events).map { TableLayout($0, program: program) }
  }

  var isEvent: Bool { TableLayout.isEvent(kind) }

  private static func isEvent(_ kind: Kind) -> Bool {
    if case .event = kind { true } else { false }
  }

  /// The column that names a record.
  var keyColumn: String { keyField.map { fields[$0].name } ?? "_key" }

  /// Of an event: the column of the contact's or account's `_id`.
  var ownerColumn: String { isForAccount ? "_account" : "_contact" }

  // MARK: - SQL

  /// The statements that make the table, empty.
  var creation: String {
    let declared = fields.map { "\(quoted($0.name)) \($0.storage.sql)" }
    if isEvent {
      let owner = isForAccount ? "account" : "contact"
      // Clustered by owner and time: a contact's events lie together, in order. `_id` is made from the event's own
      // values, so that the same event is the same row however often and in whatever order it arrives.
      let own = [
        "\(ownerColumn) INTEGER NOT NULL REFERENCES \(owner) (_id)", "_at INTEGER NOT NULL", "_id INTEGER NOT NULL",
        "_recorded_at INTEGER NOT NULL", "_import INTEGER",
      ]
      let key = "PRIMARY KEY (\(ownerColumn), _at, _id)"
      return "CREATE TABLE \(quoted(name)) (\((own + declared + [key]).joined(separator: ", "))) STRICT, WITHOUT ROWID"
    }
    var own = ["_id INTEGER PRIMARY KEY"]
    if keyField == nil { own.append("_key TEXT") }
    switch kind {
    case .contact:
      own += ["_account INTEGER REFERENCES account (_id)", "_owner TEXT", "_suppressed INTEGER NOT NULL DEFAULT 0"]
    case .account: own += ["_owner TEXT"]
    case .deal: own += ["_account INTEGER REFERENCES account (_id)", "_owner TEXT"]
    case .asset: own += ["_title TEXT"]
    case .event: break
    }
    own += [
      "_created_at INTEGER NOT NULL", "_updated_at INTEGER NOT NULL", "_created_by INTEGER", "_updated_by INTEGER",
    ]
    return """
      CREATE TABLE \(quoted(name)) (\((own + declared).joined(separator: ", "))) STRICT;
      \(keyIndex)
      """
  }

  /// Keys compare without regard to ASCII case, as texts do in rules; the first spelling stays.
  var keyIndex: String {
    "CREATE UNIQUE INDEX \(quoted("\(name)_key")) ON \(quoted(name)) (\(quoted(keyColumn)) COLLATE NOCASE);"
      + (kind == .contact ? " CREATE INDEX IF NOT EXISTS contact_account ON contact (_account);" : "")
      + (kind == .deal ? " CREATE INDEX IF NOT EXISTS deal_account ON deal (_account);" : "")
  }

  /// The table with keys and times written out. The name starts with `view_`, as that of no table does.
  var view: String {
    let view = quoted("view_\(name)")
    let declared = fields.map { field in
      field.storage == .time
        ? "\(readableTime("t.\(quoted(field.name))")) AS \(quoted(field.name))" : "t.\(quoted(field.name))"
    }
    if isEvent {
      return "CREATE VIEW \(view) AS SELECT o.\(quoted(ownerKeyColumn)) AS \(isForAccount ? "_account" : "_contact"), "
        + (["\(readableTime("t._at")) AS _at"] + declared).joined(separator: ", ")
        + " FROM \(quoted(name)) AS t JOIN \(isForAccount ? "account" : "contact") AS o ON o._id = t.\(ownerColumn)"
    }
    var own = ["t._id"]
    if keyField == nil { own.append("t._key") }
    let hasAccount = kind == .contact || kind == .deal
    if hasAccount { own.append("a.\(quoted(ownerKeyColumn)) AS _account") }
    switch kind {
    case .contact: own += ["t._owner", "t._suppressed"]
    case .account, .deal: own.append("t._owner")
    case .asset: own.append("t._title")
    case .event: break
    }
    own += ["\(readableTime("t._created_at")) AS _created_at", "\(readableTime("t._updated_at")) AS _updated_at"]
    return "CREATE VIEW \(view) AS SELECT \((own + declared).joined(separator: ", ")) FROM \(quoted(name)) AS t"
      + (hasAccount ? " LEFT JOIN account AS a ON a._id = t._account" : "")
  }

  private func readableTime(_ column: String) -> String {
    "strftime('%Y-%m-%dT%H:%M:%fZ', \(column) / 1000.0, 'unixepoch')"
  }
}

extension TableLayout.Kind {
  /// Of an event: `event`, whatever its type.
  var text: String {
    switch self {
    case .contact: "contact"
    case .account: "account"
    case .deal: "deal"
    case .asset: "asset"
    case .event: "event"
    }
  }
}

/// A name as SQL takes it whatever it is.
func quoted(_ name: String) -> String {
  "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
}
