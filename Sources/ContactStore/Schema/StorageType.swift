import RuleSemantics

/// How values of a declared type are kept in a column. Missing is NULL everywhere.
///
/// Text, choices (by name) and assets (by name) are text; dates are text such as `2026-03-01`; times are whole
/// milliseconds since 1970; numbers are floating-point; flags are 0 and 1; lists are JSON arrays.
indirect enum StorageType: Hashable {
  case text, number, flag, date, time, choice, asset
  case list(StorageType)

  init(_ type: ValueType) {
    switch type {
    case .text, .error: self = .text
    case .number: self = .number
    case .flag: self = .flag
    case .date: self = .date
    case .time: self = .time
    case .choice: self = .choice
    case .asset: self = .asset
    case .list(let member): self = .list(StorageType(member))
    }
  }

  /// The column type of a STRICT table.
  var sql: String {
    switch self {
    case .text, .date, .choice, .asset, .list: "TEXT"
    case .number: "REAL"
    case .flag, .time: "INTEGER"
    }
  }

  /// As `schema_field.storage` keeps it and reports show it.
  var name: String {
    switch self {
    case .text: "text"
    case .number: "number"
    case .flag: "flag"
    case .date: "date"
    case .time: "time"
    case .choice: "one of"
    case .asset: "asset"
    case .list(let member): "list of \(member.name)"
    }
  }

  /// Reads what `name` writes.
  init?(name: String) {
    switch name {
    case "text": self = .text
    case "number": self = .number
    case "flag": self = .flag
    case "date": self = .date
    case "time": self = .time
    case "one of": self = .choice
    case "asset": self = .asset
    case _ where name.hasPrefix("list of "):
      guard let member = StorageType(name: String(name.dropFirst("list of ".count))) else { return nil }
      self = .list(member)
    default: return nil
    }
  }
}
