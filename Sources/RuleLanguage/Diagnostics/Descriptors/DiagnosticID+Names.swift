extension DiagnosticID {
  static let namesTable: Table = [:]
}
