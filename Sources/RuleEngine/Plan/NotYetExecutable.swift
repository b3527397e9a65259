package import RuleDiagnostics

/// A part of the rule book that is planned but that no evaluation computes.
package struct NotYetExecutable: Hashable, Sendable {
  package enum Feature: String, Hashable, Sendable, CaseIterable {
    case enrolmentWindow = "a window since an enrolment or step"
    case historyOfComputedValue = "the history of a define or score"
    case businessHalfLife = "a half-life in business time"
    case nesting = "collections nested this deep"
  }

  package var feature: Feature
  package var range: SourceRange
}
