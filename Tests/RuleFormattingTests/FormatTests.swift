import Foundation
import RuleDiagnostics
import RuleFormatting
import RuleSyntax
import Testing

@Suite("Formatter")
struct FormatTests {
  private func formatted(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
    let once = try #require(format(parse(SourceFile(path: "a.abm", text: text)).tree), sourceLocation: sourceLocation)
    let again = format(parse(SourceFile(path: "a.abm", text: once)).tree)
    #expect(again == once, "formatting twice changes something", sourceLocation: sourceLocation)
    return once
  }

  @Test func clausesStandOnLinesOfTheirOwn() throws {
    #expect(
      try formatted(
        """
        rule a "A" { when   score>70
        then send asset b
        and create task "x {y   otherwise z}" for owner   once every 90 days priority 10 }
        """) == """
          rule a "A" {
            when score > 70
            then send asset b
             and create task "x {y otherwise z}" for owner
            once every 90 days
            priority 10
          }

          """)
  }

  @Test func aBlockStaysOnItsLineWhileItFits() throws {
    let line = "rule a { when score > 50 then recommend b for approval once every 14 days }\n"
    #expect(try formatted(line) == line)
    #expect(
      try formatted("event e { path text, seconds number } worth 0.2")
        == "event e { path text  seconds number } worth 0.2\n")
  }

  @Test func aBlockThatDoesNotFitOpens() throws {
    #expect(
      try formatted(
        "sequence s { step one { if did email_click where asset == roi_guide since step intro { send asset case_study } else { send best of next_best } wait 3 days } }"
      ) == """
        sequence s {
          step one {
            if did email_click where asset == roi_guide since step intro { send asset case_study }
            else { send best of next_best }
            wait 3 days
          }
        }

        """)
  }

  @Test func typesWeightsAndConditionsStandInColumns() throws {
    #expect(
      try formatted(
        """
        contact {
          email text key
          first_name text from hubspot firstname
        }
        score e {
          factor recency 20% = a
          factor frequency 5% = b
        }
        journey stage {
          stage awareness
          stage consideration when a
          stage decision when b
        }
        """) == """
          contact {
            email      text key
            first_name text from hubspot "firstname"
          }
          score e {
            factor recency   20% = a
            factor frequency 5% = b
          }
          journey stage {
            stage awareness
            stage consideration when a
            stage decision      when b
          }

          """)
  }

  @Test func longConditionsBreakBeforeTheirLoosestWords() throws {
    let text = try formatted(
      "rule a {\nwhen engagement >= 30 and persona in (cfo, vp_finance, it_director) or did content_download where asset == roi_guide within 60 days\nthen clear b }"
    )
    #expect(
      text == """
        rule a {
          when engagement >= 30 and persona in (cfo, vp_finance, it_director)
            or did content_download where asset == roi_guide within 60 days
          then clear b
        }

        """)
  }

  @Test func aTextIsNeverBroken() throws {
    let text = """
      rule a {
        on demo_request
        then notify "sales" "{if account.target then "A target account, a good one," else "Somebody else, or nobody,"} asked"
      }

      """
    #expect(try formatted(text) == text)
  }

  @Test func aLongTaskBreaksBeforeTheAssignee() throws {
    let task = #"create task "Call {first_name otherwise email}, who asked for a demo""#
    let assignee = #"for owner otherwise "desk@example.com" due in 4 business hours"#
    #expect(
      try formatted("rule a { on demo_request then \(task) \(assignee) and \(task) \(assignee) }") == """
        rule a {
          on demo_request
          then \(task)
            \(assignee)
           and \(task)
             \(assignee)
        }

        """)
  }

  @Test func aLongListFillsItsLines() throws {
    #expect(
      try formatted(
        """
        contact { email text key
        persona one of (cfo "CFO", vp_finance "VP Finance", finance_manager "Finance Manager", it_director "IT Director")
        lifecycle one of (subscriber < lead < mql "marketingqualifiedlead" < sql "salesqualifiedlead" < opportunity < won)
        }
        """) == """
          contact {
            email     text key
            persona   one of (cfo "CFO", vp_finance "VP Finance", finance_manager "Finance Manager",
              it_director "IT Director")
            lifecycle one of (subscriber < lead < mql "marketingqualifiedlead" < sql "salesqualifiedlead"
              < opportunity < won)
          }

          """)
  }

  @Test func aLongSegmentHasItsClausesOnLinesOfTheirOwn() throws {
    let text = """
      segment in_market for account "Target accounts in the market"
        when target and reach >= 50 and engaged_people >= 2
        until reach < 35

      """
    #expect(try formatted(text) == text)
  }

  @Test func blocksOnOneLineAreNotAligned() throws {
    let text = """
      event content_download { asset asset } worth 0.7
      event email_click { asset asset } worth 0.6

      """
    #expect(try formatted(text) == text)
  }

  @Test func commentsStayWhereTheyBelong() throws {
    let text = """
      # About the file.

      # About the contact.
      contact {
        # The key.
        email text key  # how we know people
        name  text      # what we call them
        # Nothing follows.
      }

      # At the end.

      """
    let result = try formatted(text)
    #expect(result == text)
  }

  @Test func aCommentInsideOfAConditionKeepsItsPlace() throws {
    let text = try formatted("when a # why a\nand b then clear c")
    #expect(text.contains("# why a"))
    #expect(parse(SourceFile(path: "a.abm", text: text)).diagnostics.isEmpty)
  }

  @Test func understoodSpellingsBecomeTheCanonicalOnes() throws {
    #expect(
      try formatted("when score ≥ 70 && stage = consideration then clear c")
        == "when score >= 70 and stage == consideration then clear c\n")
  }

  @Test func signsAndCallsStandTight() throws {
    #expect(
      try formatted("score s { limit - 5 to 10 } define a = count ( e within 3 days ) - - 2 * ( 1 + x ) ").contains(
        "define a = count(e within 3 days) - -2 * (1 + x)\n"))
  }

  @Test func aFileWithSyntaxErrorsIsLeftAlone() {
    #expect(format(parse(SourceFile(path: "a.abm", text: "rule { when")).tree) == nil)
  }

  @Test func nothingIsLostFromTheStarterRuleBook() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../rules").standardized
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".abm") }
    #expect(!names.isEmpty)
    for name in names.sorted() {
      let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
      let result = try formatted(text)
      #expect(words(result) == words(text), "\(name)")
    }
  }

  /// All that is not blank, commas aside, in order.
  private func words(_ text: String) -> String {
    text.filter { !$0.isWhitespace && $0 != "," && $0 != "\"" }
  }
}
