extension DiagnosticID {
  static let missingDataTable: Table = [:]
}
