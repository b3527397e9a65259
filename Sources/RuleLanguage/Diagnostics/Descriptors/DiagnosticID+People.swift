extension DiagnosticID {
  static let peopleTable: Table = [:]
}
