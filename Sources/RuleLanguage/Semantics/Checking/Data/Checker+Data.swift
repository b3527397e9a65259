import BusinessTime
import RuleDiagnostics
import RuleSyntax

extension Checker {
  /// Declares everything that the rest of a rule book speaks about: choices, records, events, assets, teams.
  mutating func checkData() {
    chooseZone()
    declareStages()
    declareRecords()
    declareEvents()
    declareAssets()
    checkDefaults()
    checkAssetValues()
    checkTeams()
  }

  /// The declarations of all files, in the order of files and offsets.
  var declarations: some Sequence<Declaration> {
    trees.lazy.flatMap(\.declarations)
  }

  /// The zone of the policy, in which local times are meant.
  var zone: Zone { Zone(identifier: program.policy.zone) ?? .utc }

  /// Literal times need the zone before anything else; `checkPolicies` reports what is wrong with it.
  private mutating func chooseZone() {
    for case .policy(let policy) in declarations {
      for item in policy.items {
        guard case .timezone(let name) = item.kind, Zone(identifier: name.text) != nil else { continue }
        program.policy.zone = name.text
        return
      }
    }
  }

  private mutating func checkTeams() {
    var names = DeclaredNames()
    for case .team(let team) in declarations {
      if let first = names.add(team.name) {
        report(.duplicateDeclaration("team", team.name.text, at: team.name.range, first: first))
        continue
      }
      var members = DeclaredNames()
      for member in team.members {
        if !isMailAddress(member.text) {
          report(.invalidAddress(member.text, at: member.range))
        } else if let first = members.add(Name(member.text, member.range)) {
          report(.duplicateMember(member.text, of: team.name.text, at: member.range, first: first))
        }
      }
      if team.members.isEmpty { report(.emptyTeam(team.name.text, at: team.name.range)) }
      if let fallback = team.fallback, !isMailAddress(fallback.text) {
        report(.invalidAddress(fallback.text, at: fallback.range))
      }
      program.teams.append(
        CheckedTeam(
          name: team.name.text, members: team.members.map(\.text), fallback: team.fallback?.text, range: team.range))
    }
  }
}

/// Names that were declared so far in one namespace. Names that differ in case alone are one: the database and people
/// who read aloud do not tell them apart.
struct DeclaredNames {
  private var ranges: [String: SourceRange] = [:]

  /// The range of the first declaration of the name, when this is not the first.
  mutating func add(_ name: Name) -> SourceRange? {
    let folded = name.text.lowercased()
    if let first = ranges[folded] { return first }
    ranges[folded] = name.range
    return nil
  }
}

/// Whether a text has the form of a mail address: one `@` with something before it and a dotted domain after it.
func isMailAddress(_ text: String) -> Bool {
  let parts = text.split(separator: "@", omittingEmptySubsequences: false)
  guard parts.count == 2, !parts[0].isEmpty, !text.contains(where: \.isWhitespace) else { return false }
  let labels = parts[1].split(separator: ".", omittingEmptySubsequences: false)
  return labels.count >= 2 && labels.allSatisfy { !$0.isEmpty }
}
