import BusinessTime
import CSQLite
import RuleEngine
import RuleSemantics
import TestSupport
import Testing

/// SQLite's `WHERE` selects the contacts that the engine and the reference evaluator select.
@Suite struct SQLiteTests {
  private static let worlds = 100
  private static let conditionsPerWorld = 200

  @Test func engineReferenceAndSQLiteAgree() throws {
    var counts: [UInt8: Int] = [:]
    for seed in 0..<UInt64(SQLiteTests.worlds) {
      var generator = FieldConditionGenerator(random: SeededGenerator(seed: seed &+ 5_000))
      let world = world(&generator)
      let database = try Database(world)
      let evaluation = world.evaluation()
      let reference = ReferenceEvaluator(world)
      for _ in 0..<SQLiteTests.conditionsPerWorld {
        let condition = generator.condition(3)
        let sql = try #require(SQLCondition.text(condition))
        let truths = evaluation.truths(condition, of: .contact)
        let selected = try database.select("SELECT number FROM contact WHERE \(sql) ORDER BY number")
        #expect(truths.indices.filter { truths[$0] == 1 } == selected, "\(sql)")
        let values = try database.select("SELECT coalesce(\(sql) <> 0, 2) FROM contact ORDER BY number")
        #expect(truths.map(Int.init) == values, "\(sql)")
        for row in truths.indices {
          #expect(reference.condition(condition, .init(subject: .contact, subjectRow: row)) == truths[row].asTruth)
        }
        for truth in truths { counts[truth, default: 0] += 1 }
      }
    }
    // Each of the three is met often enough to mean something.
    for truth in 0...2 as ClosedRange<UInt8> { #expect(counts[truth] ?? 0 > 20_000) }
  }

  private func world(_ generator: inout FieldConditionGenerator) -> ReferenceWorld {
    var world = ReferenceWorld(
      program: SampleSchema.program(), now: WorldGenerator.base, calendar: BusinessCalendar())
    for row in 0..<12 {
      let fields = SampleSchema.contact.fields.map { field in
        generator.random.chance(0.3) ? Value.missing : generator.constant(field.type)
      }
      world.contacts.append(.init(key: "contact\(row)", fields: fields))
    }
    return world
  }
}

/// A table of contacts in SQLite, in memory.
private final class Database {
  private var handle: OpaquePointer?

  struct Failure: Error {
    var message: String
  }

  init(_ world: ReferenceWorld) throws {
    guard sqlite3_open(":memory:", &handle) == SQLITE_OK else { throw Failure(message: "cannot open") }
    let fields = SampleSchema.contact.fields.filter { FieldConditionGenerator.types.contains($0.type) }
    let columns = fields.map { field in
      "\(field.name) \(field.type == .text ? "TEXT" : field.type == .number ? "REAL" : "INTEGER")"
    }
    try execute("CREATE TABLE contact (number INTEGER, \(columns.joined(separator: ", "))) STRICT")
    for (row, contact) in world.contacts.enumerated() {
      let values = zip(SampleSchema.contact.fields, contact.fields).compactMap { field, value in
        FieldConditionGenerator.types.contains(field.type) ? SQLCondition.literal(value) : nil
      }
      try execute("INSERT INTO contact VALUES (\(row), \(values.joined(separator: ", ")))")
    }
  }

  deinit {
    sqlite3_close(handle)
  }

  private func execute(_ sql: String) throws {
    guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure(sql) }
  }

  func select(_ sql: String) throws -> [Int] {
    var statement: OpaquePointer?
    guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { throw failure(sql) }
    defer { sqlite3_finalize(statement) }
    var numbers: [Int] = []
    while sqlite3_step(statement) == SQLITE_ROW { numbers.append(Int(sqlite3_column_int64(statement, 0))) }
    return numbers
  }

  private func failure(_ sql: String) -> Failure {
    Failure(message: "\(String(cString: sqlite3_errmsg(handle))): \(sql)")
  }
}
