package import BusinessTime
package import RuleSemantics

/// What a file is about.
package enum ImportKind: Hashable, Sendable {
  case contacts, accounts, deals, assets
  case events(EventID)

  var table: TableLayout.Kind {
    switch self {
    case .contacts: .contact
    case .accounts: .account
    case .deals: .deal
    case .assets: .asset
    case .events(let id): .event(id)
    }
  }
}

package struct ImportOptions: Sendable {
  /// The header of a field's column, by the name of the field, for columns that are not found by themselves.
  package var map: [String: String]
  /// How the file writes dates and times.
  package var dates: TimestampFormat
  /// Whether one bad row is enough to keep none.
  package var isStrict: Bool
  /// Where bad rows go; `nil` for a file beside the imported one.
  package var rejectsPath: String?
  /// Whether events of unknown contacts or accounts make them, rather than being rejected.
  package var createsOwners: Bool

  package init(
    map: [String: String] = [:], dates: TimestampFormat = .iso, isStrict: Bool = false, rejectsPath: String? = nil,
    createsOwners: Bool = false
  ) {
    self.map = map
    self.dates = dates
    self.isStrict = isStrict
    self.rejectsPath = rejectsPath
    self.createsOwners = createsOwners
  }
}

/// How far an import has come.
package struct ImportProgress: Hashable, Sendable {
  package var rows: Int
  /// Of the file as it lies on the disk.
  package var readBytes: Int
  package var totalBytes: Int

  package init(rows: Int, readBytes: Int, totalBytes: Int) {
    self.rows = rows
    self.readBytes = readBytes
    self.totalBytes = totalBytes
  }
}

/// What an import did. Every row is exactly one of inserted, updated, unchanged, a duplicate or rejected.
package struct ImportSummary: Hashable, Sendable {
  /// Values that count as missing, or assets that are not declared.
  package struct ValueProblem: Hashable, Sendable {
    package var field: String
    /// `nil` for all those that are not listed by themselves.
    package var value: String?
    package var count: Int

    package init(field: String, value: String?, count: Int) {
      self.field = field
      self.value = value
      self.count = count
    }
  }

  package struct MappedColumn: Hashable, Sendable {
    package var column: String
    package var field: String

    package init(column: String, field: String) {
      self.column = column
      self.field = field
    }
  }

  package var importID: Int64 = 0
  package var rows = 0
  package var inserted = 0
  package var updated = 0
  /// Said nothing that the store did not know before the import.
  package var unchanged = 0
  /// Repeated an earlier row of the same file.
  package var duplicates = 0
  package var rejected = 0
  /// Whether there were rows, and none was taken.
  package var tookNothing: Bool { rows > 0 && rejected == rows }
  /// Accounts, or contacts of events, that were made since a row named them.
  package var createdOwners = 0
  /// Most frequent first, by field.
  package var valueProblems: [ValueProblem] = []
  package var mappedColumns: [MappedColumn] = []
  package var ignoredColumns: [String] = []
  /// Rows with a quote inside a value that does not start with one.
  package var oddQuotes = 0
  /// Where the rejected rows are; `nil` when there are none.
  package var rejectsPath: String?
  /// Whether the good rows were kept; a strict import with a bad row keeps none.
  package var isKept = true

  package init() {}
}
