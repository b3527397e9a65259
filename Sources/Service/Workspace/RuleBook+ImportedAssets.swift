import ContactStore
import RuleSemantics

extension RuleBook {
  /// With the assets that were imported into the database of the workspace, if it has one.
  package static func load(_ paths: [String], _ configuration: Configuration) throws -> RuleBook {
    let isThere = Files.isThere(configuration.database)
    return try load(paths, imported: isThere ? Store.open(configuration.database).assets() : nil)
  }

  /// What was imported into the database when the rule book was read.
  var imported: AssetFile? { assets.first { $0.path == AssetFile.importedPath } }
}

extension AssetFile {
  /// As a file that reads back as the same.
  var csv: String {
    ([columns] + rows.map(\.values)).map { cells in
      cells.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",") + "\n"
    }.joined()
  }
}
