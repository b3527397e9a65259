import BusinessTime
import ContactStore
import Foundation
import RuleSemantics
import Testing

/// Real files, where they lie beside the repository; where they do not, nothing is tested and a line says so.
@Suite("Real data")
struct RealDataTests {
  @Test func everyLeadOfAnOnlineCourseSellerIsImported() throws {
    guard let path = sharedFile("leads_xeducation.csv.gz") else { return }
    let sources = SampleBook.choices(0, "last_activity", ["email_opened", "sms_sent"])
    let book = SampleBook(
      contact: [
        field("id", .text, isKey: true, column: "Prospect ID"), field("lead_number", .number),
        field("specialization", .text, missing: ["Select"]), field("city", .text, missing: ["Select"]),
        field("converted", .flag), field("visits", .number, column: "TotalVisits"),
        field("do_not_email", .flag), field("last_activity", .choice(ChoiceSetID(0))),
      ], choiceSets: [sources])
    let folder = try Folder()
    let store = try folder.store(book)
    let summary = try store.importFile(
      path, .contacts, program: book.program, options: ImportOptions(rejectsPath: folder.path + "/rejects.csv"),
      now: noon)
    #expect((summary.rows, summary.inserted, summary.rejected) == (9240, 9240, 0))
    #expect(summary.mappedColumns.count == 8)
    #expect(summary.ignoredColumns.count == 29)
    #expect(
      try rows(folder, "SELECT count(*), sum(converted), count(specialization), sum(city = 'Select') FROM contact")
        == ["9240|3561|5860|0"])
    #expect(try rows(folder, "SELECT count(*) FROM contact WHERE last_activity = 'email_opened'") == ["3437"])
    let again = try store.importFile(
      path, .contacts, program: book.program, options: ImportOptions(rejectsPath: folder.path + "/rejects.csv"),
      now: noon.later(hours: 1))
    #expect(again.unchanged == 9240)
  }

  @Test func everyRowOfAnInteractionLogIsAccountedFor() throws {
    guard let path = sharedFile("deskdrop_interactions.csv.gz") else { return }
    let kinds = SampleBook.choices(
      0, "kind", ["view", "like", "bookmark", "comment", "follow"], spellings: [nil, nil, nil, "COMMENT CREATED", nil])
    let book = SampleBook(
      contact: [field("person", .text, isKey: true, column: "personId")],
      events: [
        SampleBook.event(
          "activity", [field("kind", .choice(ChoiceSetID(0)), column: "eventType"), field("content", .text)])
      ], choiceSets: [kinds])
    let folder = try Folder()
    let store = try folder.store(book)
    let people = try store.importFile(
      path, .contacts, program: book.program, options: ImportOptions(rejectsPath: folder.path + "/rejects.csv"),
      now: noon)
    #expect((people.rows, people.inserted, people.duplicates) == (72_312, 1895, 72_312 - 1895))
    let options = ImportOptions(
      map: ["at": "timestamp", "content": "contentId"], dates: .unixSeconds, rejectsPath: folder.path + "/rejects.csv")
    let events = try store.importFile(path, .events(EventID(1)), program: book.program, options: options, now: noon)
    #expect((events.rows, events.inserted, events.duplicates, events.rejected) == (72_312, 72_301, 11, 0))
    #expect(events.valueProblems.isEmpty)
    #expect(
      try rows(folder, "SELECT kind, count(*) FROM event_activity GROUP BY kind ORDER BY 2 DESC") == [
        "view|61075", "like|5745", "bookmark|2463", "comment|1611", "follow|1407",
      ])
    let again = try store.importFile(path, .events(EventID(1)), program: book.program, options: options, now: noon)
    #expect((again.inserted, again.unchanged) == (0, 72_312))
  }

  @Test func everyCompanyOfAnAcceleratorIsImported() throws {
    guard let path = sharedFile("accounts_yc.csv.gz") else { return }
    let book = SampleBook(account: [
      field("id", .text, isKey: true), field("name", .text), field("team_size", .number),
      field("launched", .date, column: "launched_at"), field("hiring", .flag, column: "isHiring"),
      field("batch", .number),
    ])
    let folder = try Folder()
    let store = try folder.store(book)
    let summary = try store.importFile(
      path, .accounts, program: book.program,
      options: ImportOptions(dates: .us, rejectsPath: folder.path + "/rejects.csv"), now: noon)
    #expect((summary.rows, summary.inserted, summary.rejected) == (5408, 5408, 0))
    #expect(
      try rows(folder, "SELECT min(launched), max(launched), count(team_size) FROM account")
        == ["2010-01-17|2025-08-30|5322"])
  }
}
