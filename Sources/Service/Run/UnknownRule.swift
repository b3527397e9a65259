import RuleDiagnostics

/// What was asked for cannot be asked so, whatever the files and the database hold.
package protocol WrongUsage: Error {}

/// A name on the command line that no declaration has.
package struct UnknownRule: WrongUsage, CustomStringConvertible {
  package let name: String
  package let declared: [String]

  package var description: String {
    let hint = nearest(to: name, among: declared).map { "; did you mean `\($0)`?" } ?? ""
    return "the rule book has no `\(name)`\(hint)"
  }
}
