package import BusinessTime
package import ContactStore
import Foundation

/// Backups in a folder, named after the database and their time: `abm-20260302T090000Z.sqlite` of `abm.sqlite`. Several
/// databases may share a folder.
package struct ScheduledBackups: Sendable {
  private let folder: String
  private let name: String

  /// - Parameter database: the path of what is backed up.
  package init(folder: String, database: String) {
    self.folder = folder
    name = URL(filePath: database).deletingPathExtension().lastPathComponent
  }

  /// When the latest was made; `nil` where there is none. A file from the future, which a clock that was wrong has left,
  /// says nothing.
  package func latest(at now: Instant) throws -> Instant? {
    try names().compactMap(time).last { $0 <= now }
  }

  /// Makes one and removes the oldest of those that are more than `count`.
  @discardableResult
  package func make(of store: Store, at now: Instant, keeping count: Int) throws -> BackupFacts {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    // What was left half done when a daemon ended, and SQLite's journal of it.
    for file in try FileManager.default.contentsOfDirectory(atPath: folder)
    where file.firstRange(of: ".part").map({ time(String(file[..<$0.lowerBound])) != nil }) == true {
      try FileManager.default.removeItem(atPath: "\(folder)/\(file)")
    }
    let file = "\(name)-\(Self.stamp(now)).sqlite"
    let facts = try store.backUp(to: "\(folder)/\(file)")
    // The new one stays, also where files from the future are there.
    for old in try names().filter({ $0 != file }).dropLast(max(count - 1, 0)) {
      try FileManager.default.removeItem(atPath: "\(folder)/\(old)")
    }
    return facts
  }

  /// Oldest first; other files of the folder are left alone.
  private func names() throws -> [String] {
    guard FileManager.default.fileExists(atPath: folder) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: folder).filter { time($0) != nil }.sorted()
  }

  /// `20260302T090000Z`.
  package static func stamp(_ now: Instant) -> String {
    now.description.prefix { $0 != "." && $0 != "Z" }.filter { $0 != "-" && $0 != ":" } + "Z"
  }

  /// `nil` for a file that is no backup of this database.
  private func time(_ file: String) -> Instant? {
    guard file.hasPrefix(name + "-") else { return nil }
    let pattern = #/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.sqlite/#
    guard let match = file.dropFirst(name.count + 1).wholeMatch(of: pattern) else { return nil }
    let (_, year, month, day, hour, minute, second) = match.output
    return Instant(iso: "\(year)-\(month)-\(day)T\(hour):\(minute):\(second)Z", in: .utc)
  }
}
