import Glibc

/// How an arm did on one measure.
package struct ArmCount: Hashable, Sendable {
  package var arm: String
  /// Who was in it, for as long as the measure takes.
  package var subjects: Int
  /// For how many of them the measure is true.
  package var successes: Int

  package init(arm: String, subjects: Int, successes: Int) {
    self.arm = arm
    self.subjects = subjects
    self.successes = successes
  }

  /// `nil` where nobody is in it.
  package var rate: Double? { subjects == 0 ? nil : Double(successes) / Double(subjects) }
}

/// The difference of an arm's rate and that of the first, which it is compared with.
package struct ArmComparison: Hashable, Sendable {
  package var arm: String
  package var base: String
  /// In points of the share: −0.0082 is 0.82 percentage points fewer.
  package var difference: Double
  /// Covers the true difference 95 times in 100 for one look at a time fixed beforehand: Wald's interval with the
  /// variances of both arms apart.
  package var interval: ClosedRange<Double>
  /// Of no difference, for that one look.
  package var pValue: Double
  /// Covers it at all looks together, however many and whenever: what a person who looks every day may go by.
  package var anytime: ClosedRange<Double>

  /// Whether it is sure, at any number of looks, that the arm does better or worse than the base.
  package var isSettled: Bool { anytime.lowerBound > 0 || anytime.upperBound < 0 }

  /// Too few people for the normal distribution to stand in for the binomial one.
  package static let fewestSubjects = 100

  /// `nil` before there are people enough in both arms.
  ///
  /// - Parameter comparisons: how many arms are compared with the base; the level of each is divided by it (Bonferroni).
  package init?(_ arm: ArmCount, with base: ArmCount, comparisons: Int = 1) {
    guard min(arm.subjects, base.subjects) >= ArmComparison.fewestSubjects, let rate = arm.rate,
      let baseRate = base.rate
    else { return nil }
    self.arm = arm.arm
    self.base = base.arm
    difference = rate - baseRate
    let variance =
      rate * (1 - rate) / Double(arm.subjects) + baseRate * (1 - baseRate) / Double(base.subjects)
    let margin = 1.959963984540054 * variance.squareRoot()
    interval = (difference - margin)...(difference + margin)
    pValue = variance > 0 ? erfc(abs(difference) / (2 * variance).squareRoot()) : (difference == 0 ? 1 : 0)
    let level = 0.05 / Double(max(comparisons, 1))
    let wide = AnytimeInterval.margin(variance: ArmComparison.carefulVariance(arm, base), level: level)
    anytime = (difference - wide)...(difference + wide)
  }

  /// With one success and one failure more in each arm (Agresti and Caffo 2000), so that few events do not look certain.
  private static func carefulVariance(_ arm: ArmCount, _ base: ArmCount) -> Double {
    [arm, base].reduce(0) { sum, count in
      let people = Double(count.subjects + 2)
      let rate = Double(count.successes + 1) / people
      return sum + rate * (1 - rate) / people
    }
  }
}

/// The always valid interval of the mixture sequential probability ratio test: Johari, Koomen, Pekelis and Walsh, "Peeking
/// at A/B tests" (KDD 2017), after Robbins (1970). With an estimate D of variance V and a normal mixture of variance τ²
/// over the true difference, the likelihood ratio against θ is √(V/(V+τ²)) · exp(τ²(D−θ)²/(2V(V+τ²))). By Ville's
/// inequality it exceeds 1/α at any time with a probability of at most α; the interval holds every θ for which it does
/// not.
enum AnytimeInterval {
  /// The difference that is looked for: one percentage point, as tests of messages usually find. It is fixed beforehand
  /// and makes the interval shortest near it; the level holds whatever it is.
  static let mixtureVariance = 0.01 * 0.01

  /// Half the length of the interval.
  static func margin(variance: Double, level: Double) -> Double {
    let sum = variance + mixtureVariance
    return (2 * variance * sum / mixtureVariance * log((sum / variance).squareRoot() / level)).squareRoot()
  }
}
