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
    for column in columns.indices {
      var tests = MaskProgram.ColumnTests(codes: columns[column].codes)
      for (index, plane) in planes.enumerated() where uses[index] > 0 {
        guard case .ranges(column, let ranges) = plane else { continue }
        places[index] = program.addPlane()
        tests.add(ranges, plane: places[index])
      }
      addTables(column, uses, &tests, &places, &program)
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
    _ column: Int, _ uses: [Int], _ tests: inout MaskProgram.ColumnTests, _ places: inout [Int],
    _ program: inout MaskProgram
  ) {
    var table: [UInt32] = []
    var first = 0
    var count = 0
    func finish() {
      if count > 0 { tests.tables.append(MaskProgram.Table(numbers: table, firstPlane: first, planeCount: count)) }
      count = 0
    }
    for (index, plane) in planes.enumerated() where uses[index] > 0 {
      switch plane {
      case .truths(column, _, isLenient: _), .codes(column, _): break
      default: continue
      }
      if count == MaskLeaves.planesOfTable { finish() }
      places[index] = program.addPlane()
      if count == 0 {
        first = places[index]
        table = [UInt32](repeating: 0, count: columns[column].values.count)
      }
      switch plane {
      case .truths(_, let truths, isLenient: let isLenient): setBit(count, of: &table, truths, isLenient: isLenient)
      case .codes(_, let codes): for code in codes { table[code] |= 1 << UInt32(count) }
      case .none, .given, .ranges, .all: break
      }
      count += 1
    }
    finish()
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
