import BusinessTime
import Decisioning
import RuleDiagnostics
import RuleEngine
import RuleFormatting
import RuleLinting
import RuleSemantics
import RuleSyntax

/// What a case does: the texts of its fences as they should be.
struct CaseOutcome {
  /// What must never happen, whatever is expected: a sentence each.
  var problems: [String] = []
  /// By kind of fence; empty where there is nothing to say.
  var texts: [ConformanceCase.FenceKind: String] = [:]
}

/// The files of a case on the road that every rule book takes.
struct CheckedCase {
  static let ruleFile = "rule.abm"
  static let givenFile = "given.abm"
  static let peopleFile = "people.abm"
  static let valuesFile = "values.abm"

  var book = SourceBook()
  var trees: [SyntaxTree] = []
  var program: CheckedProgram
  /// In the order of files and offsets.
  var diagnostics: [Diagnostic]

  init(files: [(path: String, text: String)], assets: [AssetFile]) {
    var reports: [Diagnostic] = []
    for (path, text) in files {
      let file = book.add(path: path, bytes: Array(text.utf8))
      let (tree, found) = parse(file)
      trees.append(tree)
      reports += found
    }
    let checked = check(book, trees: trees, assets: assets)
    program = checked.program
    diagnostics = (reports + checked.diagnostics).enumerated().sorted {
      ($0.element.range.file.index, $0.element.range.start, $0.offset)
        < ($1.element.range.file.index, $1.element.range.start, $1.offset)
    }.map(\.element)
  }

  var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  func tree(of path: String) -> SyntaxTree? { trees.first { $0.file.path == path } }

  func diagnostics(of path: String) -> [Diagnostic] {
    diagnostics.filter { book[$0.range.file].path == path }
  }
}

extension ConformanceCase {
  func outcome() -> CaseOutcome {
    var outcome = CaseOutcome()
    let table = text(of: .values).map(ValueTable.init)
    let checked = CheckedCase(files: files(rule: rule, table: table), assets: assetFiles)

    for path in [CheckedCase.peopleFile, CheckedCase.valuesFile] {
      outcome.problems += checked.diagnostics(of: path).filter { $0.severity == .error }.map {
        "\(path): \(checked.text(of: $0))"
      }
    }
    let reports = checked.diagnostics(of: CheckedCase.givenFile) + checked.diagnostics(of: CheckedCase.ruleFile)
    outcome.texts[.diagnostics] = reports.map { checked.text(of: $0) }.joined()
    if text(of: .lint) != nil {
      let findings = lint(checked.program, trees: checked.trees)
      outcome.texts[.lint] = findings.filter { checked.book[$0.range.file].path == CheckedCase.ruleFile }
        .map { checked.text(of: $0) }.joined()
    }
    checkText(checked, &outcome)
    checkFormat(checked, &outcome)
    outcome.texts[.fixed] = fixed(checked)
    if !checked.hasErrors { run(checked, table, &outcome) }
    return outcome
  }

  func files(rule: String, table: ValueTable? = nil) -> [(path: String, text: String)] {
    var files: [(path: String, text: String)] = []
    if !given.isEmpty { files.append((CheckedCase.givenFile, given)) }
    files.append((CheckedCase.ruleFile, rule))
    if let people { files.append((CheckedCase.peopleFile, "test \"people\" {\n\(people)}\n")) }
    if let table { files.append((CheckedCase.valuesFile, table.declarations)) }
    return files
  }

  var assetFiles: [AssetFile] {
    guard let assets else {
      return [AssetFile(path: "assets.csv", columns: [], rows: [], problem: "there is no such file")]
    }
    let rows = assets.split(separator: "\n").map { row in
      row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    return [
      AssetFile(
        path: "assets.csv", columns: rows.first ?? [],
        rows: rows.enumerated().dropFirst().map { AssetFile.Row(line: $0.offset + 1, values: $0.element) })
    ]
  }

  // MARK: - What always holds

  /// The tokens and what lies between them are the text, and nothing but blanks and comments lies between.
  private func checkText(_ checked: CheckedCase, _ outcome: inout CaseOutcome) {
    guard let tree = checked.tree(of: CheckedCase.ruleFile) else { return }
    var place = 0
    var isReproduced = true
    for token in tree.tokens {
      guard token.start >= place, token.end >= token.start else {
        isReproduced = false
        break
      }
      isReproduced = isReproduced && isTrivia(tree.file.bytes[place..<token.start])
      place = token.end
    }
    if !isReproduced || place != tree.file.bytes.count {
      outcome.problems.append("the tokens and what is between them are not the text")
    }
    for diagnostic in checked.diagnostics {
      let size = checked.book[diagnostic.range.file].bytes.count
      if diagnostic.range.start > diagnostic.range.end || diagnostic.range.end > size {
        outcome.problems.append("`\(diagnostic.id.rawValue)` has a range outside of the text")
      }
    }
  }

  private func isTrivia(_ bytes: ArraySlice<UInt8>) -> Bool {
    String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).allSatisfy { line in
      let start = line.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
      return start.isEmpty || start.hasPrefix("#") || start.hasPrefix("//") || start.hasPrefix("--")
    }
  }

  /// Formatting twice changes nothing, and formatting changes no meaning and loses no comment.
  private func checkFormat(_ checked: CheckedCase, _ outcome: inout CaseOutcome) {
    guard let tree = checked.tree(of: CheckedCase.ruleFile), !hasSyntaxErrors, let formatted = format(tree) else {
      return
    }
    if formatted != rule { outcome.texts[.format] = formatted }
    let again = CheckedCase(files: files(rule: formatted), assets: assetFiles)
    guard let second = again.tree(of: CheckedCase.ruleFile) else { return }
    if format(second) != formatted { outcome.problems.append("formatting twice changes the text again") }
    guard !checked.hasErrors else { return }
    if again.hasErrors { outcome.problems.append("the formatted text has errors:\n" + again.text) }
    let before = CheckedCase(files: files(rule: rule), assets: assetFiles)
    if meaning(of: before.program) != meaning(of: again.program) {
      outcome.problems.append("the formatted text means something else")
    }
    if comments(in: tree) != comments(in: second) { outcome.problems.append("formatting loses a comment") }
  }

  /// Such a file is left alone by the formatter's callers.
  private var hasSyntaxErrors: Bool {
    parse(SourceFile(path: CheckedCase.ruleFile, text: rule)).diagnostics.contains { $0.severity == .error }
  }

  private func comments(in tree: SyntaxTree) -> [String] {
    var place = 0
    var comments: [String] = []
    for token in tree.tokens {
      let trivia = String(decoding: tree.file.bytes[place..<token.start], as: UTF8.self)
      for line in trivia.split(whereSeparator: \.isNewline) {
        let words = line.drop { $0.isWhitespace || $0 == "#" || $0 == "/" || $0 == "-" }
          .split(whereSeparator: \.isWhitespace)
        if !words.isEmpty { comments.append(words.joined(separator: " ")) }
      }
      place = token.end
    }
    return comments
  }

  // MARK: - Repairs

  /// The rule after all safe repairs; nothing when there is none.
  private func fixed(_ checked: CheckedCase) -> String? {
    var text = rule
    var current = checked
    for _ in 0..<5 {
      let edits = current.diagnostics(of: CheckedCase.ruleFile).flatMap { $0.fixes.filter(\.isSafe).prefix(1) }
        .flatMap(\.edits)
      guard !edits.isEmpty else { break }
      text = String(decoding: applying(edits, to: Array(text.utf8)).bytes, as: UTF8.self)
      current = CheckedCase(files: files(rule: text), assets: assetFiles)
    }
    return text == rule ? nil : text
  }

  // MARK: - Running

  private func run(_ checked: CheckedCase, _ table: ValueTable?, _ outcome: inout CaseOutcome) {
    let plan = DecisionPlan(EvaluationPlan(checked.program))
    let own = checked.program.tests.filter { checked.book[$0.range.file].path == CheckedCase.ruleFile }
    if !own.isEmpty {
      let ranges = Set(own.map(\.range))
      let results = runTests(plan).filter { ranges.contains($0.range) }
      outcome.texts[.failures] = results.map(\.failureText).joined()
    }
    guard let test = checked.program.tests.first(where: { checked.book[$0.range.file].path == CheckedCase.peopleFile })
    else {
      if table != nil || text(of: .actions) != nil || text(of: .ranking) != nil {
        outcome.problems.append("there are no `people`")
      }
      return
    }
    let played = play(test, of: plan)
    if let table { outcome.texts[.values] = table.filled(checked.program, played) }
    outcome.texts[.matches] = checked.program.matches(played)
    outcome.texts[.ranking] = played.rankings(checked.program)
    outcome.texts[.actions] = played.actions.isEmpty ? "nothing\n" : played.actions.map { played.text(of: $0) }.joined()
  }
}

extension TestResult {
  fileprivate var failureText: String {
    switch verdict {
    case .passed: ""
    case .failed(let failures): failures.map { "\(title): \($0.message)\n" }.joined()
    }
  }
}
