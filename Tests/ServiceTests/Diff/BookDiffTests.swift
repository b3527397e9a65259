import BusinessTime
import RuleDiagnostics
import Service
import Testing

struct BookDiffTests {
  private let base = """
    contact { email text key  persona one of (cfo, other)  size number  note text }
    event page_view { path text } worth 0.2
    score fit { add 30 when persona == cfo  add 20 when size > 500 }
    define total = fit + size
    rule a { when fit >= 50 and persona == cfo then add to list "A" }
    rule b { when total > 3 then set note to "x" }
    rule c { on page_view where path == "/x" then add to list "C" }
    """

  private func book(_ text: String) -> RuleBook { RuleBook.read([("book.abm", Array(text.utf8))], folder: ".") }

  /// `what kind name` for each declaration that changed.
  private func changes(_ old: String, _ new: String) throws -> [String] {
    let (before, after) = (book(old), book(new))
    #expect(!before.hasErrors && !after.hasErrors)
    let diff = try BookDiff.compare(("old", before), ("new", after), nil, at: Instant(milliseconds: 0))
    return diff.declarations.map { change in
      "\(change.what.rawValue) \(change.kind) \(change.name)"
        + (change.through.isEmpty ? "" : " <- \(change.through.joined(separator: ", "))")
        + (change.formerName.map { " was \($0)" } ?? "")
    }
  }

  @Test func layoutCommentsAndOrderMeanTheSame() throws {
    let lines = base.split(separator: "\n").reversed().map { line in
      line.split(separator: " ").joined(separator: "\n   ") + " # said differently"
    }
    #expect(try changes(base, lines.joined(separator: "\n\n")) == [])
  }

  @Test func theOrderOfAConditionMeansTheSame() throws {
    let other = base.replacing("fit >= 50 and persona == cfo", with: "cfo == persona and 50 <= fit")
    #expect(try changes(base, other) == [])
  }

  @Test func whatReadsAChangeIsAffected() throws {
    let other = base.replacing("add 20 when size > 500", with: "add 25 when size > 500")
    #expect(
      try changes(base, other) == [
        "changed score fit", "affected define total <- fit", "affected rule a <- fit", "affected rule b <- total",
      ])
  }

  @Test func aFieldMoreMovesNobodysMeaning() throws {
    let other = base.replacing("contact { email text key", with: "contact { vip flag  email text key")
    #expect(try changes(base, other) == ["added field of contact vip"])
  }

  @Test func aValueMoreConcernsTheFieldAndItsReaders() throws {
    let other = base.replacing("one of (cfo, other)", with: "one of (ceo, cfo, other)")
    let changes = try changes(base, other)
    #expect(changes.prefix(2) == ["changed field of contact persona", "affected score fit <- persona"])
  }

  @Test func aRenameIsNoChange() throws {
    let other = base.replacing("rule a {", with: "rule better was a {")
    #expect(try changes(base, other) == ["renamed rule better was a"])
    let changed = base.replacing("rule a { when fit >= 50", with: "rule better was a { when fit >= 60")
    #expect(try changes(base, changed) == ["changed rule better was a"])
  }

  @Test func whatComesAndGoes() throws {
    let other = base.replacing("rule b {", with: "rule d {")
    #expect(try changes(base, other) == ["added rule d", "removed rule b"])
  }

  @Test(arguments: [
    ("path == \"/x\"", "path == \"/y\""), ("on page_view where", "on page_view where not"),
    ("then add to list \"C\"", "then add to list \"D\""), ("\"C\" }", "\"C\" once every 3 days }"),
    ("\"C\" }", "\"C\" priority 4 }"),
    ("on page_view where path == \"/x\"", "on page_view where path == \"/x\" wait 1 day"),
  ])
  func everyPartOfARuleCounts(old: String, new: String) throws {
    #expect(try changes(base, base.replacing(old, with: new)) == ["changed rule c"])
  }

  @Test func policyCounts() throws {
    #expect(
      try changes(base, base + "\npolicy { at most 2 messages per contact per 7 days, drop the rest }")
        == ["changed policy policy"])
  }

  @Test func aPullRequestShowsTheLines() throws {
    let other = base.replacing("fit >= 50", with: "fit >= 60")
    let diff = try BookDiff.compare(
      ("old", book(base)), ("new", book(other)), nil, at: Instant(milliseconds: 0))
    let markdown = DiffReport(diff, style: Style(), samples: 3).markdown
    #expect(
      markdown == """
        ## What changes: `old` → `new`

        - **rule** `a` changed

          ```diff
          - rule a { when fit >= 50 and persona == cfo then add to list "A" }
          + rule a { when fit >= 60 and persona == cfo then add to list "A" }
          ```


        """)
  }
}
