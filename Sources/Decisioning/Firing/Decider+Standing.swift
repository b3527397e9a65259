import BusinessTime
import RuleEngine
import RuleSemantics

// `when` rules: the firing table, over the whole column of truths.
extension Decider {
  /// The subjects whose condition is true and who are not skipped, excluded or paused; in the order of their keys.
  func standingCandidates(
    of plan: RulePlan, _ history: History, _ draft: inout RuleDraft
  ) -> [Candidate] {
    let rule = plan.rule
    guard let condition = plan.condition else { return [] }
    let truths = evaluation.truths(condition, of: rule.subject)
    let isAtWork = !rule.frequency.isPaused
    let leavesAlone = rule.frequency.isFromNowOn && draft.report.isNew
    let held = plan.sendsMessages ? heldRows[history.name] : nil
    var candidates: [Candidate] = []
    var matching: [Int32] = []
    let upkeep = upkeep(of: plan, history, draft)
    forEachOfInterest(truths, history.firings, held) { row, firing in
      switch truths[row] {
      case 0:
        if isAtWork { settleFalse(plan, history, Int32(row), firing, held, &draft) }
      case 1:
        draft.report.matched += 1
        // Also where the rule itself cannot act: what it keeps others from must not happen in its place.
        if rule.skipsLowerRules, !rule.frequency.isPaused { matching.append(Int32(row)) }
        guard isAtWork else {
          draft.report.skipped += rule.frequency.isPaused ? 1 : 0
          return
        }
        if leavesAlone {
          draft.settled.firings.append(
            .init(rule: rule.name, subject: rule.subject, row: Int32(row), firing: Firing(isExcluded: true)))
        } else if isSkipped(rule.subject, Int32(row)) {
          draft.report.skipped += 1
        } else if !firing.isExcluded, upkeep.map({ !isSettled($0, Int32(row)) }) ?? true {
          candidates.append(
            Candidate(
              row: Int32(row), occurrence: .state(at: now), due: now, position: nil, firing: firing, order: row))
        }
      default: draft.report.unknown += 1
      }
    }
    skip(rule.subject, matching)
    return ranked(candidates, plan)
  }

  /// Calls `body` with each row whose condition is not false, or of which something is remembered or held, in their order,
  /// and with what is remembered. Most people are of no interest to most rules.
  private func forEachOfInterest(
    _ truths: [UInt8], _ firings: FiringTable, _ held: Set<Int32>?, _ body: (Int, Firing) -> Void
  ) {
    let held = (held ?? []).sorted()
    var (entry, hold) = (0, 0)
    truths.withUnsafeBufferPointer { truths in
      var row = 0
      while row < truths.count {
        // The firings are sorted as the rows are: they are read side by side.
        while entry < firings.rows.count, firings.rows[entry] < row { entry += 1 }
        while hold < held.count, held[hold] < row { hold += 1 }
        let hasEntry = entry < firings.rows.count && firings.rows[entry] == row
        if truths[row] != 0 || hasEntry || hold < held.count && held[hold] == row {
          body(row, hasEntry ? firings.firings[entry] : .none)
          row += 1
          continue
        }
        let end = min(
          truths.count, entry < firings.rows.count ? Int(firings.rows[entry]) : .max,
          hold < held.count ? Int(held[hold]) : .max)
        row = firstNonzero(truths, from: row, upTo: end)
      }
    }
  }

  /// `end` where there is none.
  private func firstNonzero(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, upTo end: Int) -> Int {
    let raw = UnsafeRawBufferPointer(bytes)
    var position = start
    while position + 8 <= end, raw.loadUnaligned(fromByteOffset: position, as: UInt64.self) == 0 { position += 8 }
    while position < end, bytes[position] == 0 { position += 1 }
    return position
  }

  private func settleFalse(
    _ plan: RulePlan, _ history: History, _ row: Int32, _ firing: Firing, _ heldRows: Set<Int32>?,
    _ draft: inout RuleDraft
  ) {
    if let armed = firing.armed() {
      draft.settled.firings.append(.init(rule: plan.rule.name, subject: plan.rule.subject, row: row, firing: armed))
    }
    if heldRows?.contains(row) == true {
      let held = history.occurrence(plan.rule.subject, row, nil)
      if state.holds[held] != nil { draft.settled.releasedHolds.append(held.named(plan.rule.name)) }
    }
  }

  /// The rows in the order in which `at most N contacts per account` takes them; missing ranks last.
  func ranked(_ rows: [Int32], _ perAccount: CheckedRule.PerAccount, _ rank: NodeID?) -> [Int32] {
    guard let rank else { return rows }
    let numbers = rows.map { row -> Double in
      let number = evaluation.value(rank, row: Int(row)).rank
      return number.map { perAccount.highestFirst ? -$0 : $0 } ?? .infinity
    }
    return rows.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) }.map { rows[$0] }
  }

  /// In the order in which `at most N contacts per account` takes them; by key where the rule has no such limit.
  func ranked(_ candidates: [Candidate], _ plan: RulePlan) -> [Candidate] {
    guard let perAccount = plan.rule.frequency.perAccount, let rank = plan.rank else { return candidates }
    // Missing ranks go last, whichever end is first.
    func number(_ row: Int32) -> Double? {
      let number = evaluation.value(rank, row: Int(row)).rank
      return number.map { perAccount.highestFirst ? -$0 : $0 }
    }
    return candidates.enumerated()
      .map { (rank: number($0.element.row) ?? .infinity, position: $0.offset, candidate: $0.element) }
      .sorted { ($0.rank, $0.position) < ($1.rank, $1.position) }
      .map(\.candidate)
  }
}

extension RuleOccurrence {
  /// The same under another rule's name.
  func named(_ rule: String) -> RuleOccurrence {
    RuleOccurrence(rule: rule, subject: subject, row: row, occurrence: occurrence)
  }
}

extension Value {
  /// Where the value stands among those of its type; `nil` for a missing value and for what has no order.
  var rank: Double? {
    switch self {
    case .number(let number): number
    case .flag(let flag): flag ? 1 : 0
    case .date(let date): Double(date.dayNumber)
    case .time(let time): Double(time.milliseconds)
    case .choice(_, let position): Double(position)
    case .missing, .text, .asset, .list: nil
    }
  }
}
