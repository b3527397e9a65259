import GRDB
import RuleSemantics

// A new name of an asset goes to what was kept under the former one, so that a second new name finds it too.
extension StateWriter {
  func renameAssets() throws {
    for asset in program.assets {
      guard let former = asset.formerName else { continue }
      let isDone =
        try Bool.fetchOne(
          database, sql: "SELECT EXISTS (SELECT 1 FROM asset_renamed WHERE former = ? AND name = ?)",
          arguments: [former, asset.name]) ?? false
      if isDone { continue }
      for (table, column) in try placesOfAssets() {
        try database.executeKept(
          sql: "UPDATE OR REPLACE \(quoted(table)) SET \(quoted(column)) = ? WHERE \(quoted(column)) = ?",
          arguments: [asset.name, former])
      }
      try database.executeKept(
        sql: "INSERT INTO asset_renamed (former, name) VALUES (?, ?)", arguments: [former, asset.name])
    }
  }

  /// Logs of what happened; fields of records are read by both names.
  private func placesOfAssets() throws -> [(table: String, column: String)] {
    var places = [("recommendation", "asset")]
    for (index, event) in program.events.enumerated() {
      let layout = TableLayout(.event(EventID(index)), program: program)
      guard try database.tableExists(layout.name) else { continue }
      let columns = Set(try database.columns(in: layout.name).map(\.name))
      for field in event.record.fields where field.type == .asset && columns.contains(field.name) {
        places.append((layout.name, field.name))
      }
    }
    return places
  }
}
