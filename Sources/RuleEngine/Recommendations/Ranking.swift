package import RuleSemantics

/// What a recommendation found for one contact.
package struct Ranking: Sendable {
  package struct Pick: Hashable, Sendable {
    package var asset: AssetID
    /// 0…1, in steps of a billionth.
    package var score: Double
    /// One for each factor of the recommendation, as it is before it is held between 0 and 1; `nil` is missing.
    package var factors: [Double?]
  }

  /// The best first; ties in the order of the assets' names.
  package var picks: [Pick] = []
  /// How many assets there are.
  package var assets = 0
  /// How many assets each gate excluded that no gate before it had excluded; one for each gate.
  package var gated: [Int] = []
  /// How many passed all gates and were left out by the caller.
  package var leftOut = 0
  /// How many of the others score less than the threshold.
  package var belowThreshold = 0
}
