package import BusinessTime
package import Decisioning
import GRDB
package import RuleSemantics

/// Where the present value of a field came from.
package struct FieldProvenance: Hashable, Sendable {
  package enum Source: Hashable, Sendable {
    case `import`(id: Int64, file: String)
    case rule(name: String, run: Int64)
    case sync
  }

  package var source: Source
  /// When the store learnt it.
  package var at: Instant
  /// Whether the field had another value, or none, before.
  package var isChange: Bool

  package init(source: Source, at: Instant, isChange: Bool) {
    self.source = source
    self.at = at
    self.isChange = isChange
  }
}

/// A row of the decision log.
package struct DecisionRecord: Hashable, Sendable {
  package var run: Int64
  package var at: Instant
  /// Of the rule book that decided.
  package var rulebook: String
  package var rule: String
  /// As the language writes it.
  package var action: String
  /// JSON.
  package var arguments: String
  /// `nil` for what a `when` rule found in the run.
  package var occurrence: String?
  package var outcome: String
  package var reason: String?
}

/// A run as it was committed.
package struct RunRecord: Hashable, Sendable {
  package var id: Int64
  package var at: Instant
  package var rulebook: String
  package var contacts: Int
  package var isHalted: Bool

  package init(id: Int64, at: Instant, rulebook: String, contacts: Int, isHalted: Bool) {
    self.id = id
    self.at = at
    self.rulebook = rulebook
    self.contacts = contacts
    self.isHalted = isHalted
  }
}

extension Store {
  /// `nil` where the record is not there, or nothing ever said anything of the field.
  package func provenance(
    of field: FieldIndex, _ subject: Subject, key: String, program: CheckedProgram
  ) throws(StoreError) -> FieldProvenance? {
    let layout = TableLayout(subject == .contact ? .contact : .account, program: program)
    let name = layout.fields[field.index].name
    return try read { database in
      let record = try Row.fetchOne(
        database,
        sql: """
          SELECT _id, _created_by FROM \(quoted(layout.name)) WHERE \(quoted(layout.keyColumn)) = ? COLLATE NOCASE
          """, arguments: [key])
      guard let record else { return nil }
      let change = try Row.fetchOne(
        database,
        sql: """
          SELECT h.at, h.import_id, i.file, h.run, h.rule FROM field_history AS h LEFT JOIN import AS i ON i.id = h.import_id
          WHERE h.kind = ? AND h.record = ? AND h.field = ? ORDER BY h.at DESC, h.id DESC LIMIT 1
          """, arguments: [layout.name, record["_id"] as Int64, name])
      if let change { return Store.provenance(change: change) }
      // It never changed: the import that made the record said it, or the first one after it that had the column.
      let origin = try Row.fetchOne(
        database,
        sql: """
          SELECT i.id, i.file, i.at FROM import_field AS f JOIN import AS i ON i.id = f.import_id
          WHERE f.kind = ? AND f.field = ? AND f.import_id >= ? ORDER BY i.id LIMIT 1
          """, arguments: [layout.name, name, record["_created_by"] as Int64? ?? 0])
      return origin.map { row in
        FieldProvenance(
          source: .import(id: row["id"], file: row["file"]), at: Instant(milliseconds: row["at"]), isChange: false)
      }
    }
  }

  private static func provenance(change: Row) -> FieldProvenance {
    let at = Instant(milliseconds: change["at"])
    if let id = change["import_id"] as Int64? {
      return FieldProvenance(source: .import(id: id, file: change["file"] ?? ""), at: at, isChange: true)
    }
    if let rule = change["rule"] as String? {
      return FieldProvenance(source: .rule(name: rule, run: change["run"] ?? 0), at: at, isChange: true)
    }
    return FieldProvenance(source: .sync, at: at, isChange: true)
  }

  /// What was decided about a contact or account, latest first.
  package func decisions(
    about subject: Subject, key: String, program: CheckedProgram, limit: Int = 100
  ) throws(StoreError) -> [DecisionRecord] {
    let layout = TableLayout(subject == .contact ? .contact : .account, program: program)
    return try read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT d.run, r.at, r.rulebook, rule.text AS rule, action.text AS action, arguments.text AS arguments,
            d.occurrence, outcome.text AS outcome, reason.text AS reason
          FROM decision AS d JOIN run AS r ON r.id = d.run JOIN name AS rule ON rule.id = d.rule
          JOIN name AS action ON action.id = d.action JOIN name AS arguments ON arguments.id = d.arguments
          JOIN name AS outcome ON outcome.id = d.outcome LEFT JOIN name AS reason ON reason.id = d.reason
          WHERE d.subject = ? AND d.record = (
            SELECT _id FROM \(quoted(layout.name)) WHERE \(quoted(layout.keyColumn)) = ? COLLATE NOCASE)
          ORDER BY d.run DESC, d.position LIMIT ?
          """, arguments: [subject.code, key, limit])
      return rows.map { row in
        DecisionRecord(
          run: row["run"], at: Instant(milliseconds: row["at"]), rulebook: row["rulebook"], rule: row["rule"],
          action: row["action"], arguments: row["arguments"], occurrence: row["occurrence"],
          outcome: row["outcome"], reason: row["reason"])
      }
    }
  }

  /// What became of the occurrences that a rule was done with for one record, by `OccurrenceKey.text`; those of the last
  /// days, as older ones are forgotten.
  package func handledOccurrences(
    of rule: String, _ subject: Subject, key: String, program: CheckedProgram
  ) throws(StoreError) -> [String: StateChanges.HandledOccurrence.Result] {
    let layout = TableLayout(subject == .contact ? .contact : .account, program: program)
    return try read { database in
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT h.occurrence, h.result FROM occurrence_handled AS h JOIN name ON name.id = h.rule
          WHERE name.text = ? AND h.subject = ? AND h.record = (
            SELECT _id FROM \(quoted(layout.name)) WHERE \(quoted(layout.keyColumn)) = ? COLLATE NOCASE)
          """, arguments: [rule, subject.code, key])
      var results: [String: StateChanges.HandledOccurrence.Result] = [:]
      for row in rows { results[row["occurrence"]] = StateChanges.HandledOccurrence.Result(rawValue: row["result"]) }
      return results
    }
  }

  /// Latest first.
  package func runs(limit: Int = 100) throws(StoreError) -> [RunRecord] {
    try read { database in
      try Row.fetchAll(
        database, sql: "SELECT id, at, rulebook, contacts, halted FROM run ORDER BY id DESC LIMIT ?",
        arguments: [limit]
      ).map { row in
        RunRecord(
          id: row["id"], at: Instant(milliseconds: row["at"]), rulebook: row["rulebook"], contacts: row["contacts"],
          isHalted: row["halted"])
      }
    }
  }

  /// The texts of a version that a run followed; `nil` when there was none of that hash.
  package func rulebook(hash: String) throws(StoreError) -> RulebookVersion? {
    try read { database in
      let files = try Row.fetchAll(
        database, sql: "SELECT path, content FROM rulebook_file WHERE hash = ? ORDER BY position", arguments: [hash])
      let isThere = try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM rulebook WHERE hash = ?)", arguments: [hash])
      guard isThere == true else { return nil }
      return RulebookVersion(hash: hash, files: files.map { .init(path: $0["path"], text: $0["content"]) })
    }
  }

  /// Another number wherever assets were imported since.
  package func assetRevision() throws(StoreError) -> Int64 {
    try read { database in
      try Int64.fetchOne(database, sql: "SELECT coalesce(max(id), 0) FROM import WHERE kind = 'asset'") ?? 0
    }
  }

  /// The imported assets, as the checker takes them; `nil` when there are none.
  package func assets() throws(StoreError) -> AssetFile? {
    try read { database in
      guard let fields = try RecordedField.all(database)["asset"] else { return nil }
      let key = fields.first { $0.value.isKey }?.key ?? "_key"
      let columns = fields.filter { !$0.value.isRemoved && !$0.key.hasPrefix("_") && $0.key != key }.map(\.key).sorted()
      let statement = try RawStatement(
        database,
        "SELECT \(([key, "_title"] + columns).map(quoted).joined(separator: ", ")) FROM asset ORDER BY _id")
      var file = AssetFile(path: AssetFile.importedPath, columns: ["name", "title"] + columns, rows: [])
      while try statement.step() {
        var values = [statement.text(0), statement.text(1)]
        for (index, column) in columns.enumerated() {
          let storage = fields[column]?.storage ?? .text
          values.append(ColumnConversion.spelling(of: statement.value(index + 2), storage))
        }
        file.rows.append(AssetFile.Row(line: file.rows.count + 1, values: values))
      }
      return file.rows.isEmpty ? nil : file
    }
  }
}
