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

  // MARK: Data
  case duplicateDeclaration = "duplicate-declaration"
  case duplicateField = "duplicate-field"
  case duplicateChoice = "duplicate-choice"
  case sharedSpelling = "shared-spelling"
  case unknownChoices = "unknown-choices"
  case fieldWithoutChoices = "field-without-choices"
  case circularChoices = "circular-choices"
  case reservedName = "reserved-name"
  case missingKey = "missing-key"
  case keyNotText = "key-not-text"
  case severalKeys = "several-keys"
  case misplacedKey = "misplaced-key"
  case defaultOfKey = "default-of-key"
  case duplicateModifier = "duplicate-modifier"
  case sharedSource = "shared-source"
  case nestedList = "nested-list"
  case negativeWorth = "negative-worth"
  case unknownProperty = "unknown-property"
  case undeclaredAssetFields = "undeclared-asset-fields"
  case duplicateProperty = "duplicate-property"
  case severalValues = "several-values"
  case formerNameInUse = "former-name-in-use"
  case unreadableAssetFile = "unreadable-asset-file"
  case assetFileWithoutNames = "asset-file-without-names"
  case unknownAssetColumn = "unknown-asset-column"
  case assetCell = "asset-cell"
  case invalidAddress = "invalid-address"
  case duplicateMember = "duplicate-member"
  case emptyTeam = "empty-team"

  // MARK: People
  case incompleteDeclaration = "incomplete-declaration"
  case repeatedClause = "repeated-clause"
  case notForAccounts = "not-for-accounts"
  case misplacedSkip = "misplaced-skip"
  case misplacedStatement = "misplaced-statement"
  case fewArms = "few-arms"
  case armsTotal = "arms-total"
  case secondExperiment = "second-experiment"

  // MARK: Policy
  case repeatedPolicy = "repeated-policy"
  case unknownZone = "unknown-zone"
  case unknownDay = "unknown-day"
  case emptyHours = "empty-hours"
  case shareOutOfRange = "share-out-of-range"

  // MARK: Tests
  case testWithoutStart = "test-without-start"
  case clockBackwards = "clock-backwards"
  case misplacedAgo = "misplaced-ago"
  case severalEvents = "several-events"
  case unknownTestPerson = "unknown-test-person"
  case unknownTestStep = "unknown-test-step"

  // MARK: Style
}

extension DiagnosticID {
  package enum Category: String, Hashable, Sendable, CaseIterable {
    case syntax, names, types, time, missingData, data, people, policy, tests, style
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
    case .data: dataTable
    case .people: peopleTable
    case .policy: policyTable
    case .tests: testsTable
    case .style: styleTable
    }
  }
}
