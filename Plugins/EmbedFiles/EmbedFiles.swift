import Foundation
import PackagePlugin

/// Puts the files that the program brings with it into the program: the pages of the diagnostics, the starter rule book
/// and the sample data, so that one binary is all there is to install.
@main
struct EmbedFiles: BuildToolPlugin {
  private static let folders = ["docs/diagnostics", "rules", "playground/sample"]

  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    let root = context.package.directoryURL
    let files = try Self.folders.flatMap { try Self.files(below: $0, in: root) }
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedFiles.swift")
    return [
      .buildCommand(
        displayName: "Embed the files of a workspace",
        executable: try context.tool(named: "EmbedFilesTool").url,
        arguments: [root.path(percentEncoded: false), output.path(percentEncoded: false)] + files,
        inputFiles: files.map { root.appending(path: $0) },
        outputFiles: [output])
    ]
  }

  /// Paths relative to the root, sorted.
  private static func files(below folder: String, in root: URL) throws -> [String] {
    let base = root.appending(path: folder)
    guard FileManager.default.fileExists(atPath: base.path(percentEncoded: false)) else { return [] }
    return try FileManager.default.subpathsOfDirectory(atPath: base.path(percentEncoded: false))
      .filter { !base.appending(path: $0).hasDirectoryPath && !$0.split(separator: "/").contains { $0.hasPrefix(".") } }
      .filter {
        var isDirectory: ObjCBool = false
        let path = base.appending(path: $0).path(percentEncoded: false)
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && !isDirectory.boolValue
      }
      .map { "\(folder)/\($0)" }
      .sorted()
  }
}
