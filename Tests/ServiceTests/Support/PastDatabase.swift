import Foundation

/// The database as `sqlite3` sees it, for changes that the program would never make.
struct PastDatabase {
  let path: String

  func run(_ sql: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/sqlite3")
    process.arguments = ["-batch", path, sql]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure() }
  }

  struct Failure: Error {}
}
