import RuleSemantics

/// Which column of a file feeds what.
struct ColumnMapping {
  enum Target: Hashable {
    /// Position among the declared fields.
    case field(Int)
    /// `_key` of a record whose declaration has no key.
    case key
    case title, account, contact, owner, suppressed
    case consent(purpose: String)
    case at, id
  }

  private(set) var columns: [(column: Int, target: Target)] = []
  /// Positions of columns that feed nothing.
  private(set) var ignored: [Int] = []

  private let path: String
  private let headers: [String]
  private let normalizedHeaders: [String]
  private let record: RecordSchema
  private let targets: [(name: String, target: Target)]

  /// Explicit mappings first, then `from column`, then columns called like the field, then those that every file of
  /// the kind may have. Throws when a column that the import needs is not found.
  init(
    layout: TableLayout, program: CheckedProgram, reader: CSVReader, map: [String: String]
  ) throws(StoreError) {
    path = reader.source.path
    headers = reader.header
    normalizedHeaders = headers.map(normalized)
    record = TableLayout.record(layout.kind, program)
    targets = ColumnMapping.targets(of: layout, record)
    try addExplicit(map)
    try addDeclared()
    if layout.isEvent, !layout.isForAccount, let key = program.contact.key {
      // The contacts' own file names its key; events from the same source name the contact so.
      try addOwner(program.contact[key], as: .contact)
    }
    if layout.isEvent, layout.isForAccount, let key = program.account.key {
      try addOwner(program.account[key], as: .account)
    }
    try require(ColumnMapping.required(by: layout), layout)
    let used = Set(columns.map(\.column))
    ignored = headers.indices.filter { !used.contains($0) }
  }

  func column(of target: Target) -> Int? {
    columns.first { $0.target == target }?.column
  }

  func name(of target: Target) -> String {
    if case .consent(let purpose) = target { return "consent:\(purpose)" }
    return targets.first { $0.target == target }?.name ?? ""
  }

  private static func targets(of layout: TableLayout, _ record: RecordSchema) -> [(name: String, target: Target)] {
    var targets: [(name: String, target: Target)] = []
    for (index, field) in record.fields.enumerated() { targets.append((field.name, .field(index))) }
    // A declared field comes first: its name is the author's choice.
    switch layout.kind {
    case .contact: targets += [("account", .account), ("owner", .owner), ("suppressed", .suppressed)]
    case .account: targets += [("owner", .owner)]
    case .deal: targets += [("account", .account), ("owner", .owner)]
    case .asset: targets += [("title", .title)]
    case .event:
      targets += [(layout.isForAccount ? ("account", .account) : ("contact", .contact)), ("at", .at), ("id", .id)]
    }
    if !layout.isEvent, layout.keyField == nil {
      targets.append((layout.kind == .asset ? "name" : "key", .key))
    }
    return targets
  }

  private static func required(by layout: TableLayout) -> [Target] {
    if layout.isEvent { return [layout.isForAccount ? .account : .contact, .at] }
    return [layout.keyField.map { .field($0) } ?? .key]
  }

  private mutating func addExplicit(_ map: [String: String]) throws(StoreError) {
    for (name, column) in map.sorted(by: { $0.key < $1.key }) {
      guard let target = target(named: name) else {
        throw .unknownField(name: name, fields: targets.map(\.name))
      }
      guard let index = try position(of: column) else {
        throw .unknownColumn(path: path, column: column, headers: headers)
      }
      columns.append((index, target))
    }
  }

  private func target(named name: String) -> Target? {
    if let purpose = consentPurpose(name) { return .consent(purpose: purpose) }
    let exact = targets.first { $0.name == name }
    return (exact ?? targets.first { normalized($0.name) == normalized(name) })?.target
  }

  private func consentPurpose(_ header: String) -> String? {
    guard record.fields.isEmpty || targets.contains(where: { $0.target == .suppressed }) else { return nil }
    let parts = header.split(separator: ":", maxSplits: 1)
    guard parts.count == 2, normalized(String(parts[0])) == "consent" else { return nil }
    return String(parts[1].drop { $0 == " " })
  }

  private mutating func addDeclared() throws(StoreError) {
    for (index, field) in record.fields.enumerated() where column(of: .field(index)) == nil {
      if let column = field.column, let position = try position(of: column) {
        columns.append((position, .field(index)))
      }
    }
    for (name, target) in targets where column(of: target) == nil {
      if let position = try position(of: name, unused: true) { columns.append((position, target)) }
    }
    for (index, header) in headers.enumerated() where !columns.contains(where: { $0.column == index }) {
      if let purpose = consentPurpose(header), column(of: .consent(purpose: purpose)) == nil {
        columns.append((index, .consent(purpose: purpose)))
      }
    }
  }

  private mutating func addOwner(_ key: FieldSchema, as target: Target) throws(StoreError) {
    guard column(of: target) == nil else { return }
    for name in [key.column, key.name].compactMap({ $0 }) {
      if let position = try position(of: name) {
        columns.append((position, target))
        return
      }
    }
  }

  private func require(_ needed: [Target], _ layout: TableLayout) throws(StoreError) {
    for target in needed where column(of: target) == nil {
      throw .missingColumn(path: path, role: name(of: target), headers: headers)
    }
  }

  /// The column with that header, as it is spelled or else as it is meant.
  private func position(of header: String, unused: Bool = false) throws(StoreError) -> Int? {
    let free = headers.indices.filter { index in !unused || !columns.contains { $0.column == index } }
    let exact = free.filter { headers[$0] == header }
    let meant = exact.isEmpty ? free.filter { normalizedHeaders[$0] == normalized(header) } : exact
    guard meant.count <= 1 else { throw .repeatedColumn(path: path, column: header) }
    return meant.first
  }
}
