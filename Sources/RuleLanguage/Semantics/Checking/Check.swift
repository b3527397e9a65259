package import RuleDiagnostics
package import RuleSyntax

/// Resolves every name and gives everything a type. Never throws: what is wrong is a diagnostic, in the order of files
/// and offsets, one for each cause.
///
/// - Parameters:
///   - assets: the files that the rule book's `assets from` declarations name, and the assets of a database.
///   - earlier: versions of sequences from before; what is wrong with them is no diagnostic.
package func check(
  _ book: SourceBook, trees: [SyntaxTree], assets: [AssetFile] = [], earlier: [EarlierSequence] = []
) -> (program: CheckedProgram, diagnostics: [Diagnostic]) {
  var checker = Checker(book: book, trees: trees, assets: assets)
  checker.checkData()
  checker.declareDefinitions()
  checker.checkDefinitions()
  checker.checkPolicies()
  checker.checkRules()
  checker.checkRecommendations()
  checker.checkSequences()
  checker.checkEarlier(earlier)
  checker.checkExperiments()
  checker.checkTests()
  return checker.result()
}
