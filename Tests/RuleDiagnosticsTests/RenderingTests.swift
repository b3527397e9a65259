import RuleDiagnostics
import Testing

@Suite("Renderers")
struct RenderingTests {
  private let book: SourceBook
  private let diagnostic: Diagnostic

  init() {
    var book = SourceBook()
    let rules = book.add(
      path: "rules/recommend.abm",
      bytes: Array(
        """
        # 1
        # 2
        # 3
        # 4
        # 5
        # 6
        when score > 70 and stage == consideraton then send asset roi_guide
        """.utf8))
    let journey = book.add(path: "rules/journey.abm", bytes: Array("journey stage {}".utf8))
    let line = rules.lineStarts[6]
    let value = SourceRange(file: rules.id, start: line + 29, end: line + 41)
    diagnostic = Diagnostic(
      .unexpectedToken, "no contact can be in stage `consideraton`", at: value, label: "not a stage of this journey",
      related: [
        .init(SourceRange(file: rules.id, start: line + 20, end: line + 25), ""),
        .init(
          SourceRange(file: journey.id, start: 0, end: 7), "stages: awareness, consideration, decision, customer"),
      ],
      help: ["did you mean `consideration`?"], data: ["matches 0 of 4,212 contacts today, 318 once repaired"],
      fixes: [FixIt("write `consideration`", isSafe: true, edits: [TextEdit(value, "consideration")])])
    self.book = book
  }

  @Test func textShowsTheLineBothSidesAndTheWayOn() {
    #expect(
      TextRenderer().render(diagnostic, in: book) == """
        error[unexpected-token]: no contact can be in stage `consideraton`
          ┌─ rules/recommend.abm:7:30
        7 │ when score > 70 and stage == consideraton then send asset roi_guide
          │                     -----    ^^^^^^^^^^^^ not a stage of this journey
          ├─ rules/journey.abm:1  stages: awareness, consideration, decision, customer
          = help: did you mean `consideration`?   (check --fix repairs this)
          = data: matches 0 of 4,212 contacts today, 318 once repaired

        """)
  }

  @Test func aNarrowTerminalCutsTheLineAroundTheMarkAndWrapsTheRest() {
    let lines = TextRenderer(width: 44).render(diagnostic, in: book).split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { displayWidth($0) <= 44 || $0.contains("┌─") || $0.contains("├─") })
    let source = lines.first { $0.hasPrefix("7 │") } ?? ""
    let marks = lines[(lines.firstIndex(of: source) ?? 0) + 1]
    #expect(source.contains("…"))
    #expect(markedText(source, marks) == "consideraton")
  }

  @Test(arguments: [
    ("x\ty == z", 4..<5, "z"), ("名前 == z", 3..<4, "="), ("e\u{301}e\u{301} z", 3..<4, "z"), ("👩‍👩‍👧 z", 2..<3, "z"),
    ("a\u{200B}b z", 2..<3, "z"),
  ])
  func marksStandUnderWideTabbedAndCombinedCharacters(line: String, unusedRange: Range<Int>, word: String) {
    var book = SourceBook()
    let file = book.add(path: "a.abm", bytes: Array(line.utf8))
    let offset = Array(line.utf8).lastIndex(of: Array(word.utf8)[0]) ?? 0
    let report = Diagnostic(
      .unexpectedToken, "m", at: SourceRange(file: file.id, start: offset, end: offset + word.utf8.count))
    let lines = TextRenderer().render(report, in: book).split(separator: "\n").map(String.init)
    let source = lines.first { $0.hasPrefix("1 │") } ?? ""
    #expect(markedText(source, lines[(lines.firstIndex(of: source) ?? 0) + 1]) == word)
  }

  /// What stands over the carets, by display columns.
  private func markedText(_ source: String, _ marks: String) -> String {
    var columns: Set<Int> = []
    var column = 0
    for character in marks {
      if character == "^" { columns.insert(column) }
      column += displayWidth(character)
    }
    column = 0
    var result = ""
    for character in source {
      if columns.contains(column) { result.append(character) }
      column += displayWidth(character)
    }
    return result
  }

  @Test func aRangeAtTheEndOfTheTextOrOverLinesStaysInside() {
    var book = SourceBook()
    let file = book.add(path: "a.abm", bytes: Array("rule a {\n  when x\n".utf8))
    for range in [8..<16, 18..<18, 0..<18] {
      let report = Diagnostic(
        .unexpectedToken, "m", at: SourceRange(file: file.id, start: range.lowerBound, end: range.upperBound))
      #expect(TextRenderer().render(report, in: book).contains("^"))
    }
  }

  @Test func jsonHasTheContractsShape() {
    #expect(
      jsonValue(of: [diagnostic], in: book).text.hasPrefix(
        #"[{"id":"unexpected-token","severity":"error","message":"no contact can be in stage `consideraton`","#
          + #""file":"rules/recommend.abm","range":{"start":{"line":7,"column":30,"offset":53},"#
          + #""end":{"line":7,"column":42,"offset":65}},"labels":[{"file":"rules/recommend.abm""#))
  }

  @Test func gitHubEscapesWhatWouldEndACommand() {
    var book = SourceBook()
    let file = book.add(path: "a,b:c.abm", bytes: Array("x".utf8))
    let report = Diagnostic(
      .unexpectedToken, "100% of\nit", at: SourceRange(file: file.id, start: 0, end: 1), severity: .warning)
    #expect(
      gitHubAnnotations(of: [report], in: book)
        == "::warning file=a%2Cb%3Ac.abm,line=1,endLine=1,col=1,endColumn=2,title=unexpected-token::100%25 of%0Ait\n")
  }

  @Test func colorIsOnlyPaint() {
    let colored = TextRenderer(usesColor: true).render(diagnostic, in: book)
    let plain = TextRenderer().render(diagnostic, in: book)
    #expect(colored != plain)
    #expect(colored.replacing(#/\u{1B}\[[0-9;]*m/#, with: "") == plain)
  }
}

@Suite("JSON text")
struct JSONValueTests {
  @Test func controlsAndQuotesAreEscaped() {
    #expect(JSONValue.text("a\"\\\n\u{1}é").text == #""a\"\\\n\u0001é""#)
  }

  @Test func numbersAreShortAndNeverInvalid() {
    #expect(
      JSONValue.list([.number(70), .number(0.1), .number(.infinity), .integer(-3)]).text == "[70,0.1,null,-3]")
  }

  @Test func prettyTextIndents() {
    #expect(
      JSONValue.members([("a", .list([.integer(1)])), ("b", .list([])), ("c", nil)]).indentedText == """
        {
          "a": [
            1
          ],
          "b": []
        }
        """)
  }
}

@Suite("Edits")
struct ApplyingTests {
  private func edit(_ range: Range<Int>, _ text: String) -> TextEdit {
    TextEdit(SourceRange(file: FileID(0), start: range.lowerBound, end: range.upperBound), text)
  }

  @Test func editsApplyInOrderAndAnOverlapIsLeftOut() {
    let result = applying([edit(4..<5, "X"), edit(0..<2, ""), edit(1..<3, "Y")], to: Array("abcdef".utf8))
    #expect(String(decoding: result.bytes, as: UTF8.self) == "cdXf")
    #expect(result.applied == 2)
  }
}
