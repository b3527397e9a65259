import Decisioning
import RuleDiagnostics
import RuleSemantics

/// Two rule books over the same history: who gains, who loses.
struct SimulationComparison {
  struct Rule {
    var name: String
    var before: Int
    var after: Int
    /// Keys of those on whom only one of the two acts.
    var gained: [String]
    var lost: [String]
  }

  /// Those for whom there is a difference, in the order of the second rule book.
  let rules: [Rule]
  /// Contacts who get more messages, and fewer; those with the largest difference first, each with both numbers.
  let moreMessages: [(key: String, before: Int, after: Int)]
  let fewerMessages: [(key: String, before: Int, after: Int)]

  init(_ old: SimulationRun, _ new: SimulationRun) {
    let before = Dictionary(old.tally.rules.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let after = Dictionary(new.tally.rules.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let former = Dictionary(
      new.book.program.rules.compactMap { rule in rule.formerName.map { (rule.name, $0) } }
        + new.book.program.sequences.compactMap { sequence in sequence.formerName.map { (sequence.name, $0) } },
      uniquingKeysWith: { first, _ in first })
    let renamed = Set(former.values)
    let names =
      new.tally.rules.map(\.name) + old.tally.rules.map(\.name).filter { after[$0] == nil && !renamed.contains($0) }
    rules = names.compactMap { name in
      let was = before[name] ?? former[name].flatMap { before[$0] }
      let now = after[name]
      func people(_ rule: SimulationTally.Rule?, _ run: SimulationRun) -> Set<String> {
        Set((rule?.people ?? []).map { run.key(of: rule?.subject ?? .contact, row: $0) })
      }
      let (left, right) = (people(was, old), people(now, new))
      let rule = Rule(
        name: name, before: was?.acted.reduce(0, +) ?? 0, after: now?.acted.reduce(0, +) ?? 0,
        gained: right.subtracting(left).sorted(), lost: left.subtracting(right).sorted())
      return rule.before == rule.after && rule.gained.isEmpty && rule.lost.isEmpty ? nil : rule
    }
    func messages(_ run: SimulationRun) -> [String: Int] {
      Dictionary(
        run.tally.messagesByContact.map { (run.key(of: .contact, row: $0.key), $0.value) },
        uniquingKeysWith: { first, _ in first })
    }
    let (left, right) = (messages(old), messages(new))
    let all = Set(left.keys).union(right.keys).map { (key: $0, before: left[$0] ?? 0, after: right[$0] ?? 0) }
    moreMessages = all.filter { $0.after > $0.before }
      .sorted { ($0.before - $0.after, $0.key) < ($1.before - $1.after, $1.key) }
    fewerMessages = all.filter { $0.after < $0.before }
      .sorted { ($0.after - $0.before, $0.key) < ($1.after - $1.before, $1.key) }
  }

  var json: JSONValue {
    func people(_ list: [(key: String, before: Int, after: Int)]) -> JSONValue {
      .list(
        list.map {
          .members([("contact", .text($0.key)), ("before", .integer($0.before)), ("after", .integer($0.after))])
        }
      )
    }
    return .members([
      (
        "rules",
        .list(
          rules.map { rule in
            .members([
              ("name", .text(rule.name)), ("before", .integer(rule.before)), ("after", .integer(rule.after)),
              ("gained", .list(rule.gained.map(JSONValue.text))), ("lost", .list(rule.lost.map(JSONValue.text))),
            ])
          })
      ), ("more_messages", people(moreMessages)), ("fewer_messages", people(fewerMessages)),
    ])
  }
}
