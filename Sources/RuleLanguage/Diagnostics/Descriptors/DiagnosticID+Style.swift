extension DiagnosticID {
  static let styleTable: Table = [:]
}
