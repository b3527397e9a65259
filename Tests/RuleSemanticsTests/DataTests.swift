import BusinessTime
import RuleDiagnostics
import RuleSemantics
import Testing

@Suite("Data")
struct DataTests {
  @Test(arguments: [
    BookMistake(.duplicateDeclaration, at: "contact", "contact { email text key }\ncontact { name text }"),
    BookMistake(.duplicateDeclaration, at: "Demo", "event demo worth 1\nevent Demo worth 1"),
    BookMistake(.duplicateDeclaration, at: "guide", "asset guide { }\nasset guide \"Again\" { }"),
    BookMistake(.duplicateDeclaration, at: "sdr", "team sdr { \"a@b.example\" }\nteam sdr { \"c@b.example\" }"),
    BookMistake(.duplicateField, at: "Name", "account { domain text key  name text  Name text }"),
    BookMistake(.duplicateField, at: "path", "event page_view { path text, path text }"),
    BookMistake(.duplicateChoice, at: "small", "contact { email text key  size one of (small, large, small) }"),
    BookMistake(
      .duplicateChoice, at: "won", "contact { email text key }\njourney stage { stage new  stage won  stage won }"),
    BookMistake(.sharedSpelling, at: "\"Lead\"", "contact { email text key  life one of (lead, old \"Lead\") }"),
    BookMistake(
      .unknownChoices, at: "personas",
      "contact { email text key  persona one of (cfo, other) }\nasset { who list of personas }"),
    BookMistake(.fieldWithoutChoices, at: "email", "contact { email text key  alias one of email }"),
    BookMistake(.circularChoices, at: "b", "contact { email text key  a one of b  b one of a }"),
    BookMistake(.reservedName, at: "now", "contact { email text key  now text }"),
    BookMistake(.reservedName, at: "at", "event page_view { at time }"),
    BookMistake(.reservedName, at: "message", "event message { text text }"),
    BookMistake(.reservedName, at: "name", "asset { name text }"),
    BookMistake(.missingKey, at: "contact", "contact { email text }"),
    BookMistake(.missingKey, at: "account", "account { domain text }"),
    BookMistake(.keyNotText, at: "number", "account { number number key }"),
    BookMistake(.severalKeys, at: "crm", "contact { email text key  crm text key }"),
    BookMistake(.misplacedKey, at: "key", "event page_view { path text key }"),
    BookMistake(.misplacedKey, at: "key", "asset { url text key }"),
    BookMistake(.defaultOfKey, at: "missing means \"x\"", "contact { email text key missing means \"x\" }"),
    BookMistake(
      .duplicateModifier, at: "missing when \"b\"",
      "contact { email text key  source text missing when \"a\" missing when \"b\" }"),
    BookMistake(
      .sharedSource, at: "role", "contact { email text key  title text from hubspot job  role text from hubspot job }"),
    BookMistake(.nestedList, at: "list of list of text", "asset { topics list of list of text }"),
    BookMistake(.unknownProperty, at: "langage", "asset { language text }\nasset guide { langage \"en\" }"),
    BookMistake(.undeclaredAssetFields, at: "language", "asset guide { language \"en\"  type \"guide\" }"),
    BookMistake(.duplicateProperty, at: "type", "asset { type text }\nasset guide { type \"a\"  type \"b\" }"),
    BookMistake(.severalValues, at: "type (\"a\", \"b\")", "asset { type text }\nasset guide { type (\"a\", \"b\") }"),
    BookMistake(.formerNameInUse, at: "old", "asset new was old { }\nasset old { }"),
    BookMistake(.invalidAddress, at: "\"ana\"", "team sdr { \"ana\", \"ben@example.com\" }"),
    BookMistake(.invalidAddress, at: "\"lead@\"", "team sdr { \"ana@example.com\" otherwise \"lead@\" }"),
    BookMistake(.duplicateMember, at: "\"Ana@example.com\"", "team sdr { \"ana@example.com\", \"Ana@example.com\" }"),
  ])
  func oneMistakeGivesOneReport(mistake: BookMistake) {
    #expect(CheckedBook(mistake.book).reports == mistake.expected)
  }

  @Test func circlesAreShownWhole() {
    let report = CheckedBook("contact { email text key  a one of b  b one of c  c one of a }").diagnostics.first
    #expect(report?.message.contains("`a` → `b` → `c` → `a`") == true)
  }

  @Test func misspelledNamesAreRepaired() {
    let book = CheckedBook("asset { language text }\nasset guide { langage \"en\" }")
    #expect(book.diagnostics.first?.fixes.first?.isSafe == true)
    #expect(book.diagnostics.first?.fixes.first?.edits.first?.replacement == "language")
  }

  @Test func fieldsTakeTheValuesOfJourneysAndFields() throws {
    let book = CheckedBook(
      """
      asset { stage one of stage  persona list of persona  next one of stage }
      contact { email text key  persona one of (cfo, other)  role one of persona }
      """,
      "journey stage { stage new  stage won when role == cfo }")
    #expect(book.reports == [])
    let program = book.program
    let stages = try #require(program.choiceSets.first { $0.name == "stage" })
    #expect(stages.isOrdered)
    #expect(stages.values == ["new", "won"])
    #expect(
      program.asset.fields.map(\.type) == [
        .choice(stages.id), .list(program.contact.fields[1].type), .choice(stages.id),
      ])
    #expect(program.contact.fields[2].type == program.contact.fields[1].type)
  }

  @Test func spellingsDefaultsAndSourcesAreKept() throws {
    let book = CheckedBook(
      """
      contact {
        email text key
        lifecycle one of (lead < mql "marketingqualifiedlead") from hubspot lifecyclestage missing means lead
        source text from column "Lead Source" missing when ("Select", "n/a")
        opted_out flag missing means no
      }
      """)
    #expect(book.reports == [])
    let fields = book.program.contact.fields
    #expect(fields[1].hubspotProperty == "lifecyclestage")
    #expect(fields[1].missingMeans == .choice(ChoiceSetID(0), 0))
    #expect(book.program.choiceSets[0].spellings == [nil, "marketingqualifiedlead"])
    #expect(book.program.choiceSets[0].isOrdered)
    #expect(fields[2].column == "Lead Source")
    #expect(fields[2].missingSpellings == ["Select", "n/a"])
    #expect(fields[3].missingMeans == .flag(false))
  }

  @Test func theBuiltInMessageComesFirst() {
    let program = CheckedBook("event page_view { path text } worth 0.2\nevent surge for account { topic text }").program
    #expect(program.events.map(\.name) == ["message", "page_view", "surge"])
    #expect(program.events[0].record.fields.map(\.name) == EventSchema.messageFields)
    #expect(program.events[1].worth == 0.2)
    #expect(program.events[2].worth == nil)
    #expect(program.events[2].isForAccount)
  }

  @Test func assetsHaveTypedValuesInTheOrderOfTheSchema() throws {
    let book = CheckedBook(
      """
      asset { type text  topics list of text  published date  follows asset  language text missing means "en" }
      asset second "The second" { follows first  type "guide" }
      asset first { topics ("roi", "budget")  published 2026-01-15 }
      """)
    #expect(book.reports == [])
    let program = book.program
    #expect(program.assets.map(\.name) == ["second", "first"])
    #expect(program.assets[0].title == "The second")
    #expect(
      program.assets[0].values == [.text("guide"), .missing, .missing, .asset(AssetID(1)), .text("en")])
    let day = try #require(CivilDate(year: 2026, month: 1, day: 15))
    #expect(
      program.assets[1].values
        == [.missing, .list([.text("roi"), .text("budget")]), .date(day), .missing, .text("en")])
  }

  @Test func aRecordThatIsDeclaredTwiceHasTheFieldsOfBoth() {
    let program = CheckedBook("contact { email text key }", "contact { name text  Email text }").program
    #expect(program.contact.fields.map(\.name) == ["email", "name"])
  }

  @Test func severalMistakesGiveAsManyReports() {
    let book = CheckedBook(
      """
      contact { email text  size one of (small, small) }
      event page_view { path text key }
      team sdr { "ana" }
      """)
    #expect(
      book.diagnostics.map(\.id) == [.missingKey, .duplicateChoice, .misplacedKey, .invalidAddress])
  }
}
