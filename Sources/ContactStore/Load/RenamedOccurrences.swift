import Decisioning
import RuleSemantics

/// Reads occurrences under the present names of journeys and segments: before the first run of a rule book that renames
/// one, the store knows it by its former name.
struct RenamedOccurrences {
  private let present: [String: String]

  init(_ program: CheckedProgram) {
    let names = Set(program.definitions.map(\.name))
    present = Dictionary(
      program.definitions.compactMap { definition in
        definition.formerName.flatMap { names.contains($0) ? nil : ($0, definition.name) }
      }, uniquingKeysWith: { first, _ in first })
  }

  func occurrence(_ text: String) -> OccurrenceKey? {
    guard let key = OccurrenceKey(text: text) else { return nil }
    if !present.isEmpty, case .transition(let former, let at) = key, let name = present[former] {
      return .transition(definition: name, at: at)
    }
    return key
  }
}
