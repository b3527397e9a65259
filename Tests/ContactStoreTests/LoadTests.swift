import BusinessTime
import ContactStore
import Decisioning
import Foundation
import RuleEngine
import RuleSemantics
import Testing

@Suite("Loading")
struct LoadTests {
  static let tier = SampleBook.choices(0, "tier", ["bronze", "silver", "gold"])

  static let book = SampleBook(
    contact: [
      field("email", .text, isKey: true), field("tier", .choice(ChoiceSetID(0))), field("age", .number),
      field("opted_out", .flag, means: .flag(false)), field("born", .date), field("seen", .time),
      field("language", .text, means: .text("en")), field("topics", .list(.text)),
      field("likes", .list(.choice(ChoiceSetID(0)))), field("read", .asset),
    ],
    account: [field("domain", .text, isKey: true), field("size", .number)],
    deal: [field("name", .text, isKey: true), field("amount", .number)],
    events: [
      SampleBook.event("visit", [field("path", .text), field("seconds", .number)]),
      SampleBook.event("surge", [field("topic", .text)], isForAccount: true),
    ],
    choiceSets: [tier],
    assets: [CheckedAsset(name: "guide", formerName: nil, title: nil, values: [], range: SampleBook.nowhere)])

  private func filled(_ folder: Folder) throws -> Store {
    let store = try folder.store(Self.book)
    func add(_ kind: ImportKind, _ text: String) throws {
      let path = try folder.file("data.csv", text)
      let summary = try store.importFile(path, kind, program: Self.book.program, now: noon)
      #expect(summary.rejected == 0)
    }
    try add(.accounts, "domain,size\nzeta.example,10\nacme.example,20\n")
    try add(
      .contacts,
      """
      email,account,owner,tier,age,opted_out,born,seen,language,topics,likes,read,suppressed,consent:marketing
      zoe@example.com,acme.example,ana@example.com,gold,41,yes,1985-02-03,2026-01-01T00:00:01Z,de,roi;\
      "quoted;text",gold;tin;silver,guide,,no
      amy@example.com,acme.example,,,,,,,,,,other,yes,yes
      bob@example.com,,,silver,3.5,no,,,,,,,,yes

      """.replacing(#""quoted;text""#, with: "costs"))
    try add(.deals, "name,account,amount\nBig,acme.example,5\n")
    try add(
      .events(EventID(1)),
      """
      contact,at,path,seconds
      zoe@example.com,2026-01-02,/b,2
      bob@example.com,2026-01-01,/c,
      zoe@example.com,2026-01-01,/a,1
      amy@example.com,2026-01-03,/d,4

      """)
    try add(.events(EventID(2)), "account,at,topic\nacme.example,2026-01-01,roi\n")
    return store
  }

  private func texts(_ codes: [Int32], _ snapshot: Snapshot) -> [String?] {
    codes.map { $0 < 0 ? nil : snapshot.texts.text($0) }
  }

  @Test func recordsStandInTheOrderOfTheirKeysWithTheirColumns() throws {
    let folder = try Folder()
    let store = try filled(folder)
    let loaded = try store.load(
      Self.book.program, reading: SampleBook.readsEverything(Self.book.program), now: noon)
    let snapshot = loaded.snapshot
    #expect(texts(snapshot.contacts.keys, snapshot) == ["amy@example.com", "bob@example.com", "zoe@example.com"])
    #expect(texts(snapshot.accounts.keys, snapshot) == ["acme.example", "zeta.example"])
    #expect(snapshot.accountOfContact == [0, -1, 0])
    #expect(snapshot.accountOfDeal == [0])
    #expect(texts(snapshot.contacts.owners, snapshot) == [nil, nil, "ana@example.com"])
    #expect(loaded.rows.contacts == [2, 3, 1])
    let columns = snapshot.contacts.columns
    guard case .choices([-1, 1, 2]) = columns[1], case .flags([0, 0, 1]) = columns[3],
      case .dates([Column.missingDate, Column.missingDate, 5512]) = columns[4],
      case .times([Column.missingTime, Column.missingTime, 1_767_225_601_000]) = columns[5],
      case .texts(let languages) = columns[6], case .numbers(let ages) = columns[2],
      case .assets([-1, -1, 0]) = columns[9]
    else {
      Issue.record("got \(columns)")
      return
    }
    #expect(ages[0].isNaN && ages[1] == 3.5 && ages[2] == 41)
    #expect(texts(languages, snapshot) == ["en", "en", "de"])
    guard case .lists(let topics) = columns[7], case .texts(let members) = topics.members,
      case .lists(let likes) = columns[8], case .choices([2, 1]) = likes.members
    else {
      Issue.record("got \(columns)")
      return
    }
    #expect(topics.offsets == [0, 0, 0, 2])
    #expect(texts(members, snapshot) == ["roi", "costs"])
    #expect(likes.offsets == [0, 0, 0, 2])
    #expect(loaded.state.suppressed == [1, 0, 0])
    #expect(loaded.state.consents == ["marketing": [1, 1, 0]])
    #expect(loaded.lastRun == nil)
  }

  @Test func eventsStandInTheOrderOfOwnerAndTime() throws {
    let folder = try Folder()
    let store = try filled(folder)
    let snapshot = try store.load(
      Self.book.program, reading: SampleBook.readsEverything(Self.book.program), now: noon
    ).snapshot
    let visits = snapshot.events[1]
    #expect(visits.owners == [0, 1, 2, 2])
    #expect(visits.times == [1_767_398_400_000, 1_767_225_600_000, 1_767_225_600_000, 1_767_312_000_000])
    #expect(visits.recordedAt == Array(repeating: noon.milliseconds, count: 4))
    #expect(Set(visits.ids).count == 4)
    guard case .texts(let paths) = visits.columns[0], case .numbers(let seconds) = visits.columns[1] else {
      Issue.record("got \(visits.columns)")
      return
    }
    #expect(texts(paths, snapshot) == ["/d", "/c", "/a", "/b"])
    #expect(seconds[0] == 4 && seconds[1].isNaN && seconds[2] == 1 && seconds[3] == 2)
    #expect(snapshot.events[2].owners == [0])
    #expect(snapshot.events[0].count == 0)
  }

  @Test func onlyWhatIsReadIsLoaded() throws {
    let folder = try Folder()
    let store = try filled(folder)
    var reads = ReadSet()
    reads.contactFields = [FieldIndex(2)]
    reads.eventFields = [EventID(1): []]
    let snapshot = try store.load(Self.book.program, reading: reads, now: noon).snapshot
    for (index, column) in snapshot.contacts.columns.enumerated() where index != 2 {
      guard case .absent = column else {
        Issue.record("column \(index) was loaded")
        return
      }
    }
    #expect(snapshot.deals.count == 0)
    #expect(snapshot.events[1].count == 4)
    #expect(snapshot.events[2].count == 0)
  }

  @Test func aQuestionAboutOneContactLoadsItsAccountAndColleagues() throws {
    let folder = try Folder()
    let store = try filled(folder)
    let reads = SampleBook.readsEverything(Self.book.program)
    let loaded = try #require(
      try store.load(Self.book.program, reading: reads, now: noon, about: .contact(key: "Zoe@example.com")))
    let snapshot = loaded.snapshot
    #expect(texts(snapshot.contacts.keys, snapshot) == ["amy@example.com", "zoe@example.com"])
    #expect(texts(snapshot.accounts.keys, snapshot) == ["acme.example"])
    #expect(snapshot.events[1].owners == [0, 1, 1])
    #expect(snapshot.deals.count == 1)
    #expect(loaded.state.consents == ["marketing": [1, 0]])
    #expect(try store.load(Self.book.program, reading: reads, now: noon, about: .contact(key: "nobody")) == nil)
    let single = try store.load(Self.book.program, reading: reads, now: noon, about: .contact(key: "bob@example.com"))
    #expect(single?.snapshot.contacts.count == 1)
    #expect(single?.snapshot.accounts.count == 0)
  }

  @Test func theTimeOfTheLastChangeIsThatOfTheImport() throws {
    let folder = try Folder()
    let store = try filled(folder)
    let later = noon.later(hours: 5)
    let path = try folder.file("more.csv", "email,tier\nbob@example.com,gold\namy@example.com,\n")
    try store.importFile(path, .contacts, program: Self.book.program, now: later)
    let loaded = try store.load(
      Self.book.program, reading: SampleBook.readsEverything(Self.book.program), now: later)
    #expect(
      loaded.snapshot.contacts.changedAt[FieldIndex(1)]
        == [Column.missingTime, later.milliseconds, Column.missingTime])
    let provenance = try store.provenance(
      of: FieldIndex(1), .contact, key: "bob@example.com", program: Self.book.program)
    #expect(provenance == FieldProvenance(source: .import(id: 6, file: path), at: later, isChange: true))
    let first = try store.provenance(of: FieldIndex(2), .contact, key: "bob@example.com", program: Self.book.program)
    #expect(first?.source == .import(id: 2, file: folder.path + "/data.csv"))
    #expect(first?.isChange == false)
  }

  @Test func aReadSeesOneMomentWhileAnImportIsUnderWay() throws {
    let folder = try Folder()
    let store = try filled(folder)
    let path = try folder.file(
      "many.csv", "email\n" + (0..<40_000).map { "n\($0)@example.com\n" }.joined())
    var counts: [Int] = []
    try store.importFile(path, .contacts, program: Self.book.program, now: noon) { _ in
      let loaded = try? store.load(Self.book.program, reading: ReadSet(), now: noon)
      counts.append(loaded?.snapshot.contacts.count ?? -1)
    }
    #expect(counts == [3, 3, 3])
    #expect(try store.load(Self.book.program, reading: ReadSet(), now: noon).snapshot.contacts.count == 40_003)
  }

  @Test func importedAssetsComeBackAsTheCheckerReadsThem() throws {
    let folder = try Folder()
    let book = SampleBook(asset: [field("topics", .list(.text)), field("published", .date), field("free", .flag)])
    let store = try folder.store(book)
    #expect(try store.assets() == nil)
    let path = try folder.file(
      "assets.csv", "Name,Title,topics,published,free\nguide,The guide,roi; costs,2026-01-05,yes\nother,,,,\n")
    #expect(try store.importFile(path, .assets, program: book.program, now: noon).inserted == 2)
    let file = try #require(try store.assets())
    #expect(file.columns == ["name", "title", "free", "published", "topics"])
    #expect(
      file.rows.map(\.values) == [
        ["guide", "The guide", "yes", "2026-01-05", "roi;costs"], ["other", "", "", "", ""],
      ])
  }
}
