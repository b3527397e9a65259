package import BusinessTime
package import RuleDiagnostics
package import RuleSemantics

extension Decisions {
  /// One object: `now`, `rulebook`, `contacts`, `rules`, `actions`, as `plan` and `run` print it; beyond these
  /// `vanished_rules` and `halted` where there is something to say.
  ///
  /// - Parameters:
  ///   - rulebook: The content hash of the rule book.
  ///   - contacts: How many were evaluated.
  package func json(_ program: CheckedProgram, rulebook: String, contacts: Int) -> JSONValue {
    let zone = Zone(identifier: program.policy.zone) ?? .utc
    return .members([
      ("now", .text(now.description)), ("rulebook", .text(rulebook)), ("contacts", .number(Double(contacts))),
      ("rules", .list(rules.map { $0.json(program) })), ("actions", .list(actions.map { $0.json(in: zone) })),
      ("sequences", sequences.isEmpty ? nil : .list(sequences.map { $0.json(program) })),
      ("vanished_rules", vanishedRules.isEmpty ? nil : .list(vanishedRules.map(JSONValue.text))),
      ("vanished_sequences", vanishedSequences.isEmpty ? nil : .list(vanishedSequences.map { .text($0.name) })),
      ("halted", halt.map { .text($0.text) }),
    ])
  }
}

extension Decisions.RuleReport {
  func json(_ program: CheckedProgram) -> JSONValue {
    let file = program.book[range.file]
    return .members([
      ("name", .text(name)), ("file", .text(file.path)),
      ("line", .number(Double(file.position(at: range.start).line))), ("matched", .number(Double(matched))),
      ("acted", .number(Double(acted))), ("waiting", .number(Double(waiting))), ("skipped", .number(Double(skipped))),
      ("unknown", .number(Double(unknown))), ("approval", approval.map { .text($0.text) }),
      ("existing_people", existingPeople.map(JSONValue.integer)), ("paused", isPaused ? .flag(true) : nil),
    ])
  }
}

extension Decisions.SequenceReport {
  func json(_ program: CheckedProgram) -> JSONValue {
    let file = program.book[range.file]
    let counts: [(String, Int)] = [
      ("matched", matched), ("enrolled", enrolled), ("held_out", heldOut), ("acted", acted), ("waiting", waiting),
      ("held", held), ("outside_times", closed), ("goal", reachedGoal), ("exited", exited), ("finished", finished),
      ("removed", removed), ("stranded", stranded), ("unknown", unknown),
    ]
    return .members(
      [
        ("name", .text(name)), ("file", .text(file.path)),
        ("line", .number(Double(file.position(at: range.start).line))),
      ] + counts.map { ($0, .integer($1)) } + [
        ("approval", approval.map { .text($0.text) }), ("paused", isPaused ? .flag(true) : nil),
      ])
  }
}

extension DecidedAction {
  /// As the `actions` of `plan` and `run` show it; an action about an account has `account` instead of `contact`.
  package func json(in zone: Zone) -> JSONValue {
    .members([
      ("rule", .text(rule)), ("step", step.map(JSONValue.text)), (subject.rawValue, .text(key)),
      ("action", .text(action.rawValue)),
      ("arguments", .record(arguments.map { .init($0.parameter.rawValue, $0.value) })),
      ("outcome", .text(outcome.name)), ("reason", outcome.reason(in: zone).map(JSONValue.text) ?? .null),
      ("picks", picks?.json), ("request", request),
    ])
  }
}
