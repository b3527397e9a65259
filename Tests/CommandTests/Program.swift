import Foundation
import Testing

/// The built program, run as people run it.
struct Program {
  struct Outcome {
    var code: Int32
    var output: String
    var errors: String
    /// Both, as a terminal shows them where the output comes first.
    var text: String { output + errors }
  }

  /// Where it runs.
  let folder: URL

  /// The program beside the test bundle.
  static let path: URL = {
    let folders = [Bundle.main.bundleURL, URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()]
    return folders.map { $0.appending(path: "abm-rules") }.first {
      FileManager.default.isExecutableFile(atPath: $0.path)
    }
      ?? folders[0].appending(path: "abm-rules")
  }()

  static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// A new, empty folder.
  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "abm-rules-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func remove() {
    try? FileManager.default.removeItem(at: folder)
  }

  func write(_ text: String, to path: String) throws {
    try write(Data(text.utf8), to: path)
  }

  func write(_ data: Data, to path: String) throws {
    let url = folder.appending(path: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url)
  }

  func read(_ path: String) throws -> String {
    // Files of rejects hold what was not UTF-8 as it was.
    String(decoding: try Data(contentsOf: folder.appending(path: path)), as: UTF8.self)
  }

  @discardableResult
  func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Outcome {
    try run(executable: Self.path, arguments, environment)
  }

  /// Runs the rule book at a time, and says what was carried out, as `don one`.
  @discardableResult
  func actions(at time: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> [String] {
    try? FileManager.default.removeItem(at: folder.appending(path: "out.jsonl"))
    let outcome = try run("run", "--at", time, "--executor", "file:out.jsonl")
    #expect(outcome.code == 0, "\(outcome.text)", sourceLocation: sourceLocation)
    return try read("out.jsonl").split(separator: "\n").map { line in
      func value(_ name: String) -> String {
        let parts = line.components(separatedBy: "\"\(name)\":\"")
        return parts.count > 1 ? String(parts[1].prefix { $0 != "\"" }) : ""
      }
      return "\(value("contact").prefix { $0 != "@" }) \(value("text"))"
    }
  }

  /// A line as it is typed in a shell; `abm-rules` is the built program.
  func shell(_ line: String) throws -> Outcome {
    try run(
      executable: URL(filePath: "/bin/bash"), ["-c", line],
      ["PATH": "\(Self.path.deletingLastPathComponent().path):/usr/bin:/bin"])
  }

  private func run(executable: URL, _ arguments: [String], _ environment: [String: String]) throws -> Outcome {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment
      .merging(["NO_COLOR": "1", "COLUMNS": "100", "LC_ALL": "C.UTF-8"]) { $1 }.merging(environment) { $1 }
    // Files rather than pipes: a full pipe would stop the program.
    let files = ["out", "err"].map { folder.appending(path: ".\($0)-\(UUID().uuidString)") }
    for file in files { try Data().write(to: file) }
    defer { for file in files { try? FileManager.default.removeItem(at: file) } }
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return Outcome(
      code: process.terminationStatus, output: String(decoding: try Data(contentsOf: files[0]), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self))
  }
}
