extension DiagnosticID {
  static let missingDataTable: Table = [
    .missingInText: (.error, "a text inserts a value that may be missing")
  ]
}
