package import BusinessTime
package import ContactStore
import Decisioning
import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// Why somebody does or does not get something: the same plan and the same decisions as a run, for one record.
package struct Why {
  package struct UnknownRecord: Error, CustomStringConvertible {
    package let key: String
    package let database: String

    package var description: String {
      "there is no contact or account `\(key)` in \(database); keys are what `abm-rules import` read as such"
    }
  }

  let book: RuleBook
  let store: Store
  let evaluation: Evaluation
  let plan: DecisionPlan
  let options: DecisionOptions
  let decisions: Decisions
  let state: DecisionState
  let subject: Subject
  let row: Int
  let key: String

  /// Loads the record, with its account, the account's people and deals, and decides.
  ///
  /// - Parameter name: what is asked about; `nil` for everything.
  package init(
    about key: String, asking name: String? = nil, in book: RuleBook, _ store: Store, at now: Instant
  ) throws {
    let book = try book.joined(with: store)
    let plan = DecisionPlan(EvaluationPlan(book.program))
    var reads = plan.evaluation.readSet.union(plan.readSet)
    // One record is little: any of its fields can be asked for.
    for subject in [Subject.contact, .account] {
      for index in book.program.record(of: subject).fields.indices {
        reads.add(FieldIndex(index), of: subject)
      }
    }
    let holidays = PolicyHolidays(of: book)
    let calendar = book.program.policy.calendar(holidays: holidays.days)
    // Approval and halt are about whole populations, which are not loaded.
    let options = DecisionOptions(appliesPopulationPolicies: false, holidays: holidays.days)
    // What everybody did is much to read, and most often nothing depends on it: then it is left out.
    var isWhole = reads.everybodysFields.isEmpty || name.map(book.program.recommends) ?? false
    var found: (LoadedState, Subject, Evaluation, Decisions)?
    while true {
      var reads = reads
      if !isWhole { reads.everybodysFields = [:] }
      var loaded: (LoadedState, Subject)?
      if let contact = try store.load(book.program, reading: reads, now: now, about: .contact(key: key)) {
        loaded = (contact, .contact)
      } else if let account = try store.load(book.program, reading: reads, now: now, about: .account(key: key)) {
        loaded = (account, .account)
      }
      guard let (state, subject) = loaded else { break }
      let evaluation = Evaluation(plan: plan.evaluation, snapshot: state.snapshot, now: now, calendar: calendar)
      let decisions = decide(evaluation, plan: plan, state: state.state, options: options)
      if isWhole || !evaluation.askedForEverybody {
        found = (state, subject, evaluation, decisions)
        break
      }
      isWhole = true
    }
    guard let (loaded, subject, evaluation, decisions) = found,
      let row = Why.row(of: key, subject == .contact ? loaded.snapshot.contacts : loaded.snapshot.accounts, loaded)
    else { throw UnknownRecord(key: key, database: store.path) }
    self.book = book
    self.store = store
    self.subject = subject
    self.row = row
    state = loaded.state
    let table = subject == .contact ? loaded.snapshot.contacts : loaded.snapshot.accounts
    self.key = loaded.snapshot.texts.text(table.keys[row])
    self.plan = plan
    self.options = options
    self.evaluation = evaluation
    self.decisions = decisions
  }

  private static func row(of key: String, _ table: RecordTable, _ loaded: LoadedState) -> Int? {
    let wanted = key.lowercased()
    return table.keys.firstIndex { loaded.snapshot.texts.text($0).lowercased() == wanted }
  }

  func value(of field: FieldIndex) -> Value {
    let table = subject == .contact ? evaluation.snapshot.contacts : evaluation.snapshot.accounts
    return table.columns[field.index].value(at: row, program.record(of: subject)[field].type, evaluation.snapshot.texts)
  }

  var program: CheckedProgram { book.program }
  var zone: Zone { Zone(identifier: program.policy.zone) ?? .utc }

  /// The rule, definition or field of that name about the record's kind.
  func target(named name: String) throws -> Target {
    if let rule = program.rules.first(where: { $0.name == name }) {
      guard rule.subject == subject else { throw OtherSubject(name: name, subject: rule.subject) }
      return .rule(rule)
    }
    if let experiment = program.experiments.first(where: { $0.name == name }) {
      return try target(named: experiment.rule)
    }
    if let definition = program.definitions.first(where: { $0.name == name && $0.subject == subject }) {
      return .definition(definition)
    }
    if let field = program.record(of: subject).index(of: name) { return .field(field) }
    let other: Subject = subject == .contact ? .account : .contact
    if program.definitions.contains(where: { $0.name == name && $0.subject == other })
      || program.record(of: other).index(of: name) != nil
    {
      throw OtherSubject(name: name, subject: other)
    }
    if let sequence = program.sequences.first(where: { $0.name == name }) {
      guard subject == .contact else { throw OtherSubject(name: name, subject: .contact) }
      return .sequence(sequence)
    }
    if let recommendation = program.recommendations.firstIndex(where: { $0.name == name }) {
      guard subject == .contact else { throw OtherSubject(name: name, subject: .contact) }
      return .recommendation(recommendation)
    }
    throw UnknownRule(
      name: name,
      declared: program.rules.map(\.name) + program.sequences.map(\.name)
        + program.definitions.filter { $0.subject == subject }.map(\.name)
        + program.record(of: subject).fields.map(\.name) + program.recommendations.map(\.name))
  }

  enum Target {
    case rule(CheckedRule)
    case sequence(CheckedSequence)
    case definition(Definition)
    case field(FieldIndex)
    /// Its position in the program.
    case recommendation(Int)
  }

  package struct OtherSubject: WrongUsage, CustomStringConvertible {
    let name: String
    let subject: Subject
    package var description: String {
      "`\(name)` is about \(subject.rawValue)s; give the key of one: abm-rules why KEY \(name)"
    }
  }
}

extension CheckedProgram {
  /// Whether the answer about a name weighs assets: about a recommendation, or a rule that asks for one.
  fileprivate func recommends(_ name: String) -> Bool {
    recommendations.contains { $0.name == name }
      || rules.contains { $0.name == name && $0.actions.contains { $0.arguments[.recommendation] != nil } }
      || experiments.contains { $0.name == name || $0.rule == name }
  }
}
