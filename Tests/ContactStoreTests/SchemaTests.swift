import BusinessTime
import ContactStore
import Foundation
import RuleSemantics
import Testing

@Suite("The tables follow the rule book")
struct SchemaTests {
  private let base = [field("email", .text, isKey: true), field("tier", .text), field("age", .number)]

  private func filled(_ folder: Folder) throws -> Store {
    let book = SampleBook(contact: base, events: [SampleBook.event("visit", [field("path", .text)])])
    let store = try folder.store(book)
    let path = try folder.file(
      "c.csv", "email,tier,age\na@example.com,7,30\nb@example.com,gold,40\nc@example.com,,\n")
    try store.importFile(path, .contacts, program: book.program, now: noon)
    let events = try folder.file("e.csv", "contact,at,path\na@example.com,2026-01-01,/x\n")
    try store.importFile(events, .events(EventID(1)), program: book.program, now: noon)
    return store
  }

  @Test func aNewDatabaseGetsATableForEachKindAndEvent() throws {
    let folder = try Folder()
    let book = SampleBook(contact: base, events: [SampleBook.event("visit", [])])
    let store = try Store.open(folder.database, create: true)
    #expect(
      try store.migrate(to: book.program).map(\.description) == [
        "new table account with 1 fields", "new table contact with 3 fields", "new table deal with 0 fields",
        "new table asset with 0 fields", "new table event_message with 4 fields", "new table event_visit with 0 fields",
      ])
    #expect(try store.migrationPlan(for: book.program).isEmpty)
    #expect(
      try rows(folder, "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%STRICT%'")
        == ["1"])
    #expect(try rows(folder, "PRAGMA journal_mode") == ["wal"])
  }

  @Test func newFieldsAreAddedAndRemovedOnesAreKeptAndComeBack() throws {
    let folder = try Folder()
    let store = try filled(folder)
    let changed = SampleBook(contact: [base[0], base[2], field("city", .text)])
    let plan = try store.migrationPlan(for: changed.program)
    #expect(
      plan == [
        .addField(table: "contact", field: "city", type: "text"),
        .keepField(table: "contact", field: "tier", values: 2), .keepTable(table: "event_visit", rows: 1),
      ])
    #expect(try store.migrate(to: changed.program) == plan)
    #expect(try rows(folder, "SELECT tier FROM contact WHERE email = 'b@example.com'") == ["gold"])
    let back = SampleBook(
      contact: base + [field("city", .text)], events: [SampleBook.event("visit", [field("path", .text)])])
    #expect(try store.migrate(to: back.program) == [.restoreField(table: "contact", field: "tier")])
    #expect(try store.migrationPlan(for: back.program).isEmpty)
  }

  @Test func dataGoesOnlyWhenAskedTo() throws {
    let folder = try Folder()
    let store = try filled(folder)
    let changed = SampleBook(contact: [base[0], base[2]])
    #expect(
      try store.migrate(to: changed.program, dropping: true) == [
        .dropField(table: "contact", field: "tier", values: 2), .dropTable(table: "event_visit", rows: 1),
      ])
    #expect(try rows(folder, "SELECT name FROM pragma_table_info('contact') WHERE name = 'tier'").isEmpty)
    #expect(try rows(folder, "SELECT name FROM sqlite_schema WHERE name LIKE 'event_visit%'").isEmpty)
  }

  @Test func typesConvertAndWhatDoesNotIsCountedAndSetAside() throws {
    let folder = try Folder()
    let store = try filled(folder)
    let changed = SampleBook(
      contact: [base[0], field("tier", .number), field("age", .text)],
      events: [SampleBook.event("visit", [field("path", .text)])])
    let plan = try store.migrate(to: changed.program)
    #expect(
      plan == [
        .convertField(table: "contact", field: "tier", from: "text", to: "number", values: 2, lost: 1),
        .convertField(table: "contact", field: "age", from: "number", to: "text", values: 2, lost: 0),
      ])
    #expect(
      try rows(folder, "SELECT email, tier, age, _kept_tier FROM contact") == [
        "a@example.com|7.0|30|7", "b@example.com||40|gold", "c@example.com|||",
      ])
    #expect(try store.migrationPlan(for: changed.program).isEmpty)
  }

  @Test func valuesThatAreNoLongerChoicesAreCounted() throws {
    let folder = try Folder()
    let store = try filled(folder)
    func book(_ values: [String]) -> SampleBook {
      SampleBook(
        contact: [base[0], field("tier", .choice(ChoiceSetID(0))), base[2]],
        events: [SampleBook.event("visit", [field("path", .text)])],
        choiceSets: [SampleBook.choices(0, "tier", values)])
    }
    let text = try store.migrate(to: book(["gold", "silver"]).program)
    #expect(text == [.convertField(table: "contact", field: "tier", from: "text", to: "one of", values: 2, lost: 1)])
    #expect(
      try store.migrate(to: book(["silver", "bronze"]).program) == [
        .valuesOutside(table: "contact", field: "tier", values: [.init(value: "gold", count: 1)])
      ])
  }

  @Test func anotherKeyMustBeThereAndUnique() throws {
    let folder = try Folder()
    let store = try filled(folder)
    let events = [SampleBook.event("visit", [field("path", .text)])]
    let byAge = SampleBook(
      contact: [field("email", .text), field("tier", .text, isKey: true), field("age", .number)], events: events)
    #expect(throws: StoreError.keyNotUnique(table: "contact", field: "tier", missing: 1, repeated: 0)) {
      try store.migrate(to: byAge.program)
    }
    let old = SampleBook(contact: base, events: events)
    let path = try folder.file("d.csv", "email,tier\nc@example.com,tin\n")
    try store.importFile(path, .contacts, program: old.program, now: noon)
    #expect(try store.migrate(to: byAge.program) == [.changeKey(table: "contact", from: "email", to: "tier")])
    let again = try folder.file("e.csv", "tier,age\nGOLD,41\n")
    #expect(try store.importFile(again, .contacts, program: byAge.program, now: noon).updated == 1)
  }

  @Test func anEventThatMovesToAccountsSetsItsRowsAside() throws {
    let folder = try Folder()
    let store = try filled(folder)
    let changed = SampleBook(
      contact: base, events: [SampleBook.event("visit", [field("path", .text)], isForAccount: true)])
    #expect(try store.migrate(to: changed.program) == [.replaceTable(table: "event_visit", rows: 1)])
    #expect(try rows(folder, "SELECT path FROM _kept_event_visit") == ["/x"])
    #expect(try store.migrationPlan(for: changed.program).isEmpty)
  }

  /// What people call their events must not meet what the program calls its views, nor SQL's own words.
  @Test func anyNameWillDo() throws {
    let folder = try Folder()
    let names = ["page", "page_view", "view_page", "select", "group", "order"]
    let fields = ["order", "table", "index", "where"].map { field($0, .text) }
    let book = SampleBook(
      contact: [field("key", .text, isKey: true)] + fields, events: names.map { SampleBook.event($0, fields) })
    let store = try folder.store(book)
    let path = try folder.file("c.csv", "key,order,table,index,where\na,1,2,3,4\n")
    #expect(try store.importFile(path, .contacts, program: book.program, now: noon).inserted == 1)
    for index in names.indices {
      let events = try folder.file("e.csv", "contact,at,order,table\na,2026-01-01,\(names[index]),x\n")
      let kind = ImportKind.events(EventID(index + 1))
      #expect(try store.importFile(events, kind, program: book.program, now: noon).inserted == 1)
      #expect(
        try rows(folder, "SELECT _contact, \"order\" FROM \"view_event_\(names[index])\"") == ["a|\(names[index])"])
    }
    #expect(try store.migrationPlan(for: book.program).isEmpty)
  }
}
