import RuleSemantics

/// Which assets share a value of a list field with what each interaction was about. A class, since it remembers.
final class TopicIndex {
  /// For each interaction of contacts, its set of values; -1 for one without any.
  private var sets: [Int32] = []
  /// The values of each set, ascending and each once. The first sets are those of the assets.
  private var keys: [[Int64]] = []
  private var setIDs: [[Int64]: Int32] = [:]
  /// The assets that have a value, ascending.
  private var assetsByKey: [Int64: [Int32]] = [:]
  /// For each set the assets that share a value with it, once it was asked for.
  private var touched: [[Int32]?] = []
  private let assetCount: Int

  init(_ field: FieldIndex, in evaluation: Evaluation) {
    let program = evaluation.plan.program
    assetCount = program.assets.count
    let ofAssets = evaluation.folded(evaluation.assetColumn(field, program.asset[field].type))
    for asset in 0..<assetCount {
      let values = TopicIndex.keys(ofAssets, asset)
      keys.append(values)
      for value in values { assetsByKey[value, default: []].append(Int32(asset)) }
    }
    let interactions = evaluation.interactions(of: .contact)
    let name = program.asset[field].name
    let sources = program.events.indices.map { index in
      Source(
        EventID(index), name, program.asset[field].type, evaluation, isRead: program.events[index].worth != nil)
    }
    sets = zip(interactions.types, interactions.rows).map { set(of: Int($1), sources[Int($0)]) }
    touched = Array(repeating: nil, count: keys.count)
  }

  /// Where the values of one type of event are.
  private struct Source {
    var assets: [[Int32]] = []
    var own: Column = .absent

    init(_ event: EventID, _ name: String, _ type: ValueType, _ evaluation: Evaluation, isRead: Bool) {
      guard isRead else { return }
      let columns = evaluation.eventTable(event).columns
      let record = evaluation.plan.program[event].record
      for field in record.assetFields where columns.indices.contains(field.index) {
        if case .assets(let codes) = columns[field.index] { assets.append(codes) }
      }
      guard let field = record.index(of: name), columns.indices.contains(field.index),
        record[field].type == type || .list(record[field].type) == type
      else { return }
      own = evaluation.folded(columns[field.index])
    }
  }

  private func set(of row: Int, _ source: Source) -> Int32 {
    let named = source.assets.map { $0[row] }.filter { $0 >= 0 }
    let own = TopicIndex.keys(source.own, row)
    // Nearly always an interaction is about one asset.
    if own.isEmpty, named.count <= 1 { return named.first ?? Column.missingCode }
    let all = Swift.Set(named.flatMap { keys[Int($0)] } + own).sorted()
    if let known = setIDs[all] { return known }
    let id = Int32(keys.count)
    keys.append(all)
    setIDs[all] = id
    return id
  }

  private static func keys(_ column: Column, _ row: Int) -> [Int64] {
    guard row < column.count else { return [] }
    guard case .lists(let lists) = column else { return column.key(row).map { [$0] } ?? [] }
    return Swift.Set(lists.range(row).compactMap { lists.key($0) }).sorted()
  }

  func hasTopics(_ asset: Int) -> Bool { !keys[asset].isEmpty }

  /// Ascending.
  func assets(touchedBy interaction: Int) -> [Int32] {
    let set = Int(sets[interaction])
    guard set >= 0 else { return [] }
    if let known = touched[set] { return known }
    let found = Swift.Set(keys[set].flatMap { assetsByKey[$0] ?? [] }).sorted()
    touched[set] = found
    return found
  }
}
