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

/// A share with its 95 % score interval (E. B. Wilson, "Probable inference, the law of succession, and statistical
/// inference", Journal of the American Statistical Association 22, 1927, 209–212).
package struct WilsonInterval: Hashable, Sendable {
  package var share: Double
  package var low: Double
  package var high: Double

  /// The 97.5th percentile of the normal distribution.
  private static let quantile = 1.959963984540054

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
