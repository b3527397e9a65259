package import BusinessTime
package import ContactStore
import Foundation

/// Backups in a folder, named by their time: `abm-20260302T090000Z.sqlite`.
package struct ScheduledBackups: Sendable {
  private let folder: String

  package init(folder: String) { self.folder = folder }

  /// When the latest was made; `nil` where there is none.
  package func latest() throws -> Instant? {
    try names().last.flatMap(Self.time)
  }

  /// Makes one and removes the oldest of those that are more than `count`.
  @discardableResult
  package func make(of store: Store, at now: Instant, keeping count: Int) throws -> BackupFacts {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // What was left half done when a daemon ended.
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) where name.hasSuffix(".sqlite.part") {
      try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
    let facts = try store.backUp(to: "\(folder)/\(Self.name(now))")
    for name in try names().dropLast(count) { try FileManager.default.removeItem(atPath: "\(folder)/\(name)") }
    return facts
  }

  /// Oldest first; other files of the folder are left alone.
  private func names() throws -> [String] {
    guard FileManager.default.fileExists(atPath: folder) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: folder).filter { Self.time($0) != nil }.sorted()
  }

  /// `20260302T090000Z`.
  package static func stamp(_ now: Instant) -> String {
    now.description.prefix { $0 != "." && $0 != "Z" }.filter { $0 != "-" && $0 != ":" } + "Z"
  }

  private static func name(_ now: Instant) -> String { "abm-\(stamp(now)).sqlite" }

  private static func time(_ name: String) -> Instant? {
    guard let match = name.wholeMatch(of: #/abm-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.sqlite/#) else { return nil }
    let (_, year, month, day, hour, minute, second) = match.output
    return Instant(iso: "\(year)-\(month)-\(day)T\(hour):\(minute):\(second)Z", in: .utc)
  }
}
