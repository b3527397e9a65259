extension DiagnosticID {
  static let timeTable: Table = [:]
}
