import RuleDiagnostics

/// A name on the command line that no declaration has.
package struct UnknownRule: Error, CustomStringConvertible {
  package let name: String
  package let declared: [String]

  package var description: String {
    let hint = nearest(to: name, among: declared).map { "; did you mean `\($0)`?" } ?? ""
    return "the rule book has no `\(name)`\(hint)"
  }
}
