// Wording about values that may be missing.
extension Diagnostic {
  /// - Parameters:
  ///   - repair: what could stand in for it.
  ///   - needsParentheses: whether `otherwise` would bind to the last part of it only.
  package static func missingInText(
    _ value: String, at range: SourceRange, repair: String, needsParentheses: Bool
  ) -> Diagnostic {
    let whole = needsParentheses ? "(\(value))" : value
    return Diagnostic(
      .missingInText, "`\(value)` may be missing, and the text would have a gap", at: range, label: "may be missing",
      help: ["say what to write instead: `{\(whole) otherwise \(repair)}`"],
      fixes: [
        FixIt(
          "write `\(repair)` where it is missing", isSafe: false,
          edits: [TextEdit(range, "\(whole) otherwise \(repair)")])
      ])
  }
}
