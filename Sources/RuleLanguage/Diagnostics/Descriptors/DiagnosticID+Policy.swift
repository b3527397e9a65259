extension DiagnosticID {
  static let policyTable: Table = [:]
}
