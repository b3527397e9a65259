import RuleSemantics

/// A field of all assets, one row each, worked out once for a rule book.
struct AssetColumn: Sendable {
  /// Texts are positions in `texts`.
  private let column: Column
  private let texts: [String]

  init(_ field: FieldIndex, _ program: CheckedProgram) {
    var pool = TextPool()
    column = Column(program.assets.map { $0.value(of: field) }, type: program.asset[field].type, texts: &pool)
    texts = (0..<Int32(pool.count)).map { pool.text($0) }
  }

  /// With the codes of a pool, to which its texts are added.
  func column(_ pool: inout TextPool) -> Column {
    guard !texts.isEmpty else { return column }
    let codes = texts.map { pool.code(for: $0) }
    switch column {
    case .texts(let places): return .texts(gather(codes, places, missing: Column.missingCode))
    case .lists(var lists):
      guard case .texts(let places) = lists.members else { return column }
      lists.members = .texts(gather(codes, places, missing: Column.missingCode))
      return .lists(lists)
    case .absent, .numbers, .flags, .dates, .times, .choices, .assets, .coded: return column
    }
  }
}

extension EvaluationPlan {
  /// The fields of assets that nodes read.
  static func assetColumns(of program: CheckedProgram, _ graph: PlanGraph) -> [FieldIndex: AssetColumn] {
    var columns: [FieldIndex: AssetColumn] = [:]
    for node in graph.nodes {
      let field: FieldIndex
      switch (node.kind, graph[node.frame]) {
      case (.field(let read), .table(.assets)), (.assetField(_, let read), _), (.affinity(let read, _), _): field = read
      default: continue
      }
      if columns[field] == nil { columns[field] = AssetColumn(field, program) }
    }
    return columns
  }
}
