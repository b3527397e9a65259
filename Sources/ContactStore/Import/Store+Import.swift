package import BusinessTime
import GRDB
package import RuleSemantics

extension Store {
  /// Takes a CSV file, plain or packed by gzip, into the database: streaming, in one transaction, so that an import
  /// that fails leaves nothing, and one that is repeated changes nothing. Bad rows go to a file with their line and the
  /// reason; good ones are kept.
  ///
  /// - Parameter now: recorded as the time of the import.
  @discardableResult
  package func importFile(
    _ path: String, _ kind: ImportKind, program: CheckedProgram, options: ImportOptions = ImportOptions(),
    now: Instant, progress: (ImportProgress) -> Void = { _ in }
  ) throws(StoreError) -> ImportSummary {
    let reader = try CSVReader(path: path)
    let layout = TableLayout(kind.table, program: program)
    let mapping = try ColumnMapping(layout: layout, program: program, reader: reader, map: options.map)
    let rejects = RejectFile(
      path: options.rejectsPath ?? "\(path).rejects.csv", header: reader.header, separator: reader.separator)
    var summary = ImportSummary()
    do {
      try pool.writeWithoutTransaction { database in
        // Rows arrive in any order of owners; pages that are changed again soon should still be in memory.
        try database.execute(sql: "PRAGMA cache_size = -32768; PRAGMA temp.cache_size = -8192")
        defer { try? database.execute(sql: "PRAGMA cache_size = -2000; PRAGMA shrink_memory") }
        try database.inTransaction(.immediate) {
          try requireSchema(of: program, database)
          var run = ImportRun(
            database: database, program: program, layout: layout, mapping: mapping, reader: reader, rejects: rejects)
          try run.begin(file: path, options: options, now: now)
          try run.takeRows(progress)
          summary = try run.finish()
          try Strangers.adopt(program: program, database, now: now)
          summary.isKept = !(options.isStrict && summary.rejected > 0)
          return summary.isKept ? .commit : .rollback
        }
        _ = try? database.checkpoint(.passive)
      }
      summary.rejectsPath = try rejects.finish()
    } catch {
      throw StoreError(error, path: self.path, timeoutSeconds: timeoutSeconds)
    }
    return summary
  }
}

/// One import, inside its transaction.
private struct ImportRun {
  let database: Database
  let program: CheckedProgram
  let layout: TableLayout
  let mapping: ColumnMapping
  let reader: CSVReader
  let rejects: RejectFile
  private let problems = ValueProblems()
  private var summary = ImportSummary()
  private var importer: (any RowImporter)?

  init(
    database: Database, program: CheckedProgram, layout: TableLayout, mapping: ColumnMapping, reader: CSVReader,
    rejects: RejectFile
  ) {
    self.database = database
    self.program = program
    self.layout = layout
    self.mapping = mapping
    self.reader = reader
    self.rejects = rejects
  }

  mutating func begin(file: String, options: ImportOptions, now: Instant) throws {
    try database.execute(
      sql: "INSERT INTO import (kind, file, at) VALUES (?, ?, ?)", arguments: [layout.name, file, now.milliseconds])
    summary.importID = database.lastInsertedRowID
    summary.ignoredColumns = mapping.ignored.map { reader.header[$0] }
    summary.mappedColumns = mapping.columns.map { column, target in
      .init(column: reader.header[column], field: mapping.name(of: target))
    }
    let zone = Zone(identifier: program.policy.zone) ?? .utc
    let style = ValueParser.Style(
      dates: options.dates, zone: zone, decimalComma: reader.separator == UInt8(ascii: ";"))
    let record = TableLayout.record(layout.kind, program)
    var parsers: [Int: ValueParser] = [:]
    for (_, target) in mapping.columns {
      guard case .field(let index) = target else { continue }
      let field = record.fields[index]
      parsers[index] = ValueParser(
        index == layout.keyField ? .text : field.type, missingSpellings: field.missingSpellings, program: program,
        style: style)
      try database.execute(
        sql: "INSERT INTO import_field (kind, field, import_id) VALUES (?, ?, ?)",
        arguments: [layout.name, field.name, summary.importID])
    }
    let context = RowContext(
      importID: summary.importID, now: now.milliseconds, layout: layout, mapping: mapping, headers: reader.header,
      parsers: parsers, problems: problems)
    let accounts = TableLayout(.account, program: program)
    if layout.isEvent {
      let owners = layout.isForAccount ? accounts : TableLayout(.contact, program: program)
      importer = try EventImporter(database, context: context, owners: owners, options: options, zone: zone)
    } else {
      importer = try RecordImporter(database, context: context, accounts: accounts)
    }
  }

  private static let rowsPerReport = 1 << 14

  mutating func takeRows(_ progress: (ImportProgress) -> Void) throws {
    guard let importer else { return }
    while try reader.next() {
      summary.rows += 1
      if reader.hasOddQuote { summary.oddQuotes += 1 }
      switch try outcome(importer) {
      case .inserted: summary.inserted += 1
      case .updated: summary.updated += 1
      case .unchanged: summary.unchanged += 1
      case .duplicate: summary.duplicates += 1
      case .staged: break
      case .rejected(let reason):
        summary.rejected += 1
        try rejects.add(line: reader.line, reason: reason, fields: reader.fields, raw: reader.rawRecord)
      }
      if summary.rows % ImportRun.rowsPerReport == 0 { report(progress) }
    }
    report(progress)
    try importer.finish()
    summary.inserted += importer.counts.inserted
    summary.updated += importer.counts.updated
    summary.unchanged += importer.counts.unchanged
    summary.duplicates += importer.counts.duplicates
  }

  private func outcome(_ importer: any RowImporter) throws -> RowOutcome {
    if let problem = reader.problem { return .rejected(reason: problem.description) }
    let fields = reader.fields
    let width = reader.header.count
    if fields.count < width {
      return .rejected(reason: "the row has \(fields.count) of \(width) columns")
    }
    // Some programs end every row with a separator.
    if fields.count > width, !fields[width...].allSatisfy(\.trimmed.isEmpty) {
      return .rejected(reason: "the row has \(fields.count) columns, the header \(width)")
    }
    return try importer.add(fields.count == width ? fields : Array(fields[..<width]))
  }

  private func report(_ progress: (ImportProgress) -> Void) {
    progress(
      ImportProgress(
        rows: summary.rows, readBytes: reader.source.readBytes, totalBytes: reader.source.totalBytes))
  }

  mutating func finish() throws -> ImportSummary {
    summary.createdOwners = importer?.createdOwners ?? 0
    summary.valueProblems = problems.summary
    try database.execute(
      sql: """
        UPDATE import SET rows = ?, inserted = ?, updated = ?, unchanged = ?, duplicates = ?, rejected = ? WHERE id = ?
        """,
      arguments: [
        summary.rows, summary.inserted, summary.updated, summary.unchanged, summary.duplicates, summary.rejected,
        summary.importID,
      ])
    return summary
  }
}
