import BusinessTime
import Decisioning
import Foundation
import RuleEngine
import RuleSemantics

/// The expressions of a `values` fence: a column for each person or account named on the first line, or, as
/// `expression → value`, about the first person alone.
struct ValueTable {
  /// Keys, of mail addresses the part before the `@`; empty for the form with arrows.
  private var columns: [String] = []
  private var expressions: [String] = []

  init(_ text: String) {
    for line in text.split(separator: "\n").map(String.init) {
      if expressions.isEmpty, columns.isEmpty, line.drop(while: { $0 == " " }).hasPrefix("|") {
        columns = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
      } else if columns.isEmpty {
        expressions.append(line.components(separatedBy: "→")[0].trimmingCharacters(in: .whitespaces))
      } else {
        expressions.append(line.components(separatedBy: " |")[0].trimmingCharacters(in: .whitespaces))
      }
    }
  }

  private func name(_ index: Int) -> String { "value_\(index + 1)" }

  private var isAboutAccounts: Bool {
    // Accounts are told apart by their domains, contacts by what stands before the @.
    !columns.isEmpty && columns.allSatisfy { $0.contains(".") }
  }

  var declarations: String {
    expressions.enumerated().map { index, expression in
      "define \(name(index))\(isAboutAccounts ? " for account" : "") = \(expression)\n"
    }.joined()
  }

  /// The text of the fence with all values in place.
  func filled(_ program: CheckedProgram, _ played: PlayedTest) -> String {
    let subject: Subject = isAboutAccounts ? .account : .contact
    let keys = played.keys(of: subject)
    let wanted = columns.isEmpty ? Array(keys.prefix(1)) : columns
    let rows = expressions.indices.map { index -> [String] in
      guard let definition = program.definitions.first(where: { $0.name == name(index) }) else { return ["?"] }
      return wanted.map { key in
        guard let row = keys.firstIndex(of: key) else { return "nobody" }
        let value = played.evaluation.value(of: definition.id, row: row)
        return program.spelling(of: value, type: definition.type, zone: played.evaluation.calendar.zone)
      }
    }
    let width = expressions.map(\.count).max() ?? 0
    if columns.isEmpty {
      return zip(expressions, rows).map { "\(padded($0, width)) → \($1[0])\n" }.joined()
    }
    let widths = columns.indices.map { column in
      max(columns[column].count, rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0)
    }
    func line(_ first: String, _ cells: [String]) -> String {
      let spaced = zip(cells, widths).map { padded($0, $1) }
      return ([padded(first, width)] + spaced).joined(separator: " | ").trimmedAtEnd + "\n"
    }
    return line("", columns) + zip(expressions, rows).map(line).joined()
  }

  private func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}

extension String {
  fileprivate var trimmedAtEnd: String { String(reversed().drop { $0 == " " }.reversed()) }
}
