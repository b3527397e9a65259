/// What an experiment has come to, in the order in which it is to be read: whether the split is sound, how many are in
/// each arm, and only then how the arms differ.
package struct ExperimentReport: Hashable, Sendable {
  package var name: String
  package var arms: [String]
  /// By arm, as they are now; they add up to 1.
  package var shares: [Double]
  /// All who were assigned, by arm.
  package var assigned: [Int]
  package var sampleRatio: SampleRatio
  package var measures: [Measure]

  package struct Measure: Hashable, Sendable {
    /// As the rule book or the file names it.
    package var name: String
    /// By arm; only those whose time is over.
    package var counts: [ArmCount]
    /// How many are left out, since their time is not over.
    package var open: Int
    /// Of each arm but the first with the first; an arm with too few people has none.
    package var comparisons: [ArmComparison]

    package init(name: String, counts: [ArmCount], open: Int = 0) {
      self.name = name
      self.counts = counts
      self.open = open
      comparisons = counts.dropFirst().compactMap {
        ArmComparison($0, with: counts[0], comparisons: counts.count - 1)
      }
    }
  }

  /// - Parameter expected: how many each arm would have; `nil` where the shares were the same at all times.
  package init(
    name: String, arms: [String], shares: [Double], assigned: [Int], expected: [Double]? = nil, measures: [Measure]
  ) {
    self.name = name
    self.arms = arms
    self.shares = shares
    self.assigned = assigned
    self.measures = measures
    let total = Double(assigned.reduce(0, +))
    sampleRatio = SampleRatio(counts: assigned, expected: expected ?? shares.map { $0 * total })
  }
}
