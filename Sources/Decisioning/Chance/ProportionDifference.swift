/// How much more often something happened in one group than in another, with how far chance alone may have moved that.
package struct ProportionDifference: Hashable, Sendable {
  package var difference: Double
  package var low: Double
  package var high: Double

  /// The difference of two independent proportions with its 95 % interval by Newcombe's hybrid of Wilson's score
  /// intervals (method 10 in R. G. Newcombe, "Interval estimation for the difference between independent proportions:
  /// comparison of eleven methods", Statistics in Medicine 17, 1998, 873–890): sound for small groups and for rates near
  /// 0 and 1, where the textbook interval is not.
  ///
  /// - Returns: `nil` when a group is empty.
  package init?(_ hits: Int, of count: Int, minus otherHits: Int, of otherCount: Int) {
    guard count > 0, otherCount > 0 else { return nil }
    let one = WilsonInterval(hits, of: count)
    let other = WilsonInterval(otherHits, of: otherCount)
    difference = one.share - other.share
    func length(_ first: Double, _ second: Double) -> Double { (first * first + second * second).squareRoot() }
    low = difference - length(one.share - one.low, other.high - other.share)
    high = difference + length(one.high - one.share, other.share - other.low)
  }
}

/// A share of many groups, whose people fare alike, with its variance between groups: the mean of a ratio, by the delta
/// method (A. Deng, U. Knoblich and J. Lu, "Applying the delta method in metric analytics: a practical guide with novel
/// ideas", KDD 2018, section 3; the linearized variance of a ratio in W. G. Cochran, "Sampling techniques", 3rd edition,
/// 1977, section 9A.1).
package struct ClusteredShare: Hashable, Sendable {
  package var share: Double
  package var variance: Double

  /// - Parameter clusters: for each the people in it and how many of them did it.
  /// - Returns: `nil` for fewer than two clusters: nothing is known of how they differ.
  package init?(_ clusters: [(people: Int, hits: Int)]) {
    let people = Double(clusters.reduce(0) { $0 + $1.people })
    guard clusters.count > 1, people > 0 else { return nil }
    let share = Double(clusters.reduce(0) { $0 + $1.hits }) / people
    let squares = clusters.reduce(0.0) { sum, cluster in
      let rest = Double(cluster.hits) - share * Double(cluster.people)
      return sum + rest * rest
    }
    let count = Double(clusters.count)
    self.share = share
    variance = count / (count - 1) * squares / (people * people)
  }
}

extension ProportionDifference {
  /// The same with the people of a cluster drawn together: the interval by the variances between clusters, and nowhere
  /// narrower than if each were drawn alone, so that few clusters, or none with a hit, do not look certain.
  ///
  /// - Returns: `nil` where a side has fewer than two clusters.
  package init?(clusters: [(people: Int, hits: Int)], minus others: [(people: Int, hits: Int)]) {
    func sum(_ clusters: [(people: Int, hits: Int)]) -> (people: Int, hits: Int) {
      clusters.reduce((0, 0)) { ($0.0 + $1.people, $0.1 + $1.hits) }
    }
    let (here, there) = (sum(clusters), sum(others))
    guard let one = ClusteredShare(clusters), let other = ClusteredShare(others),
      let alone = ProportionDifference(here.hits, of: here.people, minus: there.hits, of: there.people)
    else { return nil }
    let margin = WilsonInterval.quantile * (one.variance + other.variance).squareRoot()
    difference = alone.difference
    low = max(-1, min(alone.low, difference - margin))
    high = min(1, max(alone.high, difference + margin))
  }
}

/// A share with its 95 % score interval (E. B. Wilson, "Probable inference, the law of succession, and statistical
/// inference", Journal of the American Statistical Association 22, 1927, 209–212).
package struct WilsonInterval: Hashable, Sendable {
  package var share: Double
  package var low: Double
  package var high: Double

  /// The 97.5th percentile of the normal distribution.
  static let quantile = 1.959963984540054

  package init(_ hits: Int, of count: Int) {
    let count = Double(count)
    let square = WilsonInterval.quantile * WilsonInterval.quantile
    share = Double(hits) / count
    let middle = (share + square / (2 * count)) / (1 + square / count)
    let spread =
      WilsonInterval.quantile / (1 + square / count)
      * (share * (1 - share) / count + square / (4 * count * count)).squareRoot()
    low = max(0, middle - spread)
    high = min(1, middle + spread)
  }
}
