package import RuleSemantics

/// Weighs the candidates of one recommendation for one contact after the other.
///
/// What depends on the asset alone is computed once for each asset, what depends on the contact alone once for each
/// contact, and only what relates the two for pairs: a contact and all assets that no gate about assets alone excludes,
/// as columns. A class, since it remembers; it stays on the thread of its evaluation.
package final class Recommender {
  private let evaluation: Evaluation
  private let plan: RecommendationPlan
  /// The assets that pass every gate that is about assets alone.
  private let candidates: [Int32]
  /// By asset, its position among the candidates; -1 where a gate excludes it.
  private let positions: [Int32]
  /// For each gate about assets alone, those that it excludes; empty for the others.
  private let excludedAssets: [[Int32]]
  /// Nodes and frames of one contact, to be forgotten before the next.
  private let nodesOfContact: [Int]
  private let framesOfContact: [FrameID]

  /// The recommendations of the evaluation's plan, by their position in the program.
  package init(_ evaluation: Evaluation, _ recommendation: Int) {
    self.evaluation = evaluation
    plan = evaluation.plan.recommendations[recommendation]
    let assets = evaluation.plan.program.assets
    var isCandidate = [Bool](repeating: true, count: assets.count)
    var excluded: [[Int32]] = []
    for gate in plan.gates {
      var excludedByGate: [Int32] = []
      if gate.dependency == .candidate {
        let truths = evaluation.truths(gate.node, assets.count, nil)
        for asset in assets.indices where truths[asset] != 1 {
          excludedByGate.append(Int32(asset))
          isCandidate[asset] = false
        }
      }
      excluded.append(excludedByGate)
    }
    excludedAssets = excluded
    candidates = assets.indices.filter { isCandidate[$0] }.map(Int32.init)
    var positions = [Int32](repeating: -1, count: assets.count)
    for (position, asset) in candidates.enumerated() { positions[Int(asset)] = Int32(position) }
    self.positions = positions

    let graph = evaluation.plan.graph
    let roots = plan.factors + plan.gates.map(\.node)
    let below = Set(roots.flatMap { graph.nodes(below: $0) }).sorted()
    let isOfContact = { (node: NodeID) in graph.isOfOneContact[graph[node].frame.index] }
    let isOfCandidates = { (node: NodeID) in
      if case .gather(_, .inner) = graph[node].kind { graph[graph[node].frame].isOfCandidates } else { false }
    }
    nodesOfContact = below.filter { isOfContact($0) && !isOfCandidates($0) }.map(\.index)
    framesOfContact = graph.frames.indices.map(FrameID.init).filter {
      graph.isOfOneContact[$0.index] && !graph[$0].isOfCandidates
    }
    // Asked for by themselves, these are remembered for all contacts.
    evaluation.focus = CandidateFocus(contact: Column.missingCode, candidates: candidates)
    for node in below where isOfContact(node) {
      for child in graph.children(of: node) where !isOfContact(child) { _ = evaluation.column(child, nil) }
    }
    for node in below where isOfCandidates(node) {
      evaluation.memo[node.index] = nil
      _ = evaluation.column(node, nil)
    }
  }

  /// The best candidates for a contact.
  ///
  /// - Parameters:
  ///   - contact: A row of contacts.
  ///   - limit: How many at most, from 1.
  ///   - excluding: Assets that are left out whatever their score.
  ///   - threshold: The score from which a candidate counts, 0…1; that of the recommendation when `nil`.
  package func best(
    for contact: Int32, limit: Int, excluding: some Sequence<AssetID> = EmptyCollection(), threshold: Double? = nil
  ) -> Ranking {
    var ranking = Ranking()
    ranking.assets = positions.count
    focus(on: contact)
    guard let open = passGates(contact, &ranking) else { return ranking }
    var isOpen = open
    for asset in excluding {
      let position = Int(positions[asset.index])
      guard position >= 0, isOpen[position] else { continue }
      isOpen[position] = false
      ranking.leftOut += 1
    }
    guard isOpen.contains(true) else { return ranking }
    let factors = plan.factors.map { evaluation.operand($0, nil).numbers }
    let least = steps(threshold ?? plan.recommendation.threshold)
    var best = BestCandidates(limit: limit)
    let scores = scores(factors)
    for position in candidates.indices where isOpen[position] {
      if scores[position] < least {
        ranking.belowThreshold += 1
        continue
      }
      let rank = evaluation.plan.assetNameRanks[Int(candidates[position])]
      best.insert(.init(score: scores[position], nameRank: rank, position: Int32(position)))
    }
    ranking.picks = best.sorted.map { entry in
      Ranking.Pick(
        asset: AssetID(Int(candidates[Int(entry.position)])), score: entry.score / 1e9,
        factors: factors.map { values in
          let value = values[values.count == 1 ? 0 : Int(entry.position)]
          return value.isNaN ? nil : value
        })
    }
    return ranking
  }

  private func focus(on contact: Int32) {
    evaluation.focus = CandidateFocus(contact: contact, candidates: candidates)
    for node in nodesOfContact { evaluation.memo[node] = nil }
    for frame in framesOfContact {
      evaluation.frames[frame] = nil
      evaluation.pairCounts[frame] = nil
    }
  }

  // MARK: - Gates

  /// Which candidates pass all gates; `nil` when none does.
  private func passGates(_ contact: Int32, _ ranking: inout Ranking) -> [Bool]? {
    // What a gate excludes is told in the order of the gates, though those about assets alone are asked first.
    var isLeft = [Bool](repeating: true, count: positions.count)
    var left = positions.count
    for (index, gate) in plan.gates.enumerated() {
      let before = left
      func exclude(_ asset: Int) {
        guard isLeft[asset] else { return }
        isLeft[asset] = false
        left -= 1
      }
      switch gate.dependency {
      case .candidate: for asset in excludedAssets[index] { exclude(Int(asset)) }
      case .contact:
        if evaluation.truths(gate.node, of: .contact)[Int(contact)] != 1 {
          for asset in isLeft.indices { exclude(asset) }
        }
      case .both:
        guard !candidates.isEmpty else { break }
        let truths = evaluation.truths(gate.node, candidates.count, nil)
        for (position, asset) in candidates.enumerated() where truths[position] != 1 { exclude(Int(asset)) }
      }
      ranking.gated.append(before - left)
    }
    return left == 0 ? nil : candidates.map { isLeft[Int($0)] }
  }

  // MARK: - Scores

  /// Σ weight × factor for each candidate, in the order of the factors, each held between 0 and 1 and 0 where it is
  /// missing; in billionths, so that what is equal on paper is a tie.
  private func scores(_ factors: [[Double]]) -> [Double] {
    var totals = [Double](repeating: 0, count: candidates.count)
    totals.withUnsafeMutableBufferPointer { totals in
      for (factor, values) in zip(plan.recommendation.factors, factors) {
        let weight = factor.weight
        if values.count == 1 {
          let share = weight * clamped(values[0])
          for position in totals.indices { totals[position] += share }
        } else {
          values.withUnsafeBufferPointer { values in
            for position in totals.indices { totals[position] += weight * clamped(values[position]) }
          }
        }
      }
      for position in totals.indices { totals[position] = steps(totals[position]) }
    }
    return totals
  }

  @inline(__always)
  private func clamped(_ value: Double) -> Double { value.isNaN ? 0 : min(max(value, 0), 1) }

  /// A score in billionths, rounded to a whole one. Adding and subtracting 1.5 × 2^52 rounds to a whole number.
  @inline(__always)
  private func steps(_ score: Double) -> Double { (score * 1e9 + 6_755_399_441_055_744) - 6_755_399_441_055_744 }
}
