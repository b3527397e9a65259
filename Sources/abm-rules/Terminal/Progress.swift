import Foundation

/// A line on standard error that says how far something is, when it takes over a second and somebody watches.
struct Progress {
  private let title: String
  private let started = ContinuousClock.now
  private var shownAt: ContinuousClock.Instant?
  private let isShown = isatty(STDERR_FILENO) == 1

  init(_ title: String) {
    self.title = title
  }

  /// - Parameter share: 0 to 1; `nil` where the end is not known.
  mutating func update(_ share: Double?, _ detail: String) {
    let now = ContinuousClock.now
    guard isShown, now - started > .seconds(1), shownAt.map({ now - $0 > .milliseconds(100) }) ?? true else { return }
    shownAt = now
    var line = "\r\u{1B}[K\(title) "
    if let share {
      let filled = Int(max(0, min(1, share)) * 24)
      line += "▕" + String(repeating: "█", count: filled) + String(repeating: " ", count: 24 - filled) + "▏ "
      line += "\(Int(share * 100)) % "
    }
    FileHandle.standardError.write(Data((line + detail).utf8))
  }

  mutating func finish() {
    guard shownAt != nil else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K".utf8))
  }
}
