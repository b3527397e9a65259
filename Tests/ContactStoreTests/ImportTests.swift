import BusinessTime
import ContactStore
import Foundation
import RuleSemantics
import TestSupport
import Testing

@Suite("Imports")
struct ImportTests {
  static let persona = SampleBook.choices(
    0, "persona", ["cfo", "vp_finance", "mql"], spellings: [nil, nil, "marketingqualifiedlead"])

  static let book = SampleBook(
    contact: [
      field("email", .text, isKey: true), field("job_title", .text, column: "Job Title"),
      field("source", .text, missing: ["Select"]), field("persona", .choice(ChoiceSetID(0))),
      field("employees", .number), field("opted_out", .flag), field("since", .date), field("seen", .time),
      field("topics", .list(.text)),
    ],
    events: [SampleBook.event("page_view", [field("path", .text), field("seconds", .number)])],
    choiceSets: [persona])

  private func importText(
    _ text: String, _ kind: ImportKind = .contacts, options: ImportOptions = ImportOptions(), book: SampleBook = book,
    folder: Folder
  ) throws -> ImportSummary {
    let path = try folder.file("data.csv", text)
    return try folder.store(book).importFile(path, kind, program: book.program, options: options, now: noon)
  }

  @Test func everyTypeIsReadAsPeopleWriteIt() throws {
    let folder = try Folder()
    let summary = try importText(
      """
      EMAIL,Job Title,Source,persona,Employees,Opted Out,since,seen,topics,Unknown
      ana@example.com,CFO,Select,CFO,"1,200",Yes,2026-01-05,2026-01-05T10:00:00Z,roi; budgeting,x
      ben@example.com,,Web,Marketing Qualified Lead,12.5,x,,,,
      cy@example.com,VP,Web,VP Finance,,FALSE,,,,

      """, folder: folder)
    #expect(summary.inserted == 3)
    #expect(summary.rejected == 0)
    #expect(summary.ignoredColumns == ["Unknown"])
    #expect(
      try rows(
        folder, "SELECT email, job_title, source, persona, employees, opted_out, since, seen, topics FROM contact")
        == [
          #"ana@example.com|CFO||cfo|1200.0|1|2026-01-05|1767607200000|["roi","budgeting"]"#,
          "ben@example.com||Web||12.5|1|||",
          "cy@example.com|VP|Web|vp_finance||0|||",
        ])
    #expect(
      summary.valueProblems == [.init(field: "persona", value: "Marketing Qualified Lead", count: 1)])
  }

  @Test func importingAgainChangesNothing() throws {
    let folder = try Folder()
    let text = "email,source\na@example.com,Web\nb@example.com,Ads\n"
    #expect(try importText(text, folder: folder).inserted == 2)
    let again = try importText(text, folder: folder)
    #expect(again.unchanged == 2)
    #expect(again.inserted == 0 && again.updated == 0)
    #expect(try rows(folder, "SELECT count(*) FROM field_history") == ["0"])
  }

  @Test func aLaterValueIsAChangeWithItsImport() throws {
    let folder = try Folder()
    _ = try importText("email,source\na@example.com,Web\nb@example.com,Ads\n", folder: folder)
    let second = try importText("email,source\nA@Example.com,Fair\nb@example.com,\n", folder: folder)
    #expect(second.updated == 2)
    #expect(
      try rows(folder, "SELECT kind, record, field, old, new, source FROM view_field_history ORDER BY id") == [
        "contact|1|source|Web|Fair|import 2", "contact|2|source|Ads||import 2",
      ])
  }

  @Test func firstAppearancesAreNoChanges() throws {
    let folder = try Folder()
    _ = try importText("email\na@example.com\n", folder: folder)
    #expect(try importText("email,source\na@example.com,Web\nb@example.com,Ads\n", folder: folder).updated == 1)
    #expect(try rows(folder, "SELECT count(*) FROM field_history") == ["0"])
  }

  @Test func aRepeatedKeyMergesIntoOneContact() throws {
    let folder = try Folder()
    let text = "email,source\na@example.com,Web\na@example.com,Web\na@example.com,Ads\n"
    let first = try importText(text, folder: folder)
    #expect((first.inserted, first.duplicates, first.updated) == (1, 1, 1))
    _ = try importText(text, folder: folder)
    #expect(try rows(folder, "SELECT email, source FROM contact") == ["a@example.com|Ads"])
    #expect(try rows(folder, "SELECT count(*) FROM field_history") == ["0"])
  }

  @Test func badRowsGoToAFileThatCanBeImportedOnceItIsMended() throws {
    let folder = try Folder()
    let summary = try importText(
      "email,employees\na@example.com,18.3 MM\n,5\nb@example.com,7\nc@example.com\nd@example.com,1,2\n", folder: folder)
    #expect((summary.rows, summary.inserted, summary.rejected) == (5, 1, 4))
    #expect(
      try folder.text("data.csv.rejects.csv") == """
        line,reason,email,employees
        2,"employees: ""18.3 MM"" is not a number",a@example.com,18.3 MM
        3,"email, the key, is missing",,5
        5,the row has 1 of 2 columns,c@example.com
        6,"the row has 3 columns, the header 2",d@example.com,1,2

        """)
    let mended = try folder.text("data.csv.rejects.csv").replacing("18.3 MM", with: "18300000")
    #expect(try importText(mended, folder: folder).inserted == 1)
  }

  @Test func aStrictImportWithABadRowKeepsNone() throws {
    let folder = try Folder()
    let summary = try importText(
      "email,employees\na@example.com,5\nb@example.com,five\n", options: ImportOptions(isStrict: true), folder: folder)
    #expect(!summary.isKept)
    #expect(summary.rejectsPath != nil)
    #expect(try rows(folder, "SELECT count(*) FROM contact; SELECT count(*) FROM import") == ["0", "0"])
  }

  @Test func malformedTextIsRejectedWithItsLine() throws {
    let folder = try Folder()
    var data = Data("email,source\na@example.com,Web\nb@example.com,".utf8)
    data += [0xC3, 0x28, 0x0A]
    data += Data("c@example.com,x\0y\nd@example.com,Ads\ne@example.com,\"open\n".utf8)
    let path = try folder.file("bad.csv", data)
    let store = try folder.store(Self.book)
    let summary = try store.importFile(path, .contacts, program: Self.book.program, now: noon)
    #expect((summary.inserted, summary.rejected) == (2, 3))
    let rejects = try Data(contentsOf: URL(fileURLWithPath: path + ".rejects.csv"))
    let lines = String(decoding: rejects, as: UTF8.self).split(separator: "\n").dropFirst()
    #expect(
      lines.map { $0.split(separator: ",").prefix(2).joined(separator: ": ") } == [
        "3: column 2 is not UTF-8", "4: column 2 holds a NUL byte", "6: a quote is opened and never closed",
      ])
  }

  @Test(arguments: [
    "email;source\na@example.com;\"x;y\"\n", "\u{FEFF}email\tsource\r\na@example.com\tx;y\r\n",
    "source,email,\n\"x;y\",a@example.com,\n",
  ])
  func separatorsMarksAndLineEndsAreFound(text: String) throws {
    let folder = try Folder()
    #expect(try importText(text, folder: folder).inserted == 1)
    #expect(try rows(folder, "SELECT email, source FROM contact") == ["a@example.com|x;y"])
  }

  @Test func aLineOfOneMegabyteIsALine() throws {
    let folder = try Folder()
    let long = String(repeating: "long ", count: 210_000)
    #expect(try importText("email,source\na@example.com,\"\(long)\"\nb@example.com,x\n", folder: folder).inserted == 2)
    #expect(try rows(folder, "SELECT max(length(source)) FROM contact") == ["1049999"])
  }

  @Test func unknownColumnsAndFieldsAreErrorsThatNameWhatThereIs() throws {
    let folder = try Folder()
    let error = #expect(throws: StoreError.self) { try importText("mail,source\na,b\n", folder: folder) }
    #expect(error?.description.contains(#"no column of"#) == true)
    #expect(error?.description.contains(#"--map email=COLUMN, where COLUMN is one of "mail", "source""#) == true)
    #expect(
      throws: StoreError.unknownField(
        name: "phone",
        fields: [
          "email", "job_title", "source", "persona", "employees", "opted_out", "since", "seen", "topics", "account",
          "owner",
          "suppressed",
        ])
    ) {
      try importText("mail\na\n", options: ImportOptions(map: ["phone": "mail"]), folder: folder)
    }
    let unknown = #expect(throws: StoreError.self) {
      try importText("mail\na\n", options: ImportOptions(map: ["email": "E-Mail 2"]), folder: folder)
    }
    #expect(unknown?.description.hasSuffix(#"has no column "E-Mail 2"; it has "mail""#) == true)
    #expect(try importText("mail\na\n", options: ImportOptions(map: ["email": "mail"]), folder: folder).inserted == 1)
  }

  @Test func repeatedColumnsAreAnError() throws {
    let folder = try Folder()
    #expect(throws: StoreError.self) { try importText("email,source,source\na,b,c\n", folder: folder) }
  }

  @Test func builtInColumnsSetAccountOwnerSuppressionAndConsent() throws {
    let folder = try Folder()
    let text = """
      email,account,owner,suppressed,consent:marketing
      a@example.com,acme.example,ana@example.com,,yes
      b@example.com,ACME.example,,yes,no
      c@example.com,,,,

      """
    let summary = try importText(text, folder: folder)
    #expect((summary.inserted, summary.createdOwners) == (3, 1))
    #expect(
      try rows(folder, "SELECT email, _account, _owner, _suppressed FROM view_contact") == [
        "a@example.com|acme.example|ana@example.com|0", "b@example.com|acme.example||1", "c@example.com|||0",
      ])
    #expect(try rows(folder, "SELECT contact, purpose, granted FROM consent") == ["1|marketing|1", "2|marketing|0"])
    #expect(try importText(text, folder: folder).unchanged == 3)
    let changed = try importText("email,suppressed,consent:marketing\nb@example.com,,yes\n", folder: folder)
    #expect(changed.updated == 1)
    #expect(try rows(folder, "SELECT _suppressed FROM contact WHERE email = 'b@example.com'") == ["1"])
  }

  @Test func eventsAreKnownByTheirIdOrByTheirWholeRow() throws {
    let folder = try Folder()
    _ = try importText("email\na@example.com\n", folder: folder)
    let text = """
      contact,at,path,session
      a@example.com,2026-01-01T10:00:00Z,/a,1
      a@example.com,2026-01-01T10:00:00Z,/a,1
      a@example.com,2026-01-01T10:00:00Z,/a,2
      nobody@example.com,2026-01-01T10:00:00Z,/a,1
      a@example.com,yesterday,/a,1

      """
    let first = try importText(text, .events(EventID(1)), folder: folder)
    #expect((first.inserted, first.duplicates, first.rejected) == (2, 1, 2))
    let again = try importText(text, .events(EventID(1)), folder: folder)
    #expect((again.inserted, again.unchanged, again.rejected) == (0, 3, 2))
    let withIDs = "id,email,at,path\n7,a@example.com,2026-01-01T10:00:00Z,/b\n"
    #expect(try importText(withIDs, .events(EventID(1)), folder: folder).inserted == 1)
    #expect(try importText(withIDs, .events(EventID(1)), folder: folder).unchanged == 1)
    // The last of several rows with one id counts, and takes the place of what was known by it.
    let corrected = """
      id,email,at,path
      7,a@example.com,2026-01-01T12:00:00Z,/c
      8,a@example.com,2026-01-02T00:00:00Z,/e
      7,a@example.com,2026-01-01T11:00:00Z,/b

      """
    let third = try importText(corrected, .events(EventID(1)), folder: folder)
    #expect((third.rows, third.inserted, third.updated, third.duplicates) == (3, 1, 1, 1))
    #expect(
      try rows(folder, "SELECT _contact, _at, path FROM view_event_page_view") == [
        "a@example.com|2026-01-01T10:00:00.000Z|/a", "a@example.com|2026-01-01T10:00:00.000Z|/a",
        "a@example.com|2026-01-01T11:00:00.000Z|/b", "a@example.com|2026-01-02T00:00:00.000Z|/e",
      ])
  }

  @Test(arguments: [
    (TimestampFormat.us, "3/2/2026 9:00 PM", "1772485200000"), (.european, "2.3.2026 21:00", "1772485200000"),
    (.unixSeconds, "1772485200", "1772485200000"), (.unixMilliseconds, "1772485200000", "1772485200000"),
  ])
  func timesAreReadInTheFormatThatIsNamed(dates: TimestampFormat, text: String, expected: String) throws {
    let folder = try Folder()
    _ = try importText(
      "email,seen,since\na@example.com,\(text),\(text)\n", options: ImportOptions(dates: dates), folder: folder)
    #expect(try rows(folder, "SELECT seen, since FROM contact") == ["\(expected)|2026-03-02"])
  }

  @Test func packedFilesAreReadAndTruncatedOnesLeaveNothing() throws {
    let folder = try Folder()
    let names = (0..<50_000).map { "c\($0)@example.com,\($0)" }.joined(separator: "\n")
    let path = try folder.file("many.csv", "email,employees\n\(names)\n")
    try run(["gzip", "-k", path])
    let store = try folder.store(Self.book)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path + ".gz"))
    let cut = try folder.file("cut.csv.gz", whole.prefix(whole.count / 2))
    #expect(throws: StoreError.truncatedFile(path: cut)) {
      try store.importFile(cut, .contacts, program: Self.book.program, now: noon)
    }
    var damaged = whole
    for index in damaged.count / 2..<damaged.count / 2 + 50 { damaged[index] = 0xFF }
    let broken = try folder.file("broken.csv.gz", damaged)
    #expect(throws: StoreError.damagedFile(path: broken)) {
      try store.importFile(broken, .contacts, program: Self.book.program, now: noon)
    }
    #expect(try rows(folder, "SELECT count(*) FROM contact") == ["0"])
    var reports: [ImportProgress] = []
    let summary = try store.importFile(path + ".gz", .contacts, program: Self.book.program, now: noon) {
      reports.append($0)
    }
    #expect(summary.inserted == 50_000)
    #expect(reports.count == 4)
    #expect(reports.last == ImportProgress(rows: 50_000, readBytes: whole.count, totalBytes: whole.count))
    // Two members one after the other are one file.
    let double = try folder.file("double.csv.gz", whole + whole)
    #expect(try store.importFile(double, .contacts, program: Self.book.program, now: noon).unchanged == 100_000)
  }

  @Test func filesThatAreNoTextAreNamedForWhatTheyAre() throws {
    let folder = try Folder()
    let store = try folder.store(Self.book)
    let excel = try folder.file("book.xlsx", Data([0x50, 0x4B, 3, 4, 0, 0]))
    #expect(throws: StoreError.notText(path: excel, format: "a ZIP archive or an Excel workbook")) {
      try store.importFile(excel, .contacts, program: Self.book.program, now: noon)
    }
    let wide = try folder.file("wide.csv", Data([0xFF, 0xFE, 0x65, 0x00]))
    #expect(throws: StoreError.notText(path: wide, format: "in UTF-16")) {
      try store.importFile(wide, .contacts, program: Self.book.program, now: noon)
    }
    let empty = try folder.file("empty.csv", "\n\n")
    #expect(throws: StoreError.emptyFile(path: empty)) {
      try store.importFile(empty, .contacts, program: Self.book.program, now: noon)
    }
    #expect(throws: StoreError.missingFile(path: "nowhere.csv")) {
      try store.importFile("nowhere.csv", .contacts, program: Self.book.program, now: noon)
    }
    #expect(throws: StoreError.unreadableFile(path: folder.path, reason: "it is a folder")) {
      try store.importFile(folder.path, .contacts, program: Self.book.program, now: noon)
    }
  }

  /// The column `employees` after an import of one row for each text; `nil` where the row was rejected.
  private func numbers(_ texts: [String], separator: String) throws -> [String?] {
    let folder = try Folder()
    let lines = texts.enumerated().map { "p\($0.offset)\(separator)\"\($0.element)\"" }
    _ = try importText((["email\(separator)employees"] + lines).joined(separator: "\n"), folder: folder)
    let stored = try rows(folder, "SELECT email, employees FROM contact").map {
      $0.split(separator: "|").map(String.init)
    }
    return texts.indices.map { index in stored.first { $0[0] == "p\(index)" }?[1] }
  }

  @Test func numbersAreReadOnlyWhereTheyAreCertain() throws {
    let expected: KeyValuePairs<String, String?> = [
      "7": "7.0", "-7.25": "-7.25", "+1": "1.0", ".5": "0.5", "1.": "1.0", "007": "7.0", "1e3": "1000.0",
      "2.5E-2": "0.025", "1,234": "1234.0", "1,234,567.5": "1234567.5",
      "12345678901234567890": "1.23456789012346e+19", "0.1234567890123456789": "0.123456789012346", "12,34": nil,
      "1,2345": nil, ",5": nil, "1.2.3": nil, "18.3 MM": nil, "30%": nil, "$5": nil, "1e": nil, "e5": nil, "-": nil,
      ".": nil, "NaN": nil, "inf": nil, "1e999": nil, "0x10": nil, "1_000": nil, "--1": nil, "1 000": nil,
    ]
    let read = try numbers(expected.map(\.key), separator: ",")
    for (pair, value) in zip(expected, read) { #expect(value == pair.value, "\(pair.key)") }
  }

  @Test func commasAreDecimalPointsWhereSemicolonsSeparate() throws {
    let expected: KeyValuePairs<String, String?> = [
      "12,5": "12.5", "1.234,5": "1234.5", "1.234.567": "1234567.0", "12.5": "12.5", "1.5": "1.5", "7": "7.0",
      "1,234": nil, "1,2,3": nil, "0,1234": "0.1234",
    ]
    let read = try numbers(expected.map(\.key), separator: ";")
    for (pair, value) in zip(expected, read) { #expect(value == pair.value, "\(pair.key)") }
  }

  /// However a file is damaged, each of its rows is taken or rejected, and a second import finds nothing new.
  @Test func everyRowOfADamagedFileIsAccountedFor() throws {
    let folder = try Folder()
    let store = try folder.store(Self.book)
    var random = SeededGenerator(seed: 3)
    let valid = Array(
      (["email,employees,persona,since,opted_out"]
        + (0..<40).map { "p\($0)@example.com,\($0),cfo,2026-01-0\($0 % 9 + 1),\"yes\"" }).joined(separator: "\n").utf8)
    for round in 0..<150 {
      var bytes = valid
      for _ in 0..<Int.random(in: 1...10, using: &random) {
        // The header stays, so that the file is one.
        let place = Int.random(in: 40..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        default: bytes.insert([0x22, 0x2C, 0x0A, 0x0D, 0x00][Int.random(in: 0..<5, using: &random)], at: place)
        }
      }
      let path = try folder.file("damaged.csv", Data(bytes))
      let first = try store.importFile(path, .contacts, program: Self.book.program, now: noon)
      let counts = [first.inserted, first.updated, first.unchanged, first.duplicates, first.rejected]
      #expect(first.rows == counts.reduce(0, +), "round \(round)")
      let again = try store.importFile(path, .contacts, program: Self.book.program, now: noon)
      #expect(again.inserted == 0 && again.rejected == first.rejected, "round \(round)")
    }
  }
}
