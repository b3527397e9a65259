import RuleDiagnostics
import RuleSyntax

extension Checker {
  /// The names of all assets, those of files included, so that anything may refer to them.
  mutating func declareAssets() {
    var names = DeclaredNames()
    for case .asset(let asset) in declarations {
      if let first = names.add(asset.name) {
        report(.duplicateDeclaration("asset", asset.name.text, at: asset.name.range, first: first))
      } else {
        declareAsset(
          asset.name.text, formerName: asset.formerName?.text, title: asset.title?.text, range: asset.name.range)
      }
    }
    declareAssetFiles()
  }

  mutating func declareAsset(_ name: String, formerName: String? = nil, title: String?, range: SourceRange) {
    assetsByName[name] = AssetID(program.assets.count)
    program.assets.append(
      CheckedAsset(
        name: name, formerName: formerName, title: title,
        values: program.asset.fields.map { $0.missingMeans ?? .missing }, range: range))
  }

  mutating func checkAssetValues() {
    // Defaults were not known yet when the assets were declared.
    let defaults = program.asset.fields.map { $0.missingMeans ?? .missing }
    for index in program.assets.indices { program.assets[index].values = defaults }
    for case .asset(let asset) in declarations {
      guard let id = assetsByName[asset.name.text], program[id].range == asset.name.range else { continue }
      checkValues(of: asset, id)
    }
    checkAssetFileValues()
  }

  private mutating func checkValues(of asset: AssetDeclaration, _ id: AssetID) {
    if let former = asset.formerName { checkFormerName(former, of: "asset", current: program.assets.map(\.name)) }
    if program.asset.range == nil {
      // One report for the schema that is missing, not one for each property.
      if let first = asset.values.first { report(.undeclaredAssetFields(at: first.name.range)) }
      return
    }
    var seen = DeclaredNames()
    for property in asset.values {
      guard let field = program.asset.index(of: property.name.text) else {
        let known = program.asset.fields.map(\.name)
        report(
          .unknownProperty(
            property.name.text, of: "assets", at: property.name.range,
            suggestion: nearest(to: property.name.text, among: known),
            known: known, declaration: program.asset.range))
        continue
      }
      if let first = seen.add(property.name) {
        report(.duplicateProperty(property.name.text, at: property.name.range, first: first))
      } else if let value = value(of: property, as: program.asset[field].type) {
        program.assets[id.index].values[field.index] = value
      }
    }
  }

  /// `new was old`: an old name that is still declared would mix two histories.
  mutating func checkFormerName(_ former: Name, of kind: String, current names: [String]) {
    if names.contains(former.text) { report(.formerNameInUse(former.text, kind, at: former.range)) }
  }
}
