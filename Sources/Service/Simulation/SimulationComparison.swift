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
    let formerly = SimulationComparison.counterparts(of: new, in: old)
    let matched = Set(formerly.values.map(\.name))
    let pairs =
      new.tally.rules.map { (formerly[$0.name], Optional($0)) }
      + old.tally.rules.filter { !matched.contains($0.name) }.map { (Optional($0), nil) }
    rules = pairs.compactMap { was, now in
      func people(_ rule: SimulationTally.Rule?, _ run: SimulationRun) -> Set<String> {
        Set((rule?.people ?? []).map { run.key(of: rule?.subject ?? .contact, row: $0) })
      }
      let (left, right) = (people(was, old), people(now, new))
      let rule = Rule(
        name: now?.name ?? was?.name ?? "", before: was?.acted.reduce(0, +) ?? 0, after: now?.acted.reduce(0, +) ?? 0,
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

  /// For each rule and sequence of one run, by name, what it is in another: what has its name, or else what it was
  /// called before, or is called there.
  static func counterparts(of run: SimulationRun, in other: SimulationRun) -> [String: SimulationTally.Rule] {
    let others = Dictionary(other.tally.rules.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let names = Set(run.tally.rules.map(\.name))
    let former = run.book.formerNames
    let later = Dictionary(
      other.book.formerNames.filter { !names.contains($0.key) }.map { ($0.value, $0.key) },
      uniquingKeysWith: { first, _ in first })
    return Dictionary(
      run.tally.rules.compactMap { rule in
        let renamed = [former[rule.name], later[rule.name]].compactMap(\.self)
        let found = others[rule.name] ?? renamed.lazy.compactMap { others[$0] }.first { !names.contains($0.name) }
        return found.map { (rule.name, $0) }
      }, uniquingKeysWith: { first, _ in first })
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

extension RuleBook {
  /// By the name of a rule or sequence, what it was called before.
  fileprivate var formerNames: [String: String] {
    Dictionary(
      program.rules.compactMap { rule in rule.formerName.map { (rule.name, $0) } }
        + program.sequences.compactMap { sequence in sequence.formerName.map { (sequence.name, $0) } },
      uniquingKeysWith: { first, _ in first })
  }
}
