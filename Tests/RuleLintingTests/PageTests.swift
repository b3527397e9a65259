import Foundation
import RuleDiagnostics
import RuleLinting
import RuleSemantics
import RuleSyntax
import Testing

/// The pages behind `abm-rules explain`: what they call wrong gives the diagnostic, what they call right does not.
@Suite("Pages of diagnostics")
struct PageTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs/diagnostics")

  /// What the examples stand beside. A page may declare some of it anew.
  private static let surroundings = """
    contact {
      email text key  first_name text  country text  zip text  interests list of text  renewal date
      persona one of (cfo, vp_finance, it_director, other)  language text
      lifecycle one of (lead < mql < customer)  tier one of (c < b < a)  last_seen date  opted_out flag missing means no
    }
    account { domain text key  employees number  target flag missing means no }
    deal { name text key  amount number }
    asset { language text  topics list of text  published date }
    asset roi_guide { }
    asset roi_one_pager { }
    asset demo_offer { }
    asset case_study { }
    event page_view { path text } worth 0.2
    event email_click { asset asset } worth 0.6
    event content_download { asset asset } worth 0.7
    event demo_request worth 1
    event meeting_booked worth 0.9
    event email_reply
    score score { factor all 100% = diminishing(count(interaction), half at 3) }
    score fit { add 60 when persona == cfo  limit 0 to 100 }
    journey stage { stage awareness  stage consideration when score >= 30  stage decision when did demo_request }
    rule roi_for_finance { when persona == cfo then send asset roi_guide }
    recommendation next_best { from asset  factor fresh 100% = freshness(candidate.published, half life 180 days) }
    sequence finance_nurture { goal when did meeting_booked  step intro { send asset roi_guide } }
    """

  /// They are about a file that the rule book names, which a page cannot show.
  private static let aboutFiles: Set<DiagnosticID> = [
    .unreadableAssetFile, .assetFileWithoutNames, .unknownAssetColumn, .assetCell, .unreadableHolidaysFile,
    .shadowedAsset,
  ]

  private static let ids =
    DiagnosticID.allCases.filter {
      [.data, .policy, .tests, .lint].contains($0.descriptor.category) && !aboutFiles.contains($0)
    } + [.fewArms, .secondExperiment]

  @Test(arguments: ids)
  func theExamplesAreWhatTheyClaim(id: DiagnosticID) throws {
    let page = try String(contentsOf: Self.folder.appending(path: "\(id.rawValue).md"), encoding: .utf8)
    let examples = page.components(separatedBy: "```abm\n").dropFirst().map { $0.components(separatedBy: "```")[0] }
    try #require(examples.count == 2)
    #expect(reports(examples[0]).contains(id) || reports(examples[0], Self.surroundings).contains(id))
    #expect(!reports(examples[1]).contains(id) || !reports(examples[1], Self.surroundings).contains(id))
  }

  private func reports(_ texts: String...) -> Set<DiagnosticID> {
    var book = SourceBook()
    var all: Set<DiagnosticID> = []
    let trees = texts.enumerated().map { index, text in
      let (tree, diagnostics) = parse(book.add(path: "\(index).abm", bytes: Array(text.utf8)))
      all.formUnion(diagnostics.map(\.id))
      return tree
    }
    let (program, diagnostics) = check(book, trees: trees)
    return all.union(diagnostics.map(\.id)).union(lint(program, trees: trees).map(\.id))
  }
}
