/// Numbers as bars one line high.
enum Sparkline {
  private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// At most so many columns, each the sum of as many neighbours as it takes; a dot for nothing.
  static func text(_ numbers: [Int], columns: Int) -> String {
    let sums = bucketed(numbers, columns: columns)
    let highest = max(sums.max() ?? 0, 1)
    return String(sums.map { $0 == 0 ? "·" : bars[($0 * (bars.count - 1)) / highest] })
  }

  static func bucketed(_ numbers: [Int], columns: Int) -> [Int] {
    let size = max(1, (numbers.count + columns - 1) / max(columns, 1))
    return stride(from: 0, to: numbers.count, by: size).map { start in
      numbers[start..<min(start + size, numbers.count)].reduce(0, +)
    }
  }
}
