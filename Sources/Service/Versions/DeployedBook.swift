package import ContactStore
import Foundation
import RuleSemantics

/// Rule books as runs followed them, from the database.
package enum DeployedBook {
  /// A hash of which this few characters are not worth looking for: a folder may be called so.
  private static let shortestPrefix = 4

  /// The version whose hash begins so; `nil` where it cannot be the beginning of a hash, or no version has it.
  package static func find(_ prefix: String, in store: Store) throws -> RuleBook? {
    guard prefix.count >= shortestPrefix, prefix.allSatisfy(\.isHexDigit) else { return nil }
    let versions = try store.versions(startingWith: prefix)
    guard versions.count <= 1 else { throw AmbiguousVersion(prefix: prefix, hashes: versions.map(\.hash)) }
    return try versions.first.map(read)
  }

  /// Reads, parses and checks the texts that the database kept.
  package static func read(_ version: RulebookVersion) throws -> RuleBook {
    // Attachments are looked for in files, so that is what they become for a moment.
    let folder = FileManager.default.temporaryDirectory.appending(path: "abm-rules-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let rules = version.files.filter { $0.path.hasSuffix(".abm") }
    for file in version.files where !file.path.hasSuffix(".abm") {
      // What lies outside of the folder of the rules is not written to.
      guard !file.path.hasPrefix("/"), !file.path.split(separator: "/").contains("..") else { continue }
      try Files.write(Array(file.text.utf8), to: RuleBook.joined(folder, file.path))
    }
    let hasImported = version.files.contains { $0.path == AssetFile.importedPath }
    let imported =
      hasImported
      ? AssetFile.read(RuleBook.joined(folder, AssetFile.importedPath), as: AssetFile.importedPath) : nil
    let book = RuleBook.read(rules.map { ($0.path, Array($0.text.utf8)) }, folder: folder, imported: imported)
    guard book.hash == version.hash else { throw UnreadableVersion(hash: version.hash) }
    return book
  }
}

/// Several versions have a hash that begins so.
package struct AmbiguousVersion: WrongUsage, CustomStringConvertible {
  package let prefix: String
  package let hashes: [String]

  package var description: String {
    "`\(prefix)` begins the hash of several versions: \(hashes.map { String($0.prefix(12)) }.joined(separator: ", "))"
  }
}

/// The texts in the database do not give the rule book that the runs followed.
package struct UnreadableVersion: Error, CustomStringConvertible {
  package let hash: String

  package var description: String {
    "the rule book \(hash.prefix(12)) cannot be put together again: files that it names lie outside of its folder, or are "
      + "no text in UTF-8"
  }
}
