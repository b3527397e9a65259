import BusinessTime
import RuleSemantics

/// The holidays that the policy names, read and expanded.
struct PolicyHolidays {
  /// One for each of `CheckedPolicy.holidays`.
  let days: [Set<CivilDate>]
  /// What is wrong with the files, each a sentence.
  let problems: [String]

  init(of book: RuleBook) {
    let zone = Zone(identifier: book.program.policy.zone) ?? .utc
    var days: [Set<CivilDate>] = []
    var problems: [String] = []
    for holidays in book.program.policy.holidays {
      guard let bytes = book.attachments[holidays.path] else {
        // An error of the rule book.
        days.append([])
        continue
      }
      let parsed = Holidays.parse(String(decoding: bytes, as: UTF8.self), in: zone)
      days.append(Set(parsed.dates))
      problems += parsed.problems.map { "`\(holidays.path)`: \($0)" }
    }
    self.days = days
    self.problems = problems
  }
}
