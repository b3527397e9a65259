import RuleSemantics
import Testing

@Suite struct AccountTests {
  static let text = """
    contact { email text key  persona one of (cfo, it_director, other)  engagement number }
    account { domain text key  target flag missing means no  employees number }
    deal { name text key  amount number  stage one of (open < won) }
    event page_view { path text } worth 0.2
    event intent_surge for account { topic text } worth 0.5
    define coverage for account = distinct(persona of contacts where persona in (cfo, it_director)) / 2
    score reach for account { factor people 100% = diminishing(sum(engagement of contacts) / 100, half at 2) }
    define views for account = count(page_view)
    define surges for account = count(intent_surge)
    define active for account = count(interaction)
    define pipeline for account = sum(amount of deals where stage == open)
    define biggest for account = max(amount of deals)
    define senior for account = share(contacts where persona == cfo)
    define lookers for account = count(contacts where did page_view)
    rule thin for account {
      when target and reach >= 40 and not any(contacts where persona == cfo) and not any(deals where stage == open)
      then add to list "x"
    }
    define colleague_engagement = sum(engagement of colleagues)
    define colleague_looked = any(colleagues where did page_view within 30 days)
    define own_surges = count(intent_surge)
    define account_reach = account.reach
    define above = count(account.contacts where engagement > contact.engagement)
    define has_open = any(account.deals where stage == open)

    """

  private func book() throws -> RuleBook {
    var book = try RuleBook(AccountTests.text.replacing("then add to list \"x\"", with: "then notify \"x\" \"x\""))
    try book.account("acme.example", ["target": true])
    try book.account("beta.example")
    try book.account("empty.example")
    try book.contact("a@acme.example", of: 0, ["persona": "cfo", "engagement": 150])
    try book.event("page_view", at: "2026-03-01 10:00")
    try book.contact("b@acme.example", of: 0, ["persona": "it_director", "engagement": 50])
    try book.event("page_view", at: "2026-01-01 10:00")
    try book.contact("c@beta.example", of: 1, ["persona": "cfo"])
    try book.contact("d@nowhere.example", ["persona": "other", "engagement": 1])
    try book.event("page_view", at: "2026-03-01 10:00")
    try book.event("intent_surge", at: "2026-03-01 11:00", of: 0)
    try book.event("intent_surge", at: "2026-03-01 11:00", of: 2)
    try book.deal("d1", of: 0, ["amount": 100, "stage": "open"])
    try book.deal("d2", of: 0, ["amount": 300, "stage": "won"])
    try book.deal("d3", of: 1, ["stage": "open"])
    return book
  }

  @Test func accountsCountTheirPeopleDealsAndEvents() throws {
    let book = try book()
    #expect(try book.numbers("coverage", of: .account) == [1, 0.5, 0])
    #expect(try book.numbers("reach", of: .account) == [50, 0, 0])
    #expect(try book.numbers("views", of: .account) == [2, 0, 0])
    #expect(try book.numbers("surges", of: .account) == [1, 0, 1])
    #expect(try book.numbers("active", of: .account) == [3, 0, 1])
    #expect(try book.numbers("pipeline", of: .account) == [100, 0, 0])
    #expect(try book.numbers("biggest", of: .account) == [300, nil, nil])
    #expect(try book.numbers("senior", of: .account) == [0.5, 1, nil])
    #expect(try book.numbers("lookers", of: .account) == [2, 0, 0])
    #expect(try book.truths(ofRule: "thin") == [false, false, false])
  }

  @Test func contactsReadTheirAccountAndColleagues() throws {
    let book = try book()
    #expect(try book.numbers("colleague_engagement") == [50, 150, 0, 0])
    #expect(try book.flags("colleague_looked") == [false, true, false, false])
    #expect(try book.numbers("own_surges") == [1, 1, 0, 0])
    #expect(try book.numbers("account_reach") == [50, 50, 0, nil])
    #expect(try book.numbers("above") == [0, 1, 0, 0])
    #expect(try book.flags("has_open") == [true, true, true, false])
  }
}
