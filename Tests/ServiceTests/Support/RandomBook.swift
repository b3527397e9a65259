import Foundation
import Service
import TestSupport

// Rule books made up for the people of a random workspace: rules, sequences, experiments, recommendations, policies.
extension RandomWorkspace {
  private static let schema = """
    contact {
      email text key  hot flag  size number  tier text  persona one of (cfo, it, other)  stagnant text  timezone text
    }
    account { domain text key  big flag missing means no  level text }
    event page_view { path text } worth 0.2
    event content_download { asset asset } worth 0.7
    event reply
    event meeting
    asset { type text  topics list of text  published date }
    asset guide { type "guide"  topics ("roi", "budget")  published 2026-02-10 }
    asset offer { type "offer"  topics ("roi") }
    asset paper { type "paper"  topics ("security")  published 2026-01-20 }
    team sdr { "ana@example.com", "ben@example.com" otherwise "desk@example.com" }
    score warmth { add 10 per page_view half life 1 day, up to 40  add 5 when hot }
    define busy = count(page_view within 3 days) >= 2
    journey stage {
      stage early  stage middle when warmth >= 10  stage late when warmth >= 25  moves back when warmth < 3
    }
    segment warm when warmth >= 15 until warmth < 5 sync to hubspot list "Warm"
    recommendation reading {
      from asset where type != "offer" or contact.hot
      never repeat within 3 days
      factor interest 50% = affinity(candidate.topics, half life 3 days)
      factor proven   30% = rate(meeting within 1 day after content_download, prior 2)
      factor liked    20% = popularity(content_download, half life 5 days)
      pick best 2 scoring at least 5%
    }

    """
  private static let policy = """
    policy {
      timezone "Europe/London"
      at most 2 messages per contact per 7 days, hold the rest up to 3 days
      at most 4 messages per account per 7 days, drop the rest
      quiet between 20:00 and 08:00
      halt when a run acts on more than 90% of contacts
    }

    """

  /// Everything but rules, with a policy.
  static let data = schema + policy

  /// - Parameter rules: what `rules` made, or rules alone.
  static func book(_ rules: String) -> RuleBook {
    let text = (rules.contains("policy {") ? schema : data) + rules
    return RuleBook.read([("book.abm", Array(text.utf8))], folder: ".")
  }

  /// Any number of rules and sequences, and every other time an experiment and a policy of their own; each book checks.
  static func rules(_ numbers: inout SeededGenerator) -> String {
    let sequences = ["nurture", "care"].prefix(Int.random(in: 0...2, using: &numbers))
    var parts = (0..<Int.random(in: 2...7, using: &numbers)).map { rule("r\($0)", sequences, &numbers) }
    parts += sequences.map { sequence($0, &numbers) }
    if Bool.random(using: &numbers) { parts.append(experiment(&numbers)) }
    if Bool.random(using: &numbers) { parts.append(policy(&numbers)) }
    return parts.joined(separator: "\n")
  }

  // MARK: - Rules

  private static func rule(
    _ name: String, _ sequences: ArraySlice<String>, _ numbers: inout SeededGenerator
  ) -> String {
    if Int.random(in: 0..<7, using: &numbers) == 0 {
      let when = numbers.pick([
        "big", "any(contacts where warm)", "count(contacts where hot) >= 2", "level == \"gold\"",
      ])
      let then = numbers.pick(["create note \"{domain}\"", "set level to \"gold\"", "notify \"sales\" \"{domain}\""])
      return "rule \(name) for account { when \(when) then \(then) \(frequency(&numbers)) }"
    }
    var text = "rule \(name) { "
    let isTriggered = Int.random(in: 0..<3, using: &numbers) == 0
    if isTriggered {
      text += numbers.pick([
        "on page_view where path == \"/x\" wait 1 hour ", "on page_view ", "on reply wait 1 business day ",
        "on tier changed ", "on stage changed to middle ", "on warm changed to no ", "on hot changed wait 2 days ",
      ])
    }
    if !isTriggered || Bool.random(using: &numbers) { text += "when \(condition(&numbers)) " }
    text += "then \(action(sequences, &numbers)) "
    if Int.random(in: 0..<4, using: &numbers) == 0 { text += "and \(action(sequences, &numbers)) " }
    text += frequency(&numbers)
    if Int.random(in: 0..<6, using: &numbers) == 0 {
      text += " at most 1 contact per account per 2 days, highest size first"
    }
    if !isTriggered, Int.random(in: 0..<6, using: &numbers) == 0 { text += " from now on" }
    return text + " priority \(Int.random(in: 0...9, using: &numbers)) }"
  }

  private static func condition(_ numbers: inout SeededGenerator) -> String {
    let atoms = [
      "hot", "not hot", "size > 3", "size between 1 and 5", "persona in (cfo, it)", "warm", "busy", "warmth > 12",
      "stage >= middle", "did page_view where path == \"/x\" within 2 days", "no reply within 4 days",
      "tier == \"big\"",
      "account.big", "did not message within 2 days", "tier unchanged for 2 days", "any(colleagues where hot)",
    ]
    let first = numbers.pick(atoms)
    return switch Int.random(in: 0..<4, using: &numbers) {
    case 0: "\(first) and \(numbers.pick(atoms))"
    case 1: "\(first) or \(numbers.pick(atoms))"
    default: first
    }
  }

  private static func action(_ sequences: ArraySlice<String>, _ numbers: inout SeededGenerator) -> String {
    if let sequence = sequences.randomElement(using: &numbers), Int.random(in: 0..<6, using: &numbers) == 0 {
      return numbers.pick(["enroll in \(sequence)", "remove from sequence \(sequence)"])
    }
    return numbers.pick([
      "send asset guide", "send asset offer", "send email \"hello\"", "send asset offer as transactional",
      "set tier to \"big\"", "set tier to \"small\"", "clear tier", "add to list \"A\"", "remove from list \"A\"",
      "create task \"Call {email}\" for owner otherwise \"desk@example.com\" due in 2 business days",
      "create note \"{tier otherwise \"none\"}\"", "notify \"sales\" \"{email}\"", "call webhook \"hook\"",
      "send best of reading", "recommend reading for approval", "recommend reading", "assign owner from sdr",
    ])
  }

  private static func frequency(_ numbers: inout SeededGenerator) -> String {
    numbers.pick(["", "once", "every time", "once every 2 days", "once every 36 hours", "once every 1 business day"])
  }

  // MARK: - Sequences and experiments

  private static func sequence(_ name: String, _ numbers: inout SeededGenerator) -> String {
    var text = "sequence \(name) { enroll when \(condition(&numbers))  "
    text += numbers.pick(["once", "every time", "once every 3 days"]) + "  "
    text += numbers.pick(["goal when did meeting", "exit when no page_view within 10 days", "exit when size > 6"])
    text += "  "
    text += numbers.pick(["", "holdout 30%  ", "holdout 30% by account  "])
    text += numbers.pick(["", "act on weekdays between 09:00 and 17:00 in contact time  ", "existing too  "])
    text += "priority \(Int.random(in: 0...9, using: &numbers))"
    for step in 0..<Int.random(in: 1...3, using: &numbers) {
      text += "\n  step s\(step) { \(block(2, &numbers)) }"
    }
    return text + " }"
  }

  private static func block(_ depth: Int, _ numbers: inout SeededGenerator) -> String {
    (0..<Int.random(in: 1...3, using: &numbers)).map { _ in
      switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &numbers) {
      case 0: "wait \(Int.random(in: 1...50, using: &numbers)) hours"
      case 1: "wait up to \(Int.random(in: 1...50, using: &numbers)) hours until did page_view within 6 hours"
      case 4: "if hot { \(block(depth - 1, &numbers)) } else { \(block(depth - 1, &numbers)) }"
      case 5: "split { arm a 40% { \(block(depth - 1, &numbers)) } arm b 60% { \(block(depth - 1, &numbers)) } }"
      default: action([], &numbers)
      }
    }.joined(separator: "  ")
  }

  /// On a rule of its own, which messages people.
  private static func experiment(_ numbers: inout SeededGenerator) -> String {
    """
    rule trial { when \(condition(&numbers)) then send asset guide \(frequency(&numbers)) }
    experiment arms on trial {
      arm a 50% { send asset guide }
      arm b 50% { \(numbers.pick(["send asset paper", "send email \"b\"  create note \"b\"", ""])) }
      measure did meeting within 3 days afterwards
    }
    """
  }

  // MARK: - Policies

  private static func policy(_ numbers: inout SeededGenerator) -> String {
    let lines = [
      "timezone \"Europe/London\"",
      numbers.pick([
        "at most 2 messages per contact per 7 days, hold the rest up to 3 days",
        "at most 1 messages per contact per 2 days, drop the rest",
      ]),
      numbers.pick(["", "at most 3 messages per account per 3 days, hold the rest up to 1 day"]),
      numbers.pick([
        "quiet between 20:00 and 08:00 in contact time", "quiet between 20:00 and 08:00, release over 2 hours",
        "send on weekdays between 09:00 and 17:00 in contact time",
      ]),
      numbers.pick(["", "require consent marketing"]),
      numbers.pick(["", "never message when tier == \"small\"", "never repeat an asset within 5 days"]),
      numbers.pick(["", "approve rules that act on more than 2 contacts\n  approvals expire after 2 days"]),
      "halt when a run acts on more than \(numbers.pick([60, 90, 100]))% of contacts",
    ]
    return "policy {\n  \(lines.joined(separator: "\n  "))\n}"
  }
}
