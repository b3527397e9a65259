import Foundation

/// Reading and writing of whole files, with errors that name the file and say what is wrong.
package enum Files {
  package static func read(_ path: String) throws(WorkspaceError) -> [UInt8] {
    do {
      return [UInt8](try Data(contentsOf: URL(filePath: path)))
    } catch {
      if isDeadLink(path) { throw .unreadable(path, reason: "it is a link to a file that is not there") }
      throw isThere(path) ? .unreadable(path, reason: reason(of: error)) : .noSuchPath(path)
    }
  }

  /// Writes beside the file and renames, so that a full disk leaves the old file as it was. Makes missing folders.
  package static func write(_ bytes: [UInt8], to path: String) throws(WorkspaceError) {
    do {
      let url = URL(filePath: path)
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: url, options: .atomic)
    } catch {
      throw .unwritable(path, reason: reason(of: error))
    }
  }

  private static func isDeadLink(_ path: String) -> Bool {
    !isThere(path) && (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
  }

  package static func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  /// From the root, without `.` and `..`: the same for all ways to write a path.
  static func absolute(_ path: String) -> String { URL(filePath: path).standardizedFileURL.path }

  package static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }

  /// The files below a folder whose names end so, hidden ones left out: paths with the folder in front, sorted.
  package static func below(_ folder: String, ending suffix: String) throws(WorkspaceError) -> [String] {
    guard let enumerator = FileManager.default.enumerator(atPath: folder) else {
      throw .unreadable(folder, reason: "the folder cannot be listed")
    }
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    return enumerator.compactMap { $0 as? String }
      .filter { path in path.hasSuffix(suffix) && !path.split(separator: "/").contains { $0.hasPrefix(".") } }
      .sorted()
      .map { prefix == "./" ? $0 : prefix + $0 }
      .filter { !isFolder($0) }
  }

  /// Different when the file was written.
  static func mark(_ path: String) throws(WorkspaceError) -> String {
    do {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      let time = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
      return "\(attributes[.size] ?? 0) \(attributes[.systemFileNumber] ?? 0) \(time)"
    } catch {
      throw .unreadable(path, reason: reason(of: error))
    }
  }

  private static func reason(of error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    return (underlying ?? error as NSError).localizedDescription
  }
}
