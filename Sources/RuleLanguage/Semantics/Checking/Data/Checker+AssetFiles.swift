import BusinessTime
import RuleDiagnostics
import RuleSyntax

// Assets from files that the caller has read. The rows of a file that no declaration names are assets of a database:
// they were checked when they were imported, so whatever no longer fits is missing without a report.
extension Checker {
  /// What a column of a file fills.
  private enum Target: Equatable {
    case name, title
    case field(FieldIndex)
    case nothing
  }

  /// How many cells of one file are reported.
  private static let reportedCells = 5

  mutating func declareAssetFiles() {
    var paths = DeclaredNames()
    for case .assetFile(let declaration) in declarations {
      let range = declaration.path.range
      if let first = paths.add(Name(declaration.path.text, range)) {
        report(.duplicateDeclaration("asset file", declaration.path.text, at: range, first: first))
        continue
      }
      guard let file = assetFiles.first(where: { $0.path == declaration.path.text }) else { continue }
      if let problem = file.problem {
        report(.unreadableAssetFile(file.path, problem, at: range))
      } else {
        declareRows(of: file, declaredAt: range)
      }
    }
    for file in assetFiles where file.problem == nil && declarationRange(of: file) == nil {
      reportShadowed(in: file)
      declareRows(of: file, declaredAt: nil)
    }
  }

  /// What the rule book declares goes before what was imported: one report for each place that declares some.
  private mutating func reportShadowed(in file: AssetFile) {
    guard let nameColumn = targets(of: file).firstIndex(of: .name) else { return }
    var shadowed: [SourceRange: [String]] = [:]
    for row in file.rows {
      let name = row.text(nameColumn)
      if let id = assetsByName[name] { shadowed[program[id].range, default: []].append(name) }
    }
    let places = shadowed.sorted {
      ($0.key.file.index, $0.key.start) < ($1.key.file.index, $1.key.start)
    }
    for (range, names) in places { report(.shadowedAsset(names.sorted(), at: range)) }
  }

  private func declarationRange(of file: AssetFile) -> SourceRange? {
    for case .assetFile(let declaration) in declarations where declaration.path.text == file.path {
      return declaration.path.range
    }
    return nil
  }

  private mutating func declareRows(of file: AssetFile, declaredAt range: SourceRange?) {
    let targets = self.targets(of: file)
    guard let nameColumn = targets.firstIndex(of: .name) else {
      if let range { report(.assetFileWithoutNames(file.path, columns: file.columns, at: range)) }
      return
    }
    let titleColumn = targets.firstIndex(of: .title)
    var problems: [CellProblem] = []
    for row in file.rows {
      let name = row.text(nameColumn)
      if name.isEmpty {
        problems.append(CellProblem(line: row.line, column: file.columns[nameColumn], reason: .emptyName))
      } else if assetsByName[name] != nil {
        problems.append(
          CellProblem(line: row.line, column: file.columns[nameColumn], reason: .declaredAlready(name)))
      } else {
        let title = titleColumn.map { row.text($0) }.flatMap { $0.isEmpty ? nil : $0 }
        declareAsset(name, title: title, range: range ?? .nowhere)
      }
    }
    guard let range else { return }
    for (column, target) in zip(file.columns, targets) where target == .nothing {
      report(
        .unknownAssetColumn(
          column, in: file.path, at: range,
          suggestion: nearest(to: column, among: program.asset.fields.map(\.name))))
    }
    report(problems, of: file, at: range)
  }

  private func targets(of file: AssetFile) -> [Target] {
    var taken: [Target] = []
    return file.columns.map { column in
      let target = self.target(of: column)
      if taken.contains(target) { return .nothing }
      taken.append(target)
      return target
    }
  }

  private func target(of column: String) -> Target {
    let plain = String(column.trimmingBlanks()).lowercased()
    let underscored = plain.replacingBlanksByUnderscores()
    if underscored == "name" { return .name }
    for (index, field) in program.asset.fields.enumerated() {
      if field.column?.lowercased() == plain || field.name.lowercased() == underscored {
        return .field(FieldIndex(index))
      }
    }
    return underscored == "title" ? .title : .nothing
  }

  mutating func checkAssetFileValues() {
    for file in assetFiles where file.problem == nil {
      let range = declarationRange(of: file)
      let targets = self.targets(of: file)
      guard let nameColumn = targets.firstIndex(of: .name) else { continue }
      var problems: [CellProblem] = []
      var seen: Set<AssetID> = []
      for row in file.rows {
        guard let id = assetsByName[row.text(nameColumn)], program[id].range == range ?? .nowhere,
          seen.insert(id).inserted
        else { continue }
        for (column, target) in targets.enumerated() {
          guard case .field(let field) = target else { continue }
          let schema = program.asset[field]
          let text = row.text(column)
          if text.isEmpty || schema.missingSpellings.contains(text) { continue }
          if let value = value(ofCell: text, as: schema.type) {
            program.assets[id.index].values[field.index] = value
          } else {
            problems.append(
              CellProblem(
                line: row.line, column: file.columns[column],
                reason: .unfit(text, expected: describe(schema.type))))
          }
        }
      }
      if let range { report(problems, of: file, at: range) }
    }
  }

  private mutating func report(_ problems: [CellProblem], of file: AssetFile, at range: SourceRange) {
    for (index, problem) in problems.prefix(Self.reportedCells).enumerated() {
      let isLast = index == Self.reportedCells - 1
      report(.assetCell(problem, in: file.path, at: range, more: isLast ? problems.count - Self.reportedCells : 0))
    }
  }

  /// A cell read as a value of `type`; `nil` when it is none.
  private func value(ofCell text: String, as type: ValueType) -> Value? {
    switch type {
    case .text: return .text(text)
    case .number:
      guard let number = Double(text), number.isFinite else { return nil }
      return .number(number)
    case .flag:
      switch text.lowercased() {
      case "yes", "true", "1": return .flag(true)
      case "no", "false", "0": return .flag(false)
      default: return nil
      }
    case .date: return CivilDate(iso: text).map { .date($0) }
    case .time: return Instant(iso: text, in: zone).map { .time($0) }
    case .choice(let id):
      let folded = text.lowercased()
      let set = program[id]
      let index =
        set.spellings.firstIndex { $0?.lowercased() == folded } ?? set.values.firstIndex { $0.lowercased() == folded }
      return index.map { .choice(id, $0) }
    case .asset: return assetsByName[text].map { .asset($0) }
    case .list(let element):
      var members: [Value] = []
      for part in text.split(whereSeparator: { $0 == ";" || $0 == "|" }) {
        let part = String(part.trimmingBlanks())
        if part.isEmpty { continue }
        guard let member = value(ofCell: part, as: element) else { return nil }
        members.append(member)
      }
      return .list(members)
    case .error: return .missing
    }
  }

  private func describe(_ type: ValueType) -> String {
    switch type {
    case .text: "a text"
    case .number: "a number"
    case .flag: "yes or no"
    case .date: "a date such as 2026-03-01"
    case .time: "a time such as 2026-03-01 09:00"
    case .choice(let id): "one of " + program[id].values.joined(separator: ", ")
    case .asset: "the name of an asset"
    case .list(let element): "a list, separated by `;`, of " + describe(element)
    case .error: "anything"
    }
  }
}

extension AssetFile.Row {
  /// A row that is too short has nothing in its last columns.
  fileprivate func text(_ column: Int) -> String {
    column < values.count ? String(values[column].trimmingBlanks()) : ""
  }
}

extension StringProtocol where SubSequence == Substring {
  fileprivate func trimmingBlanks() -> Substring {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }

  fileprivate func replacingBlanksByUnderscores() -> String {
    String(map { $0 == " " ? "_" : $0 })
  }
}
