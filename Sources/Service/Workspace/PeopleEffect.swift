import BusinessTime
import ContactStore
import Decisioning
import RuleDiagnostics
import RuleEngine
import RuleSemantics

/// What a mistake means for the people in a database: whom the condition that it stands in matches today, and whom once
/// it is repaired.
struct PeopleEffect {
  private let book: RuleBook
  private let store: Store
  private let now: Instant
  private let today: Counts?
  private let repaired: Counts?

  /// Evaluates the rule book as it is, where it has no errors, and as `check --fix` would leave it.
  init(_ book: RuleBook, _ store: Store, at now: Instant) {
    self.book = book
    self.store = store
    self.now = now
    today = book.hasErrors ? nil : Counts(book, store, now)
    let files = PeopleEffect.repairedFiles(of: book)
    repaired =
      files.map { files in
        let book = RuleBook.read(files, folder: book.folder, imported: book.imported)
        return book.hasErrors ? nil : Counts(book, store, now)
      } ?? nil
  }

  /// The diagnostics with what is known of the people.
  func adding(to diagnostics: [Diagnostic]) -> [Diagnostic] {
    diagnostics.map { diagnostic in
      var diagnostic = diagnostic
      if let line = sentence(diagnostic) { diagnostic.data.append(line) }
      return diagnostic
    }
  }

  private func sentence(_ diagnostic: Diagnostic) -> String? {
    guard let place = Place(of: diagnostic.range, in: book.program) else { return nil }
    if diagnostic.severity == .error {
      // What does not check matches nobody; without a sure repair there is nothing to compare it with.
      guard diagnostic.fixes.contains(where: \.isSafe), let repaired, let after = repaired.matches(place) else {
        return nil
      }
      return "matches 0 of \(repaired.total(place)) today, \(Plural.grouped(after)) once repaired"
    }
    guard let today, let matches = today.matches(place) else { return nil }
    let unknown = today.unknown(at: diagnostic.range, in: place)
    if let unknown, unknown > 0 {
      return "unknown for \(Plural.grouped(unknown)) of \(today.total(place)) today"
    }
    return "matches \(Plural.grouped(matches)) of \(today.total(place)) today"
  }

  private static func repairedFiles(of book: RuleBook) -> [(path: String, bytes: [UInt8])]? {
    guard book.diagnostics.contains(where: { $0.severity == .error && $0.fixes.contains(where: \.isSafe) }) else {
      return nil
    }
    return book.source.files.map { file in
      (file.path, applying(Repair.edits(of: book.diagnostics, in: file).flatMap(\.edits), to: file.bytes).bytes)
    }
  }
}

/// The rule or definition that a range lies in, known by its position among those of its kind, since a repair may change
/// names.
private enum Place {
  case rule(Int)
  case definition(String, Subject)

  init?(of range: SourceRange, in program: CheckedProgram) {
    func holds(_ outer: SourceRange) -> Bool {
      outer.file == range.file && outer.start <= range.start && range.end <= outer.end
    }
    if let index = program.rules.firstIndex(where: { holds($0.range) }) {
      self = .rule(index)
    } else if let definition = program.definitions.first(where: { holds($0.range) }) {
      self = .definition(definition.name, definition.subject)
    } else {
      return nil
    }
  }
}

/// How many people each condition of a rule book matches.
private struct Counts {
  private let program: CheckedProgram
  private let evaluation: Evaluation

  /// `nil` when the database has no room for what the rule book declares, or cannot be read.
  init?(_ book: RuleBook, _ store: Store, _ now: Instant) {
    let plan = EvaluationPlan(book.program)
    guard let loaded = try? store.load(book.program, reading: plan.readSet, now: now) else { return nil }
    program = book.program
    evaluation = Evaluation(
      plan: plan, snapshot: loaded.snapshot, now: now,
      calendar: book.program.policy.calendar(holidays: PolicyHolidays(of: book).days))
  }

  func total(_ place: Place) -> String {
    switch subject(of: place) {
    case .contact: Plural.count(evaluation.snapshot.contacts.count, "contact")
    case .account: Plural.count(evaluation.snapshot.accounts.count, "account")
    }
  }

  /// `nil` where there is no condition about a state.
  func matches(_ place: Place) -> Int? {
    condition(of: place).map { condition in
      evaluation.truths(condition, of: subject(of: place)).count { $0 == 1 }
    }
  }

  /// For how many the part of the condition at a range is unknown; `nil` where none of its parts stands there.
  func unknown(at range: SourceRange, in place: Place) -> Int? {
    guard let condition = condition(of: place), let part = part(of: condition, at: range), part.type == .flag else {
      return nil
    }
    return evaluation.truths(part, of: subject(of: place)).count { $0 == 2 }
  }

  private func part(of expression: CheckedExpression, at range: SourceRange) -> CheckedExpression? {
    if expression.range == range { return expression }
    for operand in expression.operands {
      if let found = part(of: operand, at: range) { return found }
    }
    return nil
  }

  private func subject(of place: Place) -> Subject {
    switch place {
    case .rule(let index): program.rules.indices.contains(index) ? program.rules[index].subject : .contact
    case .definition(_, let subject): subject
    }
  }

  private func condition(of place: Place) -> CheckedExpression? {
    switch place {
    case .rule(let index):
      guard program.rules.indices.contains(index), program.rules[index].trigger == nil else { return nil }
      return program.rules[index].condition
    case .definition(let name, let subject):
      let definition = program.definitions.first { $0.name == name && $0.subject == subject }
      switch definition?.body {
      case .segment(let segment)?: return segment.condition
      case .define(let value)? where value.type == .flag: return value
      case .define?, .factorScore?, .pointsScore?, .journey?, .malformed?, nil: return nil
      }
    }
  }
}
