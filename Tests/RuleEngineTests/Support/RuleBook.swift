import BusinessTime
import RuleDiagnostics
import RuleEngine
import RuleSemantics
import RuleSyntax
import Testing

/// A rule book in its own words, and data for it.
struct RuleBook {
  var world: ReferenceWorld
  private var nextEventID: Int64 = 1

  init(_ text: String, at now: String = "2026-03-02 09:00", zone: String = "Europe/London") throws {
    var book = SourceBook()
    let file = book.add(path: "test.abm", bytes: Array(text.utf8))
    let parsed = parse(file)
    let (program, diagnostics) = check(book, trees: [parsed.tree])
    let errors = (parsed.diagnostics + diagnostics).filter { $0.severity == .error }
    #expect(errors.isEmpty, "\(errors.map { "\($0.id): \($0.message)" })")
    let zone = try #require(Zone(identifier: zone))
    let instant = try #require(Instant(iso: now, in: zone))
    world = ReferenceWorld(program: program, now: instant, calendar: BusinessCalendar(zone: zone))
  }

  var program: CheckedProgram { world.program }

  // MARK: - Data

  mutating func contact(_ key: String, of account: Int? = nil, _ values: [String: Given] = [:]) throws {
    var record = try record(key, program.contact, .contact, values)
    record.account = account
    world.contacts.append(record)
  }

  mutating func account(_ key: String, _ values: [String: Given] = [:]) throws {
    world.accounts.append(try record(key, program.account, .account, values))
  }

  mutating func deal(_ key: String, of account: Int, _ values: [String: Given] = [:]) throws {
    var record = try record(key, program.deal, nil, values)
    record.account = account
    world.deals.append(record)
  }

  /// An event of the last contact, or of the account for an event `for account`, at a wall time of the zone.
  mutating func event(
    _ name: String, at time: String, of owner: Int? = nil, _ values: [String: Given] = [:]
  ) throws {
    let index = try #require(program.events.firstIndex { $0.name == name })
    let schema = program.events[index]
    var fields: [Value] = schema.record.fields.map { _ in .missing }
    for (name, given) in values {
      let field = try #require(schema.record.index(of: name))
      fields[field.index] = try value(given, schema.record[field].type)
    }
    let last = schema.isForAccount ? world.accounts.count - 1 : world.contacts.count - 1
    let instant = try #require(Instant(iso: time, in: world.calendar.zone))
    world.events.append(
      .init(type: EventID(index), owner: owner ?? last, time: instant, id: nextEventID, fields: fields))
    nextEventID += 1
  }

  private func record(
    _ key: String, _ schema: RecordSchema, _ subject: Subject?, _ values: [String: Given]
  ) throws -> ReferenceWorld.Record {
    var record = ReferenceWorld.Record(key: key, fields: schema.fields.map { $0.missingMeans ?? .missing })
    if let keyField = schema.key { record.fields[keyField.index] = .text(key) }
    for (name, given) in values {
      if let field = schema.index(of: name) {
        record.fields[field.index] = try value(given, schema[field].type)
      } else {
        let definition = try #require(program.definitions.first { $0.name == name && $0.subject == subject })
        record.given[definition.id] = try value(given, definition.type)
      }
    }
    return record
  }

  func value(_ given: Given, _ type: ValueType) throws -> Value {
    switch (given, type) {
    case (.number(let number), _): return .number(number)
    case (.flag(let flag), _): return .flag(flag)
    case (.list(let members), .list(let member)): return .list(try members.map { try value($0, member) })
    case (.text(let text), .choice(let set)):
      return .choice(set, try #require(program[set].values.firstIndex(of: text)))
    case (.text(let text), .date): return .date(try #require(CivilDate(iso: text)))
    case (.text(let text), .time): return .time(try #require(Instant(iso: text, in: world.calendar.zone)))
    case (.text(let text), .asset):
      return .asset(AssetID(try #require(program.assets.firstIndex { $0.name == text })))
    case (.text(let text), _): return .text(text)
    case (.list, _): throw UnfitValue()
    }
  }

  struct UnfitValue: Error {}

  enum Given: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
  {
    case text(String)
    case number(Double)
    case flag(Bool)
    case list([Given])

    init(stringLiteral value: String) { self = .text(value) }
    init(integerLiteral value: Int) { self = .number(Double(value)) }
    init(floatLiteral value: Double) { self = .number(value) }
    init(booleanLiteral value: Bool) { self = .flag(value) }
    init(arrayLiteral elements: Given...) { self = .list(elements) }
  }

  // MARK: - Answers, on which engine and reference agree

  func definition(_ name: String, of subject: Subject = .contact) throws -> Definition {
    try #require(program.definitions.first { $0.name == name && $0.subject == subject })
  }

  func rule(_ name: String) throws -> CheckedRule {
    try #require(program.rules.first { $0.name == name })
  }

  /// The value of a definition for each row of its subject.
  func values(_ name: String, of subject: Subject = .contact) throws -> [Value] {
    let definition = try definition(name, of: subject)
    let evaluation = world.evaluation()
    let reference = ReferenceEvaluator(world)
    let count = subject == .contact ? world.contacts.count : world.accounts.count
    return (0..<count).map { row in
      let value = evaluation.value(of: definition.id, row: row)
      let expected = reference.definition(definition.id, row: row)
      #expect(value.isClose(to: expected), "\(name) of row \(row): the reference disagrees")
      return value
    }
  }

  func numbers(_ name: String, of subject: Subject = .contact) throws -> [Double?] {
    try values(name, of: subject).map { if case .number(let number) = $0 { number } else { nil } }
  }

  /// yes, no or `nil` for unknown, for each row of its subject.
  func flags(_ name: String, of subject: Subject = .contact) throws -> [Bool?] {
    try values(name, of: subject).map { if case .flag(let flag) = $0 { flag } else { nil } }
  }

  /// The names of choices.
  func choices(_ name: String, of subject: Subject = .contact) throws -> [String?] {
    try values(name, of: subject).map { value in
      if case .choice(let set, let position) = value { program[set].values[position] } else { nil }
    }
  }

  /// The truth of a rule's condition for each row of its subject.
  func truths(ofRule name: String) throws -> [Bool?] {
    let rule = try rule(name)
    let condition = try #require(rule.condition)
    let truths = world.evaluation().truths(condition, of: rule.subject)
    let reference = ReferenceEvaluator(world)
    for (row, truth) in truths.enumerated() {
      #expect(reference.condition(condition, .init(subject: rule.subject, subjectRow: row)) == truth.asTruth)
    }
    return truths.map(\.asTruth)
  }
}

extension UInt8 {
  /// Of a column of truths.
  var asTruth: Bool? { self == 2 ? nil : self == 1 }
}

extension Value {
  func isClose(to other: Value) -> Bool {
    guard case .number(let left) = self, case .number(let right) = other else { return self == other }
    return left == right || abs(left - right) <= 1e-9 * max(1, abs(left), abs(right))
  }
}
