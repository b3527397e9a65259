import CMaskKernels
import RuleSemantics

/// What the planes of a program are before they have their places in memory: each stands after those it is made of.
struct MaskLeaves {
  enum Plane {
    /// No row.
    case none
    /// In whole blocks.
    case given([UInt64])
    /// The rows whose code is in one of the ranges.
    case ranges(column: Int, [mask_range])
    /// The rows for whose code the truth is yes, or unknown where that counts as yes.
    case truths(column: Int, [UInt8], isLenient: Bool)
    /// The rows for whose code a test of texts is yes.
    case answers(column: Int, ColumnEncodings.TextAnswerTable, test: Int)
    /// The rows with one of the codes.
    case codes(column: Int, [Int])
    /// The rows that all sources have.
    case all([PlaneSource])
  }

  let rowCount: Int
  private(set) var planes: [Plane] = [.none]
  private(set) var columns: [CodedColumn] = []
  private(set) var results: [PlaneSource] = []

  init(rowCount: Int) {
    self.rowCount = rowCount
  }

  mutating func add(_ plane: Plane) -> PlaneSource {
    planes.append(plane)
    return PlaneSource(plane: planes.count - 1)
  }

  mutating func replace(_ source: PlaneSource, with plane: Plane) {
    planes[source.plane] = plane
  }

  mutating func add(_ column: CodedColumn) -> Int {
    columns.append(column)
    return columns.count - 1
  }

  mutating func addResult(_ source: PlaneSource) {
    results.append(source)
  }

  // MARK: - The program

  /// A table has so many planes at most: the bits of its numbers.
  private static let planesOfTable = 32

  /// The program that makes the results. Planes that no result needs are left out, and what is made of others gives its
  /// place back after its last use, so that the planes of a block stay in the cache.
  func program() -> MaskProgram {
    var uses = useCounts()
    var program = MaskProgram(rowCount: rowCount, resultCount: results.count)
    var places = [Int](repeating: 0, count: planes.count)
    for (column, planes) in planesOfColumns(uses).enumerated() {
      var tests = MaskProgram.ColumnTests(codes: columns[column].codes)
      addRanges(planes.ranges, &tests, &places, &program)
      addTables(planes.tables, valueCount: columns[column].values.count, &tests, &places, &program)
      addAnswers(planes.answers, &tests, &places, &program)
      program.columns.append(tests)
    }
    for (index, plane) in planes.enumerated() where uses[index] > 0 {
      if case .given(let words) = plane {
        places[index] = program.addPlane()
        program.given.append((places[index], words))
      }
    }
    addInstructions(&uses, &places, &program)
    return program
  }

  /// The planes that are tests of each column, by how they are made.
  private func planesOfColumns(_ uses: [Int]) -> [(ranges: [Int], tables: [Int], answers: [Int])] {
    var found = columns.map { _ in (ranges: [Int](), tables: [Int](), answers: [Int]()) }
    for index in planes.indices where uses[index] > 0 {
      switch planes[index] {
      case .ranges(let column, _): found[column].ranges.append(index)
      case .truths(let column, _, isLenient: _), .codes(let column, _): found[column].tables.append(index)
      case .answers(let column, _, test: _): found[column].answers.append(index)
      case .none, .given, .all: break
      }
    }
    return found
  }

  private func addRanges(
    _ own: [Int], _ tests: inout MaskProgram.ColumnTests, _ places: inout [Int], _ program: inout MaskProgram
  ) {
    for index in own {
      guard case .ranges(_, let ranges) = planes[index] else { continue }
      places[index] = program.addPlane()
      tests.add(ranges, plane: places[index])
    }
  }

  /// How many others and results each plane serves.
  private func useCounts() -> [Int] {
    var uses = [Int](repeating: 0, count: planes.count)
    for source in results { uses[source.plane] += 1 }
    for index in planes.indices.reversed() where uses[index] > 0 {
      if case .all(let sources) = planes[index] {
        for source in sources { uses[source.plane] += 1 }
      }
    }
    return uses
  }

  private func addTables(
    _ own: [Int], valueCount: Int, _ tests: inout MaskProgram.ColumnTests, _ places: inout [Int],
    _ program: inout MaskProgram
  ) {
    var table: [UInt32] = []
    var first = 0
    var count = 0
    func finish() {
      if count > 0 {
        tests.tables.append(MaskProgram.Table(numbers: table, start: 0, firstPlane: first, planeCount: count))
      }
      count = 0
    }
    for index in own {
      if count == MaskLeaves.planesOfTable { finish() }
      places[index] = program.addPlane()
      if count == 0 {
        first = places[index]
        table = [UInt32](repeating: 0, count: valueCount)
      }
      switch planes[index] {
      case .truths(_, let truths, isLenient: let isLenient): setBit(count, of: &table, truths, isLenient: isLenient)
      case .codes(_, let codes): for code in codes { table[code] |= 1 << UInt32(count) }
      case .none, .given, .ranges, .answers, .all: break
      }
      count += 1
    }
    finish()
  }

  /// Answers stand in tables already. Of such a table all planes are made up to the last that is used: nearly always each
  /// is.
  private func addAnswers(
    _ own: [Int], _ tests: inout MaskProgram.ColumnTests, _ places: inout [Int], _ program: inout MaskProgram
  ) {
    struct Part: Hashable {
      let table: ObjectIdentifier
      let number: Int
    }
    var parts: [Part: (table: ColumnEncodings.TextAnswerTable, planes: [(plane: Int, bit: Int)])] = [:]
    var order: [Part] = []
    for index in own {
      guard case .answers(_, let table, test: let test) = planes[index] else { continue }
      let (number, bit) = test.quotientAndRemainder(dividingBy: TextTests.answersOfNumber)
      let part = Part(table: ObjectIdentifier(table), number: number)
      if parts[part] == nil { order.append(part) }
      parts[part, default: (table, [])].planes.append((index, bit))
    }
    for part in order {
      guard let (table, planes) = parts[part] else { continue }
      let count = 1 + planes.reduce(0) { max($0, $1.bit) }
      let first = program.addPlanes(count)
      for (plane, bit) in planes { places[plane] = first + bit }
      tests.tables.append(
        MaskProgram.Table(
          numbers: table.numbers, start: part.number * table.valueCount, firstPlane: first, planeCount: count))
    }
  }

  private func addInstructions(_ uses: inout [Int], _ places: inout [Int], _ program: inout MaskProgram) {
    var resultsOfPlane: [[Int]] = Array(repeating: [], count: planes.count)
    for (result, source) in results.enumerated() { resultsOfPlane[source.plane].append(result) }
    var free: [Int] = []
    func placed(_ sources: [PlaneSource]) -> [PlaneSource] {
      sources.map { PlaneSource(plane: places[$0.plane], isInverted: $0.isInverted) }
    }
    func release(_ plane: Int) {
      uses[plane] -= 1
      if uses[plane] == 0, case .all = planes[plane] { free.append(places[plane]) }
    }
    for index in planes.indices where uses[index] > 0 {
      if case .all(let sources) = planes[index] {
        if uses[index] == 1, let result = resultsOfPlane[index].first {
          program.addResult(result, isInverted: results[result].isInverted, of: placed(sources))
        } else {
          places[index] = free.popLast() ?? program.addPlane()
          program.addInstruction(plane: places[index], of: placed(sources))
          for result in resultsOfPlane[index] {
            program.addResult(result, isInverted: false, of: placed([results[result]]))
            release(index)
          }
        }
        for source in sources { release(source.plane) }
      } else {
        for result in resultsOfPlane[index] {
          program.addResult(result, isInverted: false, of: placed([results[result]]))
        }
      }
    }
  }
}
