package import RuleSemantics

extension AssetFile {
  /// Reads the CSV file of an `assets from` declaration. Rows that are no records, and a file that cannot be read, are in
  /// `problem`; the checker reports it at the declaration.
  ///
  /// - Parameter name: the path as the declaration spells it.
  package static func read(_ path: String, as name: String) -> AssetFile {
    do {
      let reader = try CSVReader(path: path)
      var file = AssetFile(path: name, columns: reader.header.map(fieldName), rows: [])
      while try reader.next() {
        if let problem = reader.problem {
          file.problem = "line \(reader.line): \(problem.description)"
          return file
        }
        var values = reader.fields.map { $0.trimmed.text }
        while values.count < file.columns.count { values.append("") }
        file.rows.append(Row(line: reader.line, values: values))
      }
      return file
    } catch {
      return AssetFile(path: name, columns: [], rows: [], problem: error.description)
    }
  }

  /// `Published On` names the field `published_on`.
  private static func fieldName(_ header: String) -> String {
    header.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: "_")
  }
}
