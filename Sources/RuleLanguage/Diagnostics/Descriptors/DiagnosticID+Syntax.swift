extension DiagnosticID {
  static let syntaxTable: Table = [
    .unexpectedToken: (.error, "something stands where the grammar does not allow it")
  ]
}
