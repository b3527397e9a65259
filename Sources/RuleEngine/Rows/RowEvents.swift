import RuleSemantics

/// The events of one type, of each owner in the order of time and id. What was loaded stays where it is; an owner whose
/// events become more gets a place of its own behind it, with room to grow, so that an event more costs the same in a
/// table of a hundred and of ten million.
final class RowEvents {
  /// Of the events that were loaded: rows 0 to `loadedCount`.
  private let loadedIDs: [Int64]
  private let loadedTimes: [Int64]
  private let loadedRecordedAt: [Int64]
  private let loadedColumns: [RowColumn]
  private let loadedCount: Int
  /// Of those behind them.
  private var addedIDs: [Int64] = []
  private var addedTimes: [Int64] = []
  private var addedRecordedAt: [Int64] = []
  private let addedColumns: [RowColumn]
  /// The rows of each owner.
  private var starts: [Int32]
  private var ends: [Int32]
  /// Where the room of an owner ends that has a place of its own.
  private var limits: [Int32: Int32] = [:]

  init(_ table: EventTable, schema: EventSchema, ownerCount: Int) {
    loadedIDs = table.ids
    loadedTimes = table.times
    loadedRecordedAt = table.recordedAt
    loadedCount = table.count
    loadedColumns = schema.record.fields.indices.map { index in
      let column = table.columns.indices.contains(index) ? table.columns[index] : .absent
      return RowColumn(column, type: schema.record.fields[index].type, count: table.count)
    }
    addedColumns = schema.record.fields.map { RowColumn(empty: $0.type) }
    let ranges = contiguousRanges(of: table.owners, ownerCount: ownerCount)
    starts = ranges.starts
    ends = ranges.ends
  }

  @inline(__always)
  func time(_ row: Int) -> Int64 {
    row < loadedCount ? loadedTimes[row] : addedTimes[row - loadedCount]
  }

  func id(_ row: Int) -> Int64 {
    row < loadedCount ? loadedIDs[row] : addedIDs[row - loadedCount]
  }

  @inline(__always)
  func cell(_ field: Int, _ row: Int) -> Cell {
    row < loadedCount ? loadedColumns[field].cell(row) : addedColumns[field].cell(row - loadedCount)
  }

  func memberCells(_ field: Int, _ row: Int) -> [Cell] {
    row < loadedCount ? loadedColumns[field].memberCells(row) : addedColumns[field].memberCells(row - loadedCount)
  }

  func rows(of owner: Int) -> Range<Int> { Int(starts[owner])..<Int(ends[owner]) }

  /// The first of an owner's rows after a time, or the end of them.
  func firstRow(after limit: Int64, _ rows: Range<Int>) -> Int {
    var (low, high) = (rows.lowerBound, rows.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if time(middle) <= limit { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// How many events these rows of one owner are, each weighted by its age.
  func decayedCount(_ rows: Range<Int>, now: Int64, halfLife: Double) -> Double {
    // The rows of an owner stand all on one side.
    if rows.lowerBound < loadedCount { return decayedTimes(loadedTimes[rows], now: now, halfLife: halfLife) }
    return decayedTimes(
      addedTimes[(rows.lowerBound - loadedCount)..<(rows.upperBound - loadedCount)], now: now, halfLife: halfLife)
  }

  private func decayedTimes(_ times: ArraySlice<Int64>, now: Int64, halfLife: Double) -> Double {
    var sum = 0.0
    for time in times { sum += decay(age: now - time, halfLife: halfLife) }
    return sum
  }

  // MARK: - Changes

  func addOwner() {
    starts.append(0)
    ends.append(0)
  }

  /// - Parameter values: one for each field of the type.
  func insert(
    owner: Int32, id: Int64, time: Int64, recordedAt: Int64, values: [Value], _ texts: inout TextPool
  ) {
    makeRoom(for: owner)
    let start = Int(starts[Int(owner)]) - loadedCount
    var place = Int(ends[Int(owner)]) - loadedCount
    // Events come in the order of time as a rule.
    while place > start, (addedTimes[place - 1], addedIDs[place - 1]) > (time, id) {
      copy(fromAdded: place - 1, to: place)
      place -= 1
    }
    addedIDs[place] = id
    addedTimes[place] = time
    addedRecordedAt[place] = recordedAt
    for (index, column) in addedColumns.enumerated() {
      column.set(values.indices.contains(index) ? values[index] : .missing, at: place, &texts)
    }
    ends[Int(owner)] += 1
  }

  /// One more row fits in behind the owner's, which have a place of their own.
  private func makeRoom(for owner: Int32) {
    let rows = rows(of: Int(owner))
    if let limit = limits[owner], rows.upperBound < Int(limit) { return }
    let start = addedIDs.count
    let room = max(8, 2 * rows.count)
    addedIDs.append(contentsOf: repeatElement(0, count: room))
    addedTimes.append(contentsOf: repeatElement(0, count: room))
    addedRecordedAt.append(contentsOf: repeatElement(0, count: room))
    for column in addedColumns { column.appendMissing(room) }
    for (offset, row) in rows.enumerated() {
      if row < loadedCount {
        copy(fromLoaded: row, to: start + offset)
      } else {
        copy(fromAdded: row - loadedCount, to: start + offset)
      }
    }
    starts[Int(owner)] = Int32(loadedCount + start)
    ends[Int(owner)] = Int32(loadedCount + start + rows.count)
    limits[owner] = Int32(loadedCount + start + room)
  }

  private func copy(fromAdded source: Int, to place: Int) {
    addedIDs[place] = addedIDs[source]
    addedTimes[place] = addedTimes[source]
    addedRecordedAt[place] = addedRecordedAt[source]
    for column in addedColumns { column.copy(column, source, to: place) }
  }

  private func copy(fromLoaded source: Int, to place: Int) {
    addedIDs[place] = loadedIDs[source]
    addedTimes[place] = loadedTimes[source]
    addedRecordedAt[place] = loadedRecordedAt[source]
    for (loaded, added) in zip(loadedColumns, addedColumns) { added.copy(loaded, source, to: place) }
  }

  // MARK: - As a table again

  /// The events of some owners, who are numbered anew in their order.
  func table(_ owners: [Int32]) -> EventTable {
    var table = EventTable.empty
    var loaded: [Int32] = []
    for (number, owner) in owners.enumerated() {
      for row in rows(of: Int(owner)) {
        table.owners.append(Int32(number))
        table.ids.append(id(row))
        table.times.append(time(row))
        table.recordedAt.append(row < loadedCount ? loadedRecordedAt[row] : addedRecordedAt[row - loadedCount])
        loaded.append(Int32(row))
      }
    }
    table.columns = loadedColumns.indices.map { index in
      // Where nothing was loaded nothing is.
      guard loadedCount > 0 else { return addedColumns[index].column(loaded) }
      return column(index, loaded)
    }
    return table
  }

  private func column(_ index: Int, _ rows: [Int32]) -> Column {
    var result: Column?
    var position = 0
    while position < rows.count {
      // As many rows in a row as stand on one side.
      let isLoaded = Int(rows[position]) < loadedCount
      var end = position + 1
      while end < rows.count, (Int(rows[end]) < loadedCount) == isLoaded { end += 1 }
      let part = rows[position..<end].map { isLoaded ? $0 : $0 - Int32(loadedCount) }
      let column = (isLoaded ? loadedColumns : addedColumns)[index].column(part)
      result = result.map { $0.followed(by: column) } ?? column
      position = end
    }
    return result ?? addedColumns[index].column([])
  }
}
