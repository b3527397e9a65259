import BusinessTime
import Foundation
import RuleSemantics

/// A difference of two rule books, for a person to read: on a terminal, or in a pull request.
package struct DiffReport {
  private let diff: BookDiff
  private let style: Style
  private let samples: Int

  /// - Parameter samples: how many people a line names before it counts the rest.
  package init(_ diff: BookDiff, style: Style, samples: Int) {
    self.diff = diff
    self.style = style
    self.samples = samples
  }

  // MARK: - Terminal

  package var text: String {
    var lines = [style.bold("\(diff.oldName) → \(diff.newName)")]
    if diff.declarations.isEmpty { lines.append("They mean the same.") }
    for change in diff.declarations { lines += self.lines(of: change) }
    if let problem = diff.problem { lines += ["", "\(style.yellow("note:")) \(problem)"] }
    guard let people = diff.people, let now = diff.now else { return lines.joined(separator: "\n") + "\n" }
    lines += ["", style.bold("For people, at \(now.minuteText(in: diff.zone))") + "  " + style.faint(population)]
    if people.isEmpty { lines.append("  Nobody is treated differently.") }
    for change in people { lines += self.lines(of: change) }
    return lines.joined(separator: "\n") + "\n"
  }

  private var population: String {
    "\(Plural.count(diff.contacts, "contact")), \(Plural.count(diff.accounts, "account"))"
  }

  private func lines(of change: DeclarationChange) -> [String] {
    let mark: String
    switch change.what {
    case .added: mark = style.green("+")
    case .removed: mark = style.red("-")
    case .changed, .renamed: mark = style.yellow("~")
    case .affected: mark = style.faint("·")
    }
    var lines = ["\(mark) \(change.kind) \(style.bold(change.name))\(remark(change))"]
    if change.what == .changed {
      lines += change.textLines.map { line in
        switch line.side {
        case .old: "    " + style.red("- " + line.text)
        case .new: "    " + style.green("+ " + line.text)
        case .both: "    " + style.faint("  " + line.text)
        }
      }
    }
    return lines
  }

  private func remark(_ change: DeclarationChange) -> String {
    switch change.what {
    case .added: " is new"
    case .removed: " is gone"
    case .changed: change.formerName.map { " changed; it was `\($0)`" } ?? " changed"
    case .renamed: change.formerName.map { " was `\($0)`, and means the same" } ?? ""
    case .affected: " reads what changed: \(change.through.joined(separator: ", "))"
    }
  }

  private func lines(of change: PeopleChange) -> [String] {
    ["  \(style.bold("\(change.kind) \(change.name)"))  \(style.faint(counts(change)))"]
      + change.moves.flatMap { move in
        ["    \(heading(move, of: change))", "      " + style.faint(names(move).joined(separator: ", "))]
      }
  }

  private func counts(_ change: PeopleChange) -> String {
    let what: String? =
      switch change.kind {
      case "rule": "acts on "
      case "sequence": "in it "
      case "segment": ""
      default: nil
      }
    return what.map { "\($0)\(Plural.grouped(change.before)) → \(Plural.grouped(change.after))" } ?? ""
  }

  private func heading(_ move: PeopleChange.Move, of change: PeopleChange) -> String {
    let count = Plural.count(move.keys.count, change.subject.rawValue)
    let isOne = move.keys.count == 1
    switch move.what {
    case "enter": return "\(count) \(isOne ? "enters" : "enter")"
    case "leave": return "\(count) \(isOne ? "leaves" : "leave")"
    case "up": return "\(count) \(isOne ? "goes" : "go") up"
    case "down": return "\(count) \(isOne ? "goes" : "go") down"
    default: return "\(count) \(isOne ? "goes" : "go") \(move.what)"
    }
  }

  private func names(_ move: PeopleChange.Move) -> [String] {
    var names = move.keys.prefix(samples).enumerated().map { index, key in
      move.details.indices.contains(index) ? "\(key) (\(move.details[index]))" : key
    }
    if move.keys.count > samples { names.append("\(Plural.grouped(move.keys.count - samples)) more") }
    return names
  }

  // MARK: - Pull requests

  package var markdown: String {
    var lines = ["## What changes: \(code(diff.oldName)) → \(code(diff.newName))", ""]
    if diff.declarations.isEmpty { lines.append("The two rule books mean the same.") }
    for change in diff.declarations {
      lines.append("- **\(change.kind)** \(code(change.name))\(remark(change))")
      guard change.what == .changed else { continue }
      lines += ["", "  ```diff"] + change.textLines.map { "  \($0.mark) \($0.text)" } + ["  ```", ""]
    }
    if let problem = diff.problem { lines += ["", "> \(problem)"] }
    guard let people = diff.people, let now = diff.now else { return lines.joined(separator: "\n") + "\n" }
    lines += ["", "### For people, at \(now.minuteText(in: diff.zone)) (\(population))", ""]
    if people.isEmpty { lines.append("Nobody is treated differently.") }
    guard !people.isEmpty else { return lines.joined(separator: "\n") + "\n" }
    lines += ["| what | before | after | who |", "|---|--:|--:|---|"]
    for change in people {
      let who = change.moves.map { move in
        "\(heading(move, of: change)): \(names(move).map(escaped).joined(separator: ", "))"
      }
      lines.append(
        "| \(change.kind) \(code(change.name)) | \(Plural.grouped(change.before)) | \(Plural.grouped(change.after)) | "
          + "\(who.joined(separator: "<br>")) |")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func code(_ text: String) -> String { "`\(text)`" }

  private func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "|", with: "\\|").replacingOccurrences(of: "<", with: "&lt;")
  }
}

extension DeclarationChange {
  struct Line {
    enum Side { case old, new, both }
    var side: Side
    var text: String

    var mark: String {
      switch side {
      case .old: "-"
      case .new: "+"
      case .both: " "
      }
    }
  }

  /// Its text line by line, old and new side by side as `diff` shows it.
  var textLines: [Line] {
    let (before, after) = (lines(old), lines(new))
    let difference = after.difference(from: before)
    var (removed, inserted): (Set<Int>, Set<Int>) = ([], [])
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var result: [Line] = []
    var (left, right) = (0, 0)
    while left < before.count || right < after.count {
      if left < before.count, removed.contains(left) {
        result.append(Line(side: .old, text: before[left]))
        left += 1
      } else if right < after.count, inserted.contains(right) {
        result.append(Line(side: .new, text: after[right]))
        right += 1
      } else {
        if left < before.count { result.append(Line(side: .both, text: before[left])) }
        left += 1
        right += 1
      }
    }
    return result
  }

  private func lines(_ text: String?) -> [String] {
    (text ?? "").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
}
