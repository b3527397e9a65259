/// What takes the place of chance: who is in which arm. Whoever is in none of these is in the first.
package struct FixedArms: Hashable, Sendable {
  private struct Draw: Hashable {
    /// Of an experiment, or of a sequence and perhaps one of its steps.
    var name: String
    var step: String?
    /// `DrawnKeys.id`.
    var id: String
  }

  private var arms: [Draw: [String]] = [:]

  package init() {}

  /// The arm given last goes first.
  mutating func give(_ arm: String, of name: String, step: String?, to id: String) {
    arms[Draw(name: name, step: step, id: id), default: []].insert(arm, at: 0)
  }

  /// Of those that there are; `nil` where none of them was given.
  func arm(of name: String, step: String?, for id: String, among known: [String]) -> String? {
    let given =
      (step == nil ? [] : arms[Draw(name: name, step: step, id: id)] ?? [])
      + (arms[Draw(name: name, step: nil, id: id)] ?? [])
    return given.first(where: known.contains)
  }
}
