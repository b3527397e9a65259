package import RuleDiagnostics

/// What of a rule book its tests reach. It follows the meaning: what stands in the program, not how it is laid out, so
/// that a new layout, or another order of declarations, changes neither the items nor the share.
package struct Coverage: Sendable {
  package struct Item: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
      /// A rule acts.
      case rule
      /// What an `on` rule waits for comes.
      case trigger
      /// A `when` is true, or is not.
      case condition
      /// One side of an `if`.
      case branch
      case stage
      /// A line of a points score adds or subtracts; a factor is more than nothing.
      case score
      /// A segment lets somebody in, or out.
      case segment
      /// A clause of the policy holds a message back.
      case policy
      /// A recommendation finds something.
      case recommendation
      /// An arm of an experiment, or of a split, is somebody's.
      case arm
      /// A sequence enrolls, and lets go by its goal and exits; a step of it does something.
      case sequence
      case step
    }

    package var kind: Kind
    /// `rule becomes_mql`, `score fit`.
    package var declaration: String
    /// What has to happen: `acts`, `when is true`.
    package var text: String
    package var range: SourceRange
    package var isCovered: Bool
    /// Why it was not, a sentence without a period; `nil` for what was.
    package var reason: String?
  }

  /// In the order of files and offsets; of one place, as it is read.
  package let items: [Item]

  package var covered: Int { items.count { $0.isCovered } }

  /// 1 where there is nothing to cover.
  package var share: Double { items.isEmpty ? 1 : Double(covered) / Double(items.count) }
}
