import BusinessTime
import ContactStore
import Foundation
import RuleDiagnostics
import RuleEngine
import RuleSemantics
import Testing

/// A rule book's data, built without its text.
struct SampleBook {
  var program: CheckedProgram

  static let nowhere = SourceRange(file: FileID(0), start: 0, end: 0)

  init(
    contact: [FieldSchema] = [field("email", .text, isKey: true)],
    account: [FieldSchema] = [field("domain", .text, isKey: true)], deal: [FieldSchema] = [],
    asset: [FieldSchema] = [], events: [EventSchema] = [], choiceSets: [ChoiceSet] = [], assets: [CheckedAsset] = [],
    definitions: [Definition] = [], rules: [CheckedRule] = [], zone: String = "UTC"
  ) {
    let record: ([FieldSchema]) -> RecordSchema = { RecordSchema(fields: $0, range: SampleBook.nowhere) }
    let message = EventSchema(
      name: EventSchema.messageName, isForAccount: false,
      record: record([
        field("asset", .asset), field("template", .text), field("rule", .text), field("transactional", .flag),
      ]), worth: nil,
      range: SampleBook.nowhere)
    var policy = CheckedPolicy.undeclared
    policy.zone = zone
    program = CheckedProgram(
      book: SourceBook(), choiceSets: choiceSets, contact: record(contact), account: record(account),
      deal: record(deal), asset: record(asset), events: [message] + events, assets: assets, teams: [],
      definitions: definitions, rules: rules, recommendations: [], sequences: [], policy: policy, experiments: [],
      tests: [])
  }

  static func readsEverything(_ program: CheckedProgram) -> ReadSet {
    var reads = ReadSet()
    reads.contactFields = Set(program.contact.fields.indices.map { FieldIndex($0) })
    reads.accountFields = Set(program.account.fields.indices.map { FieldIndex($0) })
    reads.dealFields = Set(program.deal.fields.indices.map { FieldIndex($0) })
    reads.contactChanges = reads.contactFields
    reads.readsDeals = true
    for (index, event) in program.events.enumerated() {
      reads.eventFields[EventID(index)] = Set(event.record.fields.indices.map { FieldIndex($0) })
    }
    reads.previous = Set(program.definitions.map(\.id))
    return reads
  }

  static func event(_ name: String, _ fields: [FieldSchema], isForAccount: Bool = false) -> EventSchema {
    EventSchema(
      name: name, isForAccount: isForAccount, record: RecordSchema(fields: fields, range: nowhere), worth: 1,
      range: nowhere)
  }

  static func choices(_ id: Int, _ name: String, _ values: [String], spellings: [String?]? = nil) -> ChoiceSet {
    ChoiceSet(
      id: ChoiceSetID(id), name: name, values: values, spellings: spellings ?? values.map { _ in nil },
      isOrdered: false, range: nowhere)
  }
}

func field(
  _ name: String, _ type: ValueType, isKey: Bool = false, column: String? = nil, missing: [String] = [],
  means: Value? = nil
) -> FieldSchema {
  FieldSchema(
    name: name, type: type, isKey: isKey, hubspotProperty: nil, column: column, missingSpellings: missing,
    missingMeans: means, range: SampleBook.nowhere)
}

/// A folder of its own for a test, removed with it.
final class Folder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "abm-store-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var database: String { path + "/abm.sqlite" }

  func file(_ name: String, _ text: String) throws -> String {
    try file(name, Data(text.utf8))
  }

  func file(_ name: String, _ data: Data) throws -> String {
    try data.write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    return "\(path)/\(name)"
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
  }

  func store(_ book: SampleBook) throws -> Store {
    let store = try Store.open(database, create: true)
    try store.migrate(to: book.program)
    return store
  }
}

let noon = Instant(milliseconds: 1_772_452_800_000)

extension Instant {
  func later(hours: Int64) -> Instant { adding(milliseconds: hours * 3_600_000) }
}

/// What `sqlite3` prints for a query, a line for each row: the file must be understood without this program.
func rows(_ folder: Folder, _ sql: String) throws -> [String] {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
  process.arguments = ["-batch", folder.database, sql]
  let pipe = Pipe()
  process.standardOutput = pipe
  try process.run()
  let data = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
}

/// Runs a program to its end.
func run(_ arguments: [String]) throws {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = arguments
  try process.run()
  process.waitUntilExit()
  #expect(process.terminationStatus == 0)
}

/// The data that developers have beside the repository; not part of it.
let sharedData = "../shared/data"

func sharedFile(_ name: String) -> String? {
  let path = "\(sharedData)/\(name)"
  guard FileManager.default.fileExists(atPath: path) else {
    print("skipped: \(path) is not there")
    return nil
  }
  return path
}
