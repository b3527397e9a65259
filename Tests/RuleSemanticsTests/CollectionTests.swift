import RuleDiagnostics
import RuleSemantics
import Testing

struct CollectionTests {
  @Test(arguments: [
    condition("did page_view where did email_click", "did-in-event-filter: did"),
    condition("did page_view where (count(email_click) > 3)", "nested-collection: count(email_click)"),
    condition("any(colleagues where any(account.deals))", "nested-collection: any(account.deals)"),
    condition("any(account.deals where did page_view)", "nested-collection: did page_view"),
    condition("any(contacts where vip)", "misplaced-people: contacts"),
    condition("any(deals where stage == open)", "misplaced-people: deals"),
    condition("any(page_view)", "wrong-collection: any(page_view)"),
    condition("share(page_view) > 3", "wrong-collection: share(page_view)"),
    condition("first(colleagues) < now", "wrong-collection: first(colleagues)"),
    Mistake("rule r for account { when any(colleagues) then add to list \"L\" }", "misplaced-people: colleagues"),
    Mistake(
      "rule r for account { when target then send asset roi_guide }", "action-not-for-accounts: send asset roi_guide"),
    Mistake(
      "rule r for account { when target then add to list \"L\" at most 1 contact per account per 3 days, highest employees first }",
      "action-not-for-accounts: at most 1 contact per account per 3 days, highest employees first"),
    Mistake(
      "recommendation r { from asset  factor a 100% = rate(email_reply within 3 days after page_view, prior 5) }",
      "rate-without-asset: page_view"),
    Mistake(
      "recommendation r { from asset  factor a 100% = rate(interaction within 3 days after email_click, prior 5) }",
      "rate-without-asset: interaction"),
  ])
  func isReportedOnce(mistake: Mistake) { expectOneReport(mistake) }

  @Test func dealsMustBeDeclared() {
    let book = CheckedBook(
      "contact { email text key }\naccount { domain text key }", "segment s when any(account.deals)")
    #expect(book.problems == ["undeclared-record: account.deals"])
  }

  @Test func didInsidePeopleAsksForTheirEvents() throws {
    let book = CheckedBook(commonDeclarations, "segment s when any(colleagues where did email_reply where contact.vip)")
    #expect(book.problems == [])
    guard case .segment(let segment) = try #require(book.definition("s")).body,
      case .people(let query, .any) = segment.condition.kind, case .did(let events, _)? = query.filter?.kind,
      case .read(let reference)? = events.filter?.kind
    else {
      Issue.record("any of people with a `did`")
      return
    }
    #expect(query.rows == .colleagues)
    #expect(events.owner == .person)
    #expect(reference.variable == .subject)
  }
}
