import RuleDiagnostics
import RuleSemantics
import Testing

@Suite("Asset files")
struct AssetFileTests {
  private static let schema = """
    contact { email text key  persona one of (cfo "CFO", other) }
    asset {
      type text  persona list of persona  published date  views number  free flag
      language text from column "Lang" missing when "-"
    }
    assets from "assets.csv"

    """

  private func file(_ columns: [String], _ rows: [[String]], problem: String? = nil) -> AssetFile {
    AssetFile(
      path: "assets.csv", columns: columns,
      rows: rows.enumerated().map { .init(line: $0.offset + 2, values: $0.element) }, problem: problem)
  }

  @Test func rowsBecomeAssets() throws {
    let book = CheckedBook(
      Self.schema,
      assets: [
        file(
          ["Name", "Title", "Type", "persona", "published", "views", "free", "Lang"],
          [
            ["roi", "The ROI guide", "guide", "cfo; Other", "2026-01-15", "12.5", "Yes", "-"],
            ["short", "", "", "CFO|other", "", "", "0"],
          ])
      ])
    #expect(book.reports == [])
    let assets = book.program.assets
    #expect(assets.map(\.name) == ["roi", "short"])
    #expect(assets.map(\.title) == ["The ROI guide", nil])
    let personas = Value.list([.choice(ChoiceSetID(0), 0), .choice(ChoiceSetID(0), 1)])
    #expect(assets[0].values[0] == .text("guide"))
    #expect(assets[0].values[1] == personas)
    #expect(assets[0].values[3...] == [.number(12.5), .flag(true), .missing])
    #expect(assets[1].values == [.missing, personas, .missing, .missing, .flag(false), .missing])
  }

  @Test func anUnreadableFileIsReportedWhereItIsNamed() {
    let book = CheckedBook(Self.schema, assets: [file([], [], problem: "there is no such file")])
    #expect(book.reports == ["unreadable-asset-file at \"\"assets.csv\"\""])
    #expect(book.diagnostics[0].message.contains("there is no such file"))
  }

  @Test func namesAreNeeded() {
    let book = CheckedBook(Self.schema, assets: [file(["title"], [["x"]])])
    #expect(book.reports == ["asset-file-without-names at \"\"assets.csv\"\""])
  }

  @Test func columnsThatFillNothingAreNamed() {
    let book = CheckedBook(Self.schema, assets: [file(["name", "colour"], [["roi", "red"]])])
    #expect(book.diagnostics.map(\.id) == [.unknownAssetColumn])
    #expect(book.diagnostics[0].severity == .warning)
    #expect(book.program.assets.map(\.name) == ["roi"])
  }

  @Test func badCellsSayWhereTheyAre() {
    let book = CheckedBook(Self.schema, assets: [file(["name", "published"], [["roi", "15.01.2026"]])])
    #expect(book.diagnostics.map(\.id) == [.assetCell])
    #expect(book.diagnostics[0].message == "`assets.csv` line 2, column `published`: `15.01.2026` does not fit")
    #expect(book.program.assets[0].values[2] == .missing)
  }

  @Test func manyBadCellsAreCounted() {
    let book = CheckedBook(
      Self.schema, assets: [file(["name", "views"], (1...12).map { ["asset\($0)", "many"] })])
    #expect(book.diagnostics.count == 5)
    #expect(book.diagnostics.last?.help.last == "and 7 more in this file")
  }

  @Test func rowsWithoutAUsableNameAreLeftOut() {
    let book = CheckedBook(
      Self.schema + "asset roi \"Declared\" { }",
      assets: [file(["name", "type"], [["", "a"], ["roi", "b"], ["new", "c"], ["new", "d"]])])
    #expect(book.diagnostics.map(\.id) == [.assetCell, .assetCell, .assetCell])
    #expect(book.program.assets.map(\.name) == ["roi", "new"])
    #expect(book.program.assets.map { $0.values[0] } == [.missing, .text("c")])
  }

  /// The one of the rule book counts, which is said; what does not fit is missing without a word.
  @Test func assetsOfADatabaseJoinThoseOfTheRuleBook() {
    let stored = AssetFile(
      path: "abm.sqlite", columns: ["name", "views"],
      rows: [.init(line: 1, values: ["roi", "3"]), .init(line: 2, values: ["new", "many"])])
    let book = CheckedBook("asset { views number }\nasset roi { views 1 }", assets: [stored])
    #expect(book.diagnostics.map(\.id) == [.shadowedAsset])
    #expect(book.program.assets.map(\.name) == ["roi", "new"])
    #expect(book.program.assets.map { $0.values[0] } == [.number(1), .missing])
  }

  @Test func aFileNamedTwiceIsReportedOnce() {
    let book = CheckedBook(
      "asset { type text }\nassets from \"assets.csv\"\nassets from \"assets.csv\"",
      assets: [file(["name"], [["roi"]])])
    #expect(book.diagnostics.map(\.id) == [.duplicateDeclaration])
    #expect(book.program.assets.count == 1)
  }
}
