extension DiagnosticID {
  static let typesTable: Table = [:]
}
