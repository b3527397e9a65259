import RuleDiagnostics
import RuleSyntax

/// The state of one `check`. Its work is in extensions, one file for each kind of declaration.
struct Checker {
  var program: CheckedProgram
  var diagnostics: [Diagnostic] = []
  let trees: [SyntaxTree]
  let assetFiles: [AssetFile]
  /// The fields of each kind of record, as its first declaration states them.
  var fieldDeclarations: [RecordDeclaration.Kind: [FieldDeclaration]] = [:]
  /// The `one of` that a field, define or journey declares, by the range of its name.
  var choicesByName: [SourceRange: ChoiceSetID] = [:]
  /// Fields that take their values from each other in a circle that was reported.
  var reportedCircle: Set<SourceRange> = []
  var assetsByName: [String: AssetID] = [:]
  /// What is declared, by name.
  var names = NameTables()

  init(book: SourceBook, trees: [SyntaxTree], assets: [AssetFile]) {
    self.trees = trees
    assetFiles = assets
    program = CheckedProgram(
      book: book, choiceSets: [], contact: RecordSchema(fields: [], range: nil),
      account: RecordSchema(fields: [], range: nil), deal: RecordSchema(fields: [], range: nil),
      asset: RecordSchema(fields: [], range: nil), events: [], assets: [], teams: [], definitions: [], rules: [],
      recommendations: [], sequences: [], policy: .undeclared, experiments: [], tests: [])
    collectNames()
  }

  mutating func report(_ diagnostic: Diagnostic) {
    diagnostics.append(diagnostic)
  }

  func result() -> (program: CheckedProgram, diagnostics: [Diagnostic]) {
    let ordered = withoutEchoes(withoutConsequences(diagnostics)).sorted {
      ($0.range.file.index, $0.range.start, $0.id.rawValue) < ($1.range.file.index, $1.range.start, $1.id.rawValue)
    }
    return (program, ordered)
  }
}
