import BusinessTime
import RuleDiagnostics
import RuleSyntax

extension Checker {
  mutating func checkRecommendations() {
    var names = DeclaredNames()
    for case .recommendation(let recommendation) in declarations {
      let name = recommendation.head.name
      if let first = names.add(name) {
        report(.duplicateDeclaration("recommendation", name.text, at: name.range, first: first))
      } else {
        check(recommendation)
      }
    }
    for case .recommendation(let recommendation) in declarations {
      guard let former = recommendation.head.formerName else { continue }
      checkFormerName(former, of: "recommendation", current: program.recommendations.map(\.name))
    }
  }

  private mutating func check(_ recommendation: RecommendationDeclaration) {
    let head = recommendation.head
    if head.isForAccount { report(.notForAccounts("recommendation", at: head.name.range)) }
    let reported = diagnostics.count
    // Its conditions were written about accounts: that they do not fit contacts is the same mistake.
    defer { if head.isForAccount { diagnostics.removeSubrange(reported...) } }
    var candidateScope = Scope(subject: .contact)
    candidateScope.names = .candidate
    candidateScope.hasCandidate = true
    var factorScope = Scope(subject: .contact)
    factorScope.hasCandidate = true

    var clauses = SeenClauses()
    var gate: CheckedExpression?
    var neverRepeat: TimeSpan?
    var factors: [FactorSyntax] = []
    var pick = 1
    var threshold = 0.0
    for item in recommendation.items {
      switch item {
      case .candidates(let condition, let range):
        if isFirst("from asset", range, &clauses) {
          gate = condition.map { checkCondition($0, in: candidateScope) }
        }
      case .neverRepeat(let duration, let range):
        if isFirst("never repeat", range, &clauses) { neverRepeat = checkSpan(duration) }
      case .factor(let factor):
        factors.append(factor)
      case .pick(let number, let atLeast, let range):
        guard isFirst("pick best", range, &clauses) else { continue }
        pick = checkWholeNumber(number, atLeast: 1, of: "pick best") ?? 1
        threshold = atLeast.flatMap { checkShare($0) } ?? 0
      }
    }
    if clauses.first["from asset"] == nil {
      report(.incompleteDeclaration("recommendation", head.name.text, lacks: .candidates, at: head.name.range))
    }
    var checkedFactors: [Factor] = []
    if factors.isEmpty {
      report(.incompleteDeclaration("recommendation", head.name.text, lacks: .factors, at: head.name.range))
    } else {
      checkedFactors = checkFactors(factors, of: head.name, in: factorScope)
    }
    program.recommendations.append(
      CheckedRecommendation(
        name: head.name.text, formerName: head.formerName?.text, title: head.title?.text, gate: gate,
        neverRepeat: neverRepeat, factors: checkedFactors, pick: pick, threshold: threshold, range: head.name.range))
  }

  /// Whether a clause that may stand once stands for the first time; reports it otherwise.
  mutating func isFirst(_ clause: String, _ range: SourceRange, _ clauses: inout SeenClauses) -> Bool {
    if let first = clauses.first[clause] {
      report(.duplicateClause(clause, at: range, first: first))
      return false
    }
    clauses.first[clause] = range
    return true
  }
}

/// The clauses of one declaration that may stand once, and where they stood first.
struct SeenClauses {
  var first: [String: SourceRange] = [:]
}
