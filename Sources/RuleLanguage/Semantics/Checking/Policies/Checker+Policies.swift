import BusinessTime
import RuleDiagnostics
import RuleSyntax

extension Checker {
  /// All `policy` declarations are one: what one of them says, another cannot say again.
  mutating func checkPolicies() {
    var said = SaidClauses()
    for case .policy(let policy) in declarations {
      program.policy.isDeclared = true
      for item in policy.items { check(item, &said) }
    }
    if !said.consents.isEmpty { program.policy.consents = said.consents }
  }

  /// What the policies have said so far, by the words that say it.
  private struct SaidClauses {
    var ranges: [String: SourceRange] = [:]
    var consents: [String] = []

    /// The range where it was said first, when this is not the first time.
    mutating func add(_ words: String, _ range: SourceRange) -> SourceRange? {
      if let first = ranges[words] { return first }
      ranges[words] = range
      return nil
    }
  }

  private mutating func isRepeated(
    _ words: String, _ range: SourceRange, _ said: inout SaidClauses, spelled: String? = nil
  ) -> Bool {
    guard let first = said.add(words, range) else { return false }
    report(.repeatedPolicy(spelled ?? words, at: range, first: first))
    return true
  }

  private mutating func check(_ item: PolicyDeclaration.Item, _ said: inout SaidClauses) {
    switch item.kind {
    case .timezone(let name):
      if !isRepeated("timezone", item.range, &said) { checkZone(name) }
    case .businessHours(let from, let to, let days):
      if !isRepeated("business hours", item.range, &said) { checkBusinessHours(from, to, days) }
    case .holidays(let path, let condition):
      let checked = condition.map { checkCondition($0, in: Scope(subject: .contact)) }
      if condition == nil, isRepeated("holidays \(path.text)", item.range, &said, spelled: "holidays from") { return }
      program.policy.holidays.append(.init(path: path.text, condition: checked, range: item.range))
    case .cap(let cap):
      checkCap(cap, item.range, &said)
    case .quiet(let from, let to, let inContactTime, let release):
      if from.time == to.time {
        report(.emptyHours("quiet", at: from.range.union(to.range)))
      } else {
        program.policy.quiet.append(
          .init(
            from: from.time, to: to.time, inContactTime: inContactTime, release: checkRelease(release),
            range: item.range))
      }
    case .sendWindow(let window, let release):
      if !isRepeated("send on", item.range, &said), let checked = check(window, "send on") {
        program.policy.sendWindows.append(
          .init(
            days: checked.days, hours: DailyWindow(from: checked.from, to: checked.to),
            inContactTime: checked.inContactTime, release: checkRelease(release), range: item.range))
      }
    case .weekend(let days, let condition):
      let days = checkDays(days)
      let condition = checkCondition(condition, in: Scope(subject: .contact))
      if !days.isEmpty { program.policy.weekends.append(.init(days: days, condition: condition, range: item.range)) }
    case .neverMessage(let condition):
      program.policy.neverMessage.append(checkCondition(condition, in: Scope(subject: .contact)))
    case .neverRepeatAsset(let duration):
      if !isRepeated("never repeat an asset", item.range, &said), let span = checkSpan(duration) {
        program.policy.neverRepeatAsset = span
      }
    case .requireConsent(let purpose):
      let words = "require consent \(purpose.text.lowercased())"
      if !isRepeated(words, item.range, &said, spelled: "require consent \(purpose.text)") {
        said.consents.append(purpose.text)
      }
    case .approve(let amount):
      if !isRepeated("approve rules", item.range, &said), let checked = check(amount) {
        program.policy.approveOver = checked
      }
    case .approvalsExpire(let duration):
      if !isRepeated("approvals expire", item.range, &said), let span = checkSpan(duration) {
        program.policy.approvalsExpireAfter = span
      }
    case .halt(let amount):
      if !isRepeated("halt", item.range, &said), let checked = check(amount) { program.policy.haltOver = checked }
    case .evaluate(let duration):
      if !isRepeated("evaluate", item.range, &said) {
        program.policy.evaluateEvery = checkSpan(duration, allowsUneven: false)
      }
    }
  }

  /// A length of elapsed time: those who leave first and last are so far apart on the clock.
  private mutating func checkRelease(_ duration: Expression.Duration?) -> TimeSpan? {
    duration.flatMap { checkSpan($0, allowsUneven: false) }
  }

  private mutating func checkZone(_ name: PlainText) {
    // The zone itself was set before everything else.
    guard Zone(identifier: name.text) == nil else { return }
    report(.unknownZone(name.text, at: name.range, suggestion: nearestZone(to: name.text)))
  }

  /// Cities are known better than continents: `London` means `Europe/London`.
  private func nearestZone(to text: String) -> String? {
    let known = Zone.knownIdentifiers
    let folded = String(text.map { $0 == " " ? "_" : $0 }).lowercased()
    if let same = known.first(where: { $0.lowercased() == folded }) { return same }
    if let city = known.first(where: { $0.lowercased().hasSuffix("/" + folded) }) { return city }
    return nearest(to: text, among: known)
  }

  private mutating func checkBusinessHours(_ from: TimeLiteral, _ to: TimeLiteral, _ days: [Name]) {
    let workdays = checkDays(days)
    if from.time >= to.time {
      report(.emptyHours("business hours", at: from.range.union(to.range)))
    } else {
      program.policy.businessFrom = from.time
      program.policy.businessTo = to.time
    }
    if !workdays.isEmpty { program.policy.workdays = workdays }
  }

  private mutating func checkCap(_ cap: PolicyDeclaration.Cap, _ range: SourceRange, _ said: inout SaidClauses) {
    let limit = checkWholeNumber(cap.limit, atLeast: 1, of: "at most")
    let per = checkSpan(cap.per)
    var rest = CheckedPolicy.Cap.Rest.drop
    if case .hold(let upTo) = cap.rest { rest = .hold(upTo: upTo.flatMap { checkSpan($0) }) }
    guard let limit, let per else { return }
    let words = "at most … messages per \(cap.isPerAccount ? "account" : "contact") per \(per)"
    if isRepeated(words, range, &said) { return }
    program.policy.caps.append(
      .init(limit: limit, isPerAccount: cap.isPerAccount, per: per, rest: rest, range: range))
  }

  private mutating func check(_ amount: PolicyDeclaration.Amount) -> CheckedPolicy.Amount? {
    switch amount {
    case .contacts(let number):
      return checkWholeNumber(number, atLeast: 0, of: "more than").map { .contacts($0) }
    case .shareOfContacts(let share):
      return checkShare(share).map { .share($0) }
    }
  }

  // MARK: - Shared with sequences

  /// 0…1; `nil` when it was reported.
  mutating func checkShare(_ share: NumberLiteral) -> Double? {
    if (0...1).contains(share.value) { return share.value }
    report(.shareOutOfRange(at: share.range))
    return nil
  }

  /// Days by name; what is no day is reported and left out.
  mutating func checkDays(_ names: [Name]) -> Set<Weekday> {
    var days: Set<Weekday> = []
    for name in names {
      if let meant = Self.daysByName[name.text.lowercased()] {
        days.formUnion(meant)
      } else {
        report(
          .unknownDay(
            name.text, at: name.range,
            suggestion: nearest(to: name.text, among: Self.dayNames)))
      }
    }
    return days
  }

  private static let dayNames = ["weekdays", "weekends"] + Weekday.allCases.map { String(describing: $0) }

  private static let daysByName: [String: Set<Weekday>] = {
    var days: [String: Set<Weekday>] = [
      "weekdays": [.monday, .tuesday, .wednesday, .thursday, .friday], "weekends": [.saturday, .sunday],
    ]
    for day in Weekday.allCases { days[String(describing: day)] = [day] }
    return days
  }()
}
