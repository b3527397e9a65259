import RuleSemantics

/// Which assets share a value of a list field with what each interaction was about. A class, since it remembers.
final class TopicIndex {
  /// For each interaction of contacts, its set of topics; -1 for one without any.
  private var sets: [Int32] = []
  /// The topics of each set, ascending and each once: those of set `i` are `topics[starts[i]..<starts[i + 1]]`. The
  /// first sets are those of the assets.
  private var starts: [Int32] = [0]
  private var topics: [Int32] = []
  private var setIDs: [[Int32]: Int32] = [:]
  /// The assets that have topic `i` are `assets[assetStarts[i]..<assetStarts[i + 1]]`.
  private var assetStarts: [Int32] = []
  private var assets: [Int32] = []
  /// For each value that an asset has, its number.
  private var topicOfKey: [Int64: Int32] = [:]
  /// By asset the last question that found it.
  private var found: [Int]
  private var question = 0

  init(_ field: FieldIndex, in evaluation: Evaluation) {
    let program = evaluation.plan.program
    found = [Int](repeating: 0, count: program.assets.count)
    addAssets(evaluation.folded(evaluation.assetColumn(field)))
    let interactions = evaluation.interactions(of: .contact)
    let name = program.asset[field].name
    let sources = program.events.indices.map { index in
      Source(
        EventID(index), name, program.asset[field].type, evaluation, isRead: program.events[index].worth != nil)
    }
    sets.reserveCapacity(interactions.rows.count)
    for (type, row) in zip(interactions.types, interactions.rows) { sets.append(set(of: Int(row), sources[Int(type)])) }
  }

  private func addAssets(_ column: Column) {
    var counts: [Int32] = []
    for asset in found.indices {
      TopicIndex.forEachKey(column, asset) { key in
        let topic = topicOfKey[key] ?? Int32(topicOfKey.count)
        if Int(topic) == counts.count {
          topicOfKey[key] = topic
          counts.append(0)
        }
        topics.append(topic)
      }
      closeSet()
    }
    for topic in topics { counts[Int(topic)] += 1 }
    assetStarts = [0]
    for count in counts { assetStarts.append((assetStarts.last ?? 0) + count) }
    var next = assetStarts
    assets = [Int32](repeating: 0, count: topics.count)
    for asset in found.indices {
      for topic in topics[Int(starts[asset])..<Int(starts[asset + 1])] {
        assets[Int(next[Int(topic)])] = Int32(asset)
        next[Int(topic)] += 1
      }
    }
  }

  /// What was added since the last set becomes one. Most sets have one topic or two.
  private func closeSet() {
    let start = Int(starts.last ?? 0)
    if topics.count - start > 1 {
      topics[start...].sort()
      var end = start + 1
      for position in (start + 1)..<topics.count where topics[position] != topics[end - 1] {
        topics[end] = topics[position]
        end += 1
      }
      topics.removeLast(topics.count - end)
    }
    starts.append(Int32(topics.count))
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
    var named = Column.missingCode
    var isOfOne = true
    for codes in source.assets where codes[row] >= 0 {
      isOfOne = isOfOne && named < 0
      named = codes[row]
    }
    var own: [Int32] = []
    // What no asset is about touches none.
    if row < source.own.count {
      TopicIndex.forEachKey(source.own, row) { key in
        if let topic = topicOfKey[key] { own.append(topic) }
      }
    }
    // Nearly always an interaction is about one asset.
    if own.isEmpty, isOfOne { return named }
    for codes in source.assets where codes[row] >= 0 {
      let asset = Int(codes[row])
      own += topics[Int(starts[asset])..<Int(starts[asset + 1])]
    }
    let all = Swift.Set(own).sorted()
    if let known = setIDs[all] { return known }
    let id = Int32(starts.count - 1)
    topics += all
    closeSet()
    setIDs[all] = id
    return id
  }

  private static func forEachKey(_ column: Column, _ row: Int, _ body: (Int64) -> Void) {
    switch column {
    case .lists(let lists):
      let members = lists.members.column
      for member in lists.range(row) {
        if let key = members.key(member) { body(key) }
      }
    case .absent, .numbers, .flags, .dates, .times, .choices, .texts, .assets, .coded:
      if let key = column.key(row) { body(key) }
    }
  }

  func hasTopics(_ asset: Int) -> Bool { starts[asset] < starts[asset + 1] }

  /// Calls `body` with each asset that an interaction touched, each once.
  @inline(__always)
  func forEachAsset(touchedBy interaction: Int, _ body: (Int) -> Void) {
    let set = Int(sets[interaction])
    guard set >= 0 else { return }
    let own = Int(starts[set])..<Int(starts[set + 1])
    question += 1
    let isOnly = own.count == 1
    assets.withUnsafeBufferPointer { assets in
      found.withUnsafeMutableBufferPointer { found in
        for topic in own {
          let topic = Int(topics[topic])
          for place in Int(assetStarts[topic])..<Int(assetStarts[topic + 1]) {
            let asset = Int(assets[place])
            if !isOnly {
              if found[asset] == question { continue }
              found[asset] = question
            }
            body(asset)
          }
        }
      }
    }
  }
}
