package import ContactStore
import Foundation
import RuleDiagnostics
import RuleSemantics

/// Puts a version that a run has followed back into the folder of the rule book.
package enum Rollback {
  package struct Summary: Hashable, Sendable {
    package var hash: String
    package var written: [String]
    package var removed: [String]

    package var text: String {
      var lines = ["\(hash.prefix(12)) is the rule book again; the next run follows it"]
      lines += written.map { "  written  \($0)" } + removed.map { "  removed  \($0)" }
      return lines.joined(separator: "\n")
    }
  }

  /// Files that are the same stay as they are; rule files that the version has not are removed.
  ///
  /// - Parameter isForced: whether a rule book that no run has followed may be written over.
  package static func restore(
    _ prefix: String, from store: Store, into rules: String, isForced: Bool
  ) throws -> Summary {
    guard let book = try DeployedBook.find(prefix, in: store) else { throw UnknownVersion(prefix: prefix) }
    let isThere = Files.isThere(rules)
    if isThere, !isForced {
      let current = try RuleBook.load([rules], imported: store.assets())
      guard try !store.versions(startingWith: current.hash).isEmpty else {
        throw UnkeptRuleBook(folder: rules, hash: current.hash)
      }
    }
    guard let version = try store.versions(startingWith: book.hash).first else { throw UnknownVersion(prefix: prefix) }
    // What was imported stays in the database as it is now.
    let files = version.files.filter { $0.path != AssetFile.importedPath }.map { file in
      (path: file.path.hasSuffix(".abm") ? file.path : RuleBook.joined(rules, file.path), text: file.text)
    }
    // Before the first file is touched.
    for file in files where !isWithin(file.path, rules) { throw ForeignFile(path: file.path, folder: rules) }
    var summary = Summary(hash: book.hash, written: [], removed: [])
    let kept = Set(files.map { Files.absolute($0.path) })
    for (path, text) in files {
      let bytes = Array(text.utf8)
      if Files.isThere(path), try Files.read(path) == bytes { continue }
      try Files.write(bytes, to: path)
      summary.written.append(path)
    }
    guard isThere, Files.isFolder(rules) else { return summary }
    for path in try Files.below(rules, ending: ".abm") where !kept.contains(Files.absolute(path)) {
      try FileManager.default.removeItem(atPath: path)
      summary.removed.append(path)
    }
    return summary
  }

  /// Whether a file is `rules`, or lies anywhere below it.
  private static func isWithin(_ path: String, _ rules: String) -> Bool {
    let (path, rules) = (Files.absolute(path), Files.absolute(rules))
    return path == rules || path.hasPrefix(rules.hasSuffix("/") ? rules : rules + "/")
  }
}

package struct UnknownVersion: WrongUsage, CustomStringConvertible {
  package let prefix: String

  package var description: String {
    "no run has followed a version whose hash begins with `\(prefix)`; `abm-rules versions` lists them"
  }
}

package struct UnkeptRuleBook: WrongUsage, CustomStringConvertible {
  package let folder: String
  package let hash: String

  package var description: String {
    "`\(folder)` holds a rule book that no run has followed (\(hash.prefix(12))), which would be lost; put it away, or "
      + "say --force"
  }
}

package struct ForeignFile: WrongUsage, CustomStringConvertible {
  package let path: String
  package let folder: String

  package var description: String {
    "the version was read from `\(path)`, which is not in `\(folder)`; name the folder that it came from with --rules"
  }
}
