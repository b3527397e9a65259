package import BusinessTime
import RuleSemantics

/// When to decide about a record again although nothing happens to it: what the state of rules and sequences makes due.
/// Conditions that change with time alone are not among these; the engine's timers know them.
package struct NextLooks: Hashable, Sendable {
  /// By row; those that are not here are not due by themselves.
  package private(set) var contacts: [Int32: Instant] = [:]
  package private(set) var accounts: [Int32: Instant] = [:]
  /// What is asked of people and expires concerns everybody.
  package private(set) var everybody: Instant?

  package init() {}

  mutating func add(_ subject: Subject, _ row: Int32, at instant: Instant) {
    switch subject {
    case .contact: contacts[row] = min(contacts[row] ?? instant, instant)
    case .account: accounts[row] = min(accounts[row] ?? instant, instant)
    }
  }

  mutating func addEverybody(at instant: Instant) { everybody = min(everybody ?? instant, instant) }
}
