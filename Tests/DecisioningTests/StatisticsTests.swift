import Decisioning
import Foundation
import TestSupport
import Testing

/// The numbers of experiments, against figures worked out elsewhere, and against chance.
struct StatisticsTests {
  // Counts of a public experiment in a mobile game: 44,700 players met the gate at level 30, 45,489 at level 40.
  private let gate30 = ArmCount(arm: "gate_30", subjects: 44_700, successes: 8_502)
  private let gate40 = ArmCount(arm: "gate_40", subjects: 45_489, successes: 8_279)

  @Test func aSplitThatChanceWouldHardlyMakeIsBroken() {
    let ratio = SampleRatio(counts: [44_700, 45_489], shares: [0.5, 0.5])
    #expect(abs(ratio.chiSquare - 6.9024) < 0.0001)
    #expect(abs(ratio.pValue - 0.00861) < 0.00001)
    #expect(ratio.isBroken)
    #expect(!SampleRatio(counts: [5020, 4980], shares: [0.5, 0.5]).isBroken)
    #expect(SampleRatio(counts: [0, 0], shares: [0.5, 0.5]).pValue == 1)
  }

  @Test func retentionAfterSevenDays() throws {
    let comparison = try #require(ArmComparison(gate40, with: gate30))
    #expect(abs(comparison.difference + 0.0082) < 0.00005)
    #expect(abs(comparison.interval.lowerBound + 0.0133) < 0.00005)
    #expect(abs(comparison.interval.upperBound + 0.0031) < 0.00005)
    #expect(abs(comparison.pValue - 0.00155) < 0.00001)
    #expect(comparison.anytime.lowerBound < comparison.interval.lowerBound)
    #expect(comparison.anytime.upperBound > comparison.interval.upperBound)
  }

  /// Tables of the chi-square distribution: the 5 % and 1 % points.
  @Test(arguments: [
    (1, 3.841, 0.05), (2, 5.991, 0.05), (3, 7.815, 0.05), (4, 9.488, 0.05), (5, 11.070, 0.05), (9, 16.919, 0.05),
    (10, 18.307, 0.05), (1, 6.635, 0.01), (2, 9.210, 0.01), (7, 18.475, 0.01),
  ])
  func chiSquareAgreesWithTheTables(degrees: Int, point: Double, probability: Double) {
    // Counts whose statistic is the point: one arm apart from the others by the same share.
    let arms = degrees + 1
    let people = 1_000_000.0
    let gap = (point * people / Double(arms) / 2).squareRoot()
    var counts = [Int](repeating: Int(people), count: arms)
    let expected = people / Double(arms)
    counts = counts.map { _ in Int(expected * 1000) }
    let shift = Int(gap * 1000.squareRoot())
    counts[0] += shift
    counts[1] -= shift
    let ratio = SampleRatio(counts: counts, shares: Array(repeating: 1 / Double(arms), count: arms))
    #expect(abs(ratio.chiSquare - point) < 0.01)
    #expect(abs(ratio.pValue - probability) < probability / 50)
  }

  @Test func tooFewPeopleAreNotCompared() {
    let few = ArmCount(arm: "b", subjects: 99, successes: 50)
    #expect(ArmComparison(few, with: gate30) == nil)
    #expect(ArmComparison(gate30, with: few) == nil)
  }

  @Test func severalArmsAskForMore() throws {
    let one = try #require(ArmComparison(gate40, with: gate30))
    let two = try #require(ArmComparison(gate40, with: gate30, comparisons: 2))
    #expect(two.anytime.lowerBound < one.anytime.lowerBound)
    #expect(two.interval == one.interval)
  }

  /// Arms that do not differ, looked at every day for 200 days: of 600 such experiments at most 5 % may ever be called
  /// settled. Stopping at the first of daily looks at the plain interval calls far more.
  @Test(arguments: [0.02, 0.2, 0.5])
  func lookingEveryDayFoolsNobody(rate: Double) throws {
    var random = SeededGenerator(seed: 20_260_302)
    var (settled, fooled) = (0, 0)
    for _ in 0..<600 {
      var base = ArmCount(arm: "a", subjects: 0, successes: 0)
      var arm = ArmCount(arm: "b", subjects: 0, successes: 0)
      var (isSettled, isFooled) = (false, false)
      for _ in 0..<200 {
        for _ in 0..<40 {
          base.subjects += 1
          arm.subjects += 1
          if Double(random.next() >> 11) * 0x1p-53 < rate { base.successes += 1 }
          if Double(random.next() >> 11) * 0x1p-53 < rate { arm.successes += 1 }
        }
        guard let comparison = ArmComparison(arm, with: base) else { continue }
        isSettled = isSettled || comparison.isSettled
        isFooled = isFooled || !comparison.interval.contains(0)
      }
      settled += isSettled ? 1 : 0
      fooled += isFooled ? 1 : 0
    }
    #expect(settled <= 30)
    #expect(fooled > 120)
  }

  @Test func aTrueDifferenceIsFound() throws {
    let base = ArmCount(arm: "a", subjects: 20_000, successes: 2000)
    let arm = ArmCount(arm: "b", subjects: 20_000, successes: 2400)
    #expect(try #require(ArmComparison(arm, with: base)).isSettled)
  }
}
