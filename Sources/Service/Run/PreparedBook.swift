import BusinessTime
import ContactStore
import Decisioning
import RuleEngine
import RuleSemantics

/// A rule book with the earlier versions of sequences that somebody is in, and all that is worked out of it once.
struct PreparedBook: Sendable {
  let book: RuleBook
  let plan: DecisionPlan
  let holidays: PolicyHolidays
  let reads: ReadSet
  let calendar: BusinessCalendar
  let version: RulebookVersion

  init(_ book: RuleBook, _ store: Store) throws {
    let book = try book.joined(with: store)
    self.book = book
    plan = DecisionPlan(EvaluationPlan(book.program))
    holidays = PolicyHolidays(of: book)
    reads = plan.evaluation.readSet.union(plan.readSet)
    calendar = book.program.policy.calendar(holidays: holidays.days)
    version = book.version
  }

  var program: CheckedProgram { book.program }
}
