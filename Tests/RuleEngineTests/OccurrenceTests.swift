import BusinessTime
import RuleEngine
import RuleSemantics
import Testing

@Suite struct OccurrenceTests {
  static let text = """
    contact { email text key  lifecycle one of (lead < mql < sql) }
    event webinar_registered { webinar text, ends time } worth 0.5
    event webinar_attended { webinar text, minutes number } worth 0.8
    event meeting_booked
    rule missed {
      on webinar_registered wait until 3 hours after event.ends
      when did not webinar_attended where webinar == event.webinar
      then create note "missed"
    }
    rule stayed {
      on webinar_attended where minutes >= 30
      then create note "{event.minutes otherwise 0} minutes in {event.webinar otherwise "a webinar"}"
    }
    rule mql_late {
      on lifecycle changed to mql wait 4 business hours
      when did not meeting_booked since event.at and event.old == lead
      then create note "late"
    }
    """

  private func book() throws -> RuleBook {
    var book = try RuleBook(OccurrenceTests.text)
    try book.contact("ann@acme.example")
    try book.event("webinar_registered", at: "2026-02-01 09:00", ["webinar": "q1", "ends": "2026-02-10 18:00"])
    try book.event("webinar_registered", at: "2026-02-02 09:00", ["webinar": "Q2"])
    try book.event("webinar_attended", at: "2026-02-10 17:00", ["webinar": "Q1", "minutes": 45])
    try book.event("webinar_attended", at: "2026-02-11 17:00", ["minutes": 12])
    try book.event("meeting_booked", at: "2026-02-11 12:00")
    try book.contact("bo@acme.example")
    return book
  }

  private func batch(_ book: RuleBook, _ rule: CheckedRule, rows: [Int32]) throws -> Occurrences {
    Occurrences(
      of: try #require(rule.trigger).occurrence, subjects: rows.map { _ in 0 }, triggers: .events(rows: rows))
  }

  @Test func conditionsRelateTheEventToOthers() throws {
    let book = try book()
    let rule = try book.rule("missed")
    let evaluation = book.world.evaluation()
    let batch = try batch(book, rule, rows: [0, 1])
    #expect(evaluation.truths(try #require(rule.condition), of: .contact, occurrences: batch) == [0, 1])
    guard case .until(let instant) = rule.trigger?.wait else {
      Issue.record("the rule waits")
      return
    }
    let ends = try #require(Instant(iso: "2026-02-10 21:00", in: book.world.calendar.zone))
    #expect(evaluation.value(instant, of: .contact, occurrences: batch, row: 0) == .time(ends))
    #expect(evaluation.value(instant, of: .contact, occurrences: batch, row: 1) == .missing)
  }

  @Test func filtersAndTextsReadTheEvent() throws {
    let book = try book()
    let rule = try book.rule("stayed")
    let evaluation = book.world.evaluation()
    let batch = try batch(book, rule, rows: [0, 1])
    #expect(evaluation.truths(try #require(rule.trigger?.filter), of: .contact, occurrences: batch) == [1, 0])
    guard case .expression(let note) = rule.actions[0].arguments[.text] else {
      Issue.record("a note has a text")
      return
    }
    #expect(evaluation.text(note, of: .contact, occurrences: batch, row: 0) == "45 minutes in Q1")
    #expect(evaluation.text(note, of: .contact, occurrences: batch, row: 1) == "12 minutes in a webinar")
  }

  @Test func changesGiveOldNewAndTheirTime() throws {
    let book = try book()
    let rule = try book.rule("mql_late")
    let evaluation = book.world.evaluation()
    func batch(_ old: Int32, at time: String) throws -> Occurrences {
      let instant = try #require(Instant(iso: time, in: book.world.calendar.zone))
      return Occurrences(
        of: try #require(rule.trigger).occurrence, subjects: [0],
        triggers: .changes(old: .choices([old]), new: .choices([1]), times: [instant.milliseconds]))
    }
    let condition = try #require(rule.condition)
    #expect(evaluation.truths(condition, of: .contact, occurrences: try batch(0, at: "2026-02-11 11:00")) == [0])
    #expect(evaluation.truths(condition, of: .contact, occurrences: try batch(0, at: "2026-02-11 12:00")) == [1])
    #expect(evaluation.truths(condition, of: .contact, occurrences: try batch(2, at: "2026-02-11 12:00")) == [0])
    #expect(evaluation.truths(condition, of: .contact, occurrences: try batch(-1, at: "2026-02-11 12:00")) == [2])
  }
}
