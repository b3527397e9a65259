/// Takes rows of one kind of file into their table.
protocol RowImporter: AnyObject {
  /// Takes one row, or says why not; nothing of a rejected row stays.
  func add(_ fields: [Bytes]) throws -> RowOutcome
  /// After the last row.
  func finish() throws
  var createdOwners: Int { get }
  /// What became of the rows that were staged; known after `finish`.
  var counts: RowCounts { get }
}

struct RowCounts {
  var inserted = 0
  var updated = 0
  var unchanged = 0
  var duplicates = 0
}

enum RowOutcome {
  case inserted, updated, unchanged, duplicate
  /// It will be one of these when all rows are there.
  case staged
  case rejected(reason: String)
}

/// What every kind of import needs to turn a row into values.
struct RowContext {
  var importID: Int64
  var now: Int64
  var layout: TableLayout
  var mapping: ColumnMapping
  var headers: [String]
  /// By position of the field; only for mapped fields.
  var parsers: [Int: ValueParser]
  var problems: ValueProblems

  /// The value of a field, or the reason to reject the row.
  func value(of field: Int, _ bytes: Bytes, column: Int) -> Result<StoredValue, Rejection> {
    guard let parser = parsers[field] else { return .success(.null) }
    let name = layout.fields[field].name
    switch parser.parse(bytes) {
    case .missing: return .success(.null)
    case .integer(let value): return .success(.integer(value))
    case .real(let value): return .success(.real(value))
    case .text(let value):
      for member in parser.takeOutsideMembers() { problems.add(name, member) }
      return .success(.text(value))
    case .outside:
      problems.add(name, bytes.trimmed.text)
      return .success(.null)
    case .unresolved(let value):
      problems.add(name, value.text)
      return .success(.text(value))
    case .malformed:
      return .failure(
        Rejection(reason: "\(headers[column]): \(shown(bytes)) is not \(parser.expectation)"))
    }
  }

  /// A value for a sentence, cut where it is long.
  func shown(_ bytes: Bytes) -> String {
    let text = bytes.trimmed.text
    return text.count <= 60 ? "\"\(text)\"" : "\"\(text.prefix(60))…\""
  }
}

struct Rejection: Error {
  var reason: String
}

/// Counts values that count as missing; a class, since several hold it.
final class ValueProblems {
  private var counts: [String: [String: Int]] = [:]
  private var others: [String: Int] = [:]
  private static let limit = 100

  func add(_ field: String, _ value: String) {
    if counts[field, default: [:]][value] == nil, counts[field, default: [:]].count >= ValueProblems.limit {
      others[field, default: 0] += 1
    } else {
      counts[field, default: [:]][value, default: 0] += 1
    }
  }

  var summary: [ImportSummary.ValueProblem] {
    counts.sorted { $0.key < $1.key }.flatMap { field, values in
      let listed = values.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        .map { ImportSummary.ValueProblem(field: field, value: $0.key, count: $0.value) }
      let rest = others[field].map { [ImportSummary.ValueProblem(field: field, value: nil, count: $0)] } ?? []
      return listed + rest
    }
  }
}
