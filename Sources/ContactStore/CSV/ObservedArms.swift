package import Decisioning

/// What a file says of an experiment that ran elsewhere: a row for each subject, with its arm and what came of it.
package struct ObservedArms: Sendable {
  /// In the order of their names.
  package var arms: [String]
  /// By arm.
  package var assigned: [Int]
  /// By outcome, as asked for: by arm, only the rows that say yes or no.
  package var counts: [[ArmCount]]
  /// By outcome, how many rows say nothing.
  package var missing: [Int]
  /// Rows that name no arm, or are no records.
  package var skipped: Int

  /// Reads a CSV file; an outcome is `1`, `yes`, `true` or `0`, `no`, `false`, in any case.
  ///
  /// - Parameters:
  ///   - arm: the header of the column that names the arm.
  ///   - outcomes: the headers of the columns that say what came of it.
  package static func read(_ path: String, arm: String, outcomes: [String]) throws(StoreError) -> ObservedArms {
    let reader = try CSVReader(path: path)
    func column(_ name: String) throws(StoreError) -> Int {
      guard let column = reader.header.firstIndex(where: { $0.lowercased() == name.lowercased() }) else {
        throw .unknownColumn(path: path, column: name, headers: reader.header)
      }
      return column
    }
    let armColumn = try column(arm)
    var outcomeColumns: [Int] = []
    for outcome in outcomes { outcomeColumns.append(try column(outcome)) }
    var tallies: [String: Tally] = [:]
    var missing = outcomes.map { _ in 0 }
    var skipped = 0
    while try reader.next() {
      let values = reader.texts
      guard reader.problem == nil, armColumn < values.count, !values[armColumn].isEmpty else {
        skipped += 1
        continue
      }
      var tally = tallies[values[armColumn]] ?? Tally(outcomes: outcomes.count)
      tally.assigned += 1
      for (index, column) in outcomeColumns.enumerated() {
        let text = column < values.count ? values[column] : ""
        switch text.lowercased() {
        case "1", "yes", "true": tally.results[index].successes += 1
        case "0", "no", "false": break
        case "":
          missing[index] += 1
          continue
        default: throw .notAnAnswer(path: path, line: reader.line, column: outcomes[index], text: text)
        }
        tally.results[index].subjects += 1
      }
      tallies[values[armColumn]] = tally
    }
    let arms = tallies.keys.sorted()
    return ObservedArms(
      arms: arms, assigned: arms.map { tallies[$0]?.assigned ?? 0 },
      counts: outcomes.indices.map { outcome in
        arms.map { arm in
          let result = tallies[arm]?.results[outcome]
          return ArmCount(arm: arm, subjects: result?.subjects ?? 0, successes: result?.successes ?? 0)
        }
      }, missing: missing, skipped: skipped)
  }

  private struct Tally {
    var assigned = 0
    var results: [(subjects: Int, successes: Int)]

    init(outcomes: Int) {
      results = Array(repeating: (0, 0), count: outcomes)
    }
  }
}
