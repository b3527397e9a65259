/// Every diagnostic there is. Ids are permanent and name the defect, not the cure.
///
/// A new one takes a case in its group here, a line in the group's table in `Descriptors/`, a factory in `Catalog/` and
/// a page in `docs/diagnostics/`.
package enum DiagnosticID: String, Hashable, Sendable, CaseIterable {
  // MARK: Syntax
  case unexpectedToken = "unexpected-token"

  // MARK: Names

  // MARK: Types

  // MARK: Time

  // MARK: Missing data

  // MARK: People

  // MARK: Policy

  // MARK: Style
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

  /// What one group of ids says about itself: how bad it is, and one sentence.
  typealias Table = [DiagnosticID: (Severity, String)]

  package var descriptor: Descriptor {
    guard let descriptor = Self.descriptors[self] else {
      preconditionFailure("`\(rawValue)` has no line in the tables of Descriptors/")
    }
    return descriptor
  }

  private static let descriptors: [DiagnosticID: Descriptor] = {
    var all: [DiagnosticID: Descriptor] = [:]
    for category in Category.allCases {
      for (id, (severity, summary)) in table(of: category) {
        precondition(all[id] == nil, "`\(id.rawValue)` has two descriptors")
        all[id] = Descriptor(severity: severity, category: category, summary: summary)
      }
    }
    return all
  }()

  private static func table(of category: Category) -> Table {
    switch category {
    case .syntax: syntaxTable
    case .names: namesTable
    case .types: typesTable
    case .time: timeTable
    case .missingData: missingDataTable
    case .people: peopleTable
    case .policy: policyTable
    case .style: styleTable
    }
  }
}
