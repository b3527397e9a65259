/// Every diagnostic there is. Ids are permanent and name the defect, not the cure.
package enum DiagnosticID: String, Hashable, Sendable, CaseIterable {
  case unexpectedToken = "unexpected-token"
}

extension DiagnosticID {
  package enum Category: String, Hashable, Sendable, CaseIterable {
    case syntax, names, types, time, missingData, people, policy, style
  }

  package struct Descriptor: Sendable {
    package var severity: Severity
    package var category: Category
    /// One sentence for lists of diagnostics.
    package var summary: String
  }

  package var descriptor: Descriptor {
    switch self {
    case .unexpectedToken:
      Descriptor(severity: .error, category: .syntax, summary: "something stands where the grammar does not allow it")
    }
  }
}
