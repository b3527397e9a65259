import Foundation

/// The database as `sqlite3` sees it, for changes that the program would never make.
struct PastDatabase {
  let path: String

  @discardableResult
  func run(_ sql: String) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/sqlite3")
    process.arguments = ["-batch", path, sql]
    process.standardOutput = output
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure() }
    return String(decoding: text, as: UTF8.self)
  }

  struct Failure: Error {}
}
