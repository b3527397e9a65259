import BusinessTime
import Decisioning
import GRDB
import RuleEngine
import RuleSemantics

/// Reads what recommendations have to know of the past.
struct RecommendationLoader {
  let database: Database
  let program: CheckedProgram

  /// What contacts were recommended, as far back as the longest `never repeat within` reaches.
  func history(contacts: RowIndex, now: Instant, scope: LoadScope?) throws -> RecommendationHistory {
    var history = RecommendationHistory()
    let calendar = program.policy.calendar()
    let starts = program.recommendations.compactMap(\.neverRepeat).map { calendar.subtract($0, from: now) }
    guard let start = starts.min() else { return history }
    let assets = program.assetsByName
    // By the run that asked and whom it is about: rules may be renamed since, and so may the assets.
    let question = """
      SELECT coalesce(a.result, 'asked') FROM approval AS a
      WHERE a.idempotency_key IS NOT NULL AND a.subject = 0 AND a.record = r.contact AND a.asked_by_run = r.run
        AND a.arguments ->> '$.recommendation' = (SELECT text FROM name WHERE id = r.recommendation)
      """
    let few = scope?.restriction("contact", to: .contact) ?? ""
    let statement = try RawStatement(
      database,
      """
      SELECT contact, at, asset, CASE WHEN use = 'for approval' THEN coalesce((
        \(question) AND EXISTS (SELECT 1 FROM json_each(a.arguments, '$.assets') AS j WHERE j.value = r.asset)
      ), (\(question)), 'used') END
      FROM recommendation AS r WHERE at > ?\(few) ORDER BY contact, at, rule, rank
      """)
    statement.bind(1, start.milliseconds)
    while try statement.step() {
      let row = contacts[statement.integer(0)]
      // An asset that is no longer declared is no candidate.
      guard row >= 0, let asset = assets[statement.text(2)] else { continue }
      // What a person refused, or nobody agreed to in time, the contact never saw.
      let question = statement.textIfPresent(3)
      if let question, !["asked", ApprovalChanges.Result.used.rawValue].contains(question) { continue }
      history.add(
        .init(asset: asset, at: Instant(milliseconds: statement.integer(1)), isAsked: question == "asked"), to: row)
    }
    return history
  }

  /// The events of all contacts, for a snapshot that is about a few; their owners are numbers of their own.
  func everybodysEvents(_ reads: ReadSet, texts: TextCodes) throws -> [EventID: EventTable] {
    guard !reads.everybodysFields.isEmpty else { return [:] }
    let key = quoted(TableLayout(.contact, program: program).keyColumn)
    let statement = try RawStatement(database, "SELECT _id FROM contact WHERE \(key) IS NOT NULL ORDER BY _id")
    var ids: [Int64] = []
    while try statement.step() { ids.append(statement.integer(0)) }
    let owners = RowIndex(ids)
    return try reads.everybodysFields.reduce(into: [:]) { tables, entry in
      let layout = TableLayout(.event(entry.key), program: program)
      tables[entry.key] = try EventLoader(database: database, program: program, layout: layout, texts: texts)
        .load(entry.value, owners: owners, within: nil)
    }
  }
}
