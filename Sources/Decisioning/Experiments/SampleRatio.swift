import Glibc

/// Whether as many people came into each arm as its share says. Where they did not, assignment or counting is broken,
/// and the arms differ in more than what they do: no difference between them means anything then. Checked before
/// anything else, as in Fabijan et al., "Diagnosing sample ratio mismatch in online controlled experiments" (KDD 2019).
package struct SampleRatio: Hashable, Sendable {
  package var counts: [Int]
  /// How many each arm would have by its share. Where shares have changed, the sum over those that were in force: the
  /// counts then vary a little less than the test takes them to, which errs on the side of silence.
  package var expected: [Double]
  /// Pearson's, with one degree of freedom fewer than arms.
  package var chiSquare: Double
  /// How often chance alone departs as far.
  package var pValue: Double

  /// Below it a split is taken for broken. Stricter than 5 %, since it is looked at every day.
  package static let threshold = 0.01

  package var isBroken: Bool { pValue < SampleRatio.threshold }

  /// - Parameters:
  ///   - counts: by arm.
  ///   - shares: by arm, adding up to 1; an arm with none is left out.
  package init(counts: [Int], shares: [Double]) {
    let total = Double(counts.reduce(0, +))
    self.init(counts: counts, expected: shares.map { $0 * total })
  }

  /// - Parameter expected: by arm, with the sum of the counts; an arm with none is left out.
  package init(counts: [Int], expected: [Double]) {
    self.counts = counts
    self.expected = expected
    var chiSquare = 0.0
    var arms = 0
    for (count, expected) in zip(counts, expected) where expected > 0 {
      chiSquare += (Double(count) - expected) * (Double(count) - expected) / expected
      arms += 1
    }
    self.chiSquare = chiSquare
    pValue = arms > 1 ? chiSquareTail(chiSquare, degreesOfFreedom: arms - 1) : 1
  }
}

/// The probability that a chi-square variable is at least `x`: the closed form of the regularized upper incomplete gamma
/// function for halves of whole numbers (Abramowitz and Stegun, 6.5.22 and 26.4.4 to 26.4.5).
func chiSquareTail(_ x: Double, degreesOfFreedom: Int) -> Double {
  guard x > 0 else { return 1 }
  let half = x / 2
  var (tail, term, order): (Double, Double, Double)
  if degreesOfFreedom.isMultiple(of: 2) {
    (tail, term, order) = (exp(-half), exp(-half), 1)
  } else {
    (tail, term, order) = (erfc(half.squareRoot()), 2 * exp(-half) * (half / Double.pi).squareRoot(), 1.5)
    if degreesOfFreedom > 1 { tail += term }
  }
  // Each step adds x^a e^-x / Γ(a + 1).
  var degrees = degreesOfFreedom.isMultiple(of: 2) ? 2 : 3
  while degrees < degreesOfFreedom {
    term *= half / order
    tail += term
    order += 1
    degrees += 2
  }
  return min(tail, 1)
}
