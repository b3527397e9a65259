/// Every diagnostic there is. Ids are permanent and name the defect, not the cure.
///
/// A new one takes a case in its group here, a line in the group's table in `Descriptors/`, a factory in `Catalog/` and
/// a page in `docs/diagnostics/`.
package enum DiagnosticID: String, Hashable, Sendable, CaseIterable {
  // MARK: Syntax
  case unexpectedToken = "unexpected-token"
  case missingWord = "missing-word"
  case misspelledWord = "misspelled-word"
  case missingName = "missing-name"
  case missingValue = "missing-value"
  case reservedWord = "reserved-word"
  case missingType = "missing-type"
  case unknownType = "unknown-type"
  case notADeclaration = "not-a-declaration"
  case unknownClause = "unknown-clause"
  case unknownAction = "unknown-action"
  case missingAction = "missing-action"
  case unknownUnit = "unknown-unit"
  case missingUnit = "missing-unit"
  case missingPercent = "missing-percent"
  case missingThen = "missing-then"
  case missingWhen = "missing-when"
  case missingClause = "missing-clause"
  case duplicateClause = "duplicate-clause"
  case missingComma = "missing-comma"
  case unparenthesized = "unparenthesized"
  case chainedComparison = "chained-comparison"
  case missingWindow = "missing-window"
  case didInEventFilter = "did-in-event-filter"
  case missingBrace = "missing-brace"
  case unclosedBlock = "unclosed-block"
  case unclosedParenthesis = "unclosed-parenthesis"
  case unmatchedBrace = "unmatched-brace"
  case unmatchedParenthesis = "unmatched-parenthesis"
  case unclosedText = "unclosed-text"
  case unclosedInsertion = "unclosed-insertion"
  case unclosedRegex = "unclosed-regex"
  case unclosedName = "unclosed-name"
  case insertionNotAllowed = "insertion-not-allowed"
  case unknownEscape = "unknown-escape"
  case malformedUTF8 = "malformed-utf8"
  case nulByte = "nul-byte"
  case unknownCharacter = "unknown-character"
  case malformedNumber = "malformed-number"
  case malformedName = "malformed-name"
  case malformedDate = "malformed-date"
  case impossibleDate = "impossible-date"
  case malformedTime = "malformed-time"
  case nestingTooDeep = "nesting-too-deep"
  case foreignStatement = "foreign-statement"
  case strayEnd = "stray-end"
  case foreignOperator = "foreign-operator"
  case foreignWording = "foreign-wording"
  case superfluousSign = "superfluous-sign"
  case foreignQuotes = "foreign-quotes"
  case foreignBracket = "foreign-bracket"
  case foreignComment = "foreign-comment"
  case spacedPercent = "spaced-percent"
  case wrongCase = "wrong-case"
  case foreignFlag = "foreign-flag"

  // MARK: Names
  case unknownName = "unknown-name"
  case textWithoutQuotes = "text-without-quotes"
  case nullValue = "null-value"
  case eventAsValue = "event-as-value"
  case peopleAsValue = "people-as-value"
  case unknownField = "unknown-field"
  case unknownEvent = "unknown-event"
  case noInteractions = "no-interactions"
  case unknownDeclaration = "unknown-declaration"
  case unknownAsset = "unknown-asset"
  case unknownValue = "unknown-value"
  case unknownFunction = "unknown-function"
  case unknownStep = "unknown-step"
  case misplacedName = "misplaced-name"
  case duplicateName = "duplicate-name"
  case cyclicDefinition = "cyclic-definition"

  // MARK: Types
  case typeMismatch = "type-mismatch"
  case differentChoices = "different-choices"
  case quotedValue = "quoted-value"
  case notACondition = "not-a-condition"
  case percentOfScore = "percent-of-score"
  case unorderedComparison = "unordered-comparison"
  case listComparison = "list-comparison"
  case choiceAfterOr = "choice-after-or"
  case missingParentheses = "missing-parentheses"
  case invalidPattern = "invalid-pattern"
  case reversedBounds = "reversed-bounds"
  case invalidNumber = "invalid-number"
  case wrongArguments = "wrong-arguments"
  case mixedScore = "mixed-score"
  case weightsTotal = "weights-total"

  // MARK: Time
  case strayTimeOfDay = "stray-time-of-day"
  case strayDuration = "stray-duration"
  case timeArithmetic = "time-arithmetic"
  case emptyDuration = "empty-duration"
  case excessiveDuration = "excessive-duration"
  case fractionalDuration = "fractional-duration"
  case businessHalfLife = "business-half-life"
  case misplacedHalfLife = "misplaced-half-life"
  case misplacedWindow = "misplaced-window"
  case notTracked = "not-tracked"

  // MARK: Missing data
  case missingInText = "missing-in-text"

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
  case unknownProperty = "unknown-property"
  case undeclaredAssetFields = "undeclared-asset-fields"
  case duplicateProperty = "duplicate-property"
  case severalValues = "several-values"
  case formerNameInUse = "former-name-in-use"
  case unreadableAssetFile = "unreadable-asset-file"
  case assetFileWithoutNames = "asset-file-without-names"
  case unknownAssetColumn = "unknown-asset-column"
  case assetCell = "asset-cell"
  case shadowedAsset = "shadowed-asset"
  case invalidAddress = "invalid-address"
  case duplicateMember = "duplicate-member"
  case emptyTeam = "empty-team"

  // MARK: People
  case nestedCollection = "nested-collection"
  case misplacedPeople = "misplaced-people"
  case undeclaredRecord = "undeclared-record"
  case wrongCollection = "wrong-collection"
  case rateWithoutAsset = "rate-without-asset"
  case eventsOfEverybody = "events-of-everybody"
  case actionNotForAccounts = "action-not-for-accounts"
  case incompleteDeclaration = "incomplete-declaration"
  case notForAccounts = "not-for-accounts"
  case misplacedSkip = "misplaced-skip"
  case misplacedStatement = "misplaced-statement"
  case fewArms = "few-arms"
  case armsTotal = "arms-total"
  case secondExperiment = "second-experiment"

  // MARK: Rules
  case repeatedRule = "repeated-rule"
  case skipNotLast = "skip-not-last"
  case conflictingFrequency = "conflicting-frequency"
  case templateWithValues = "template-with-values"
  case needlessFallback = "needless-fallback"
  case unwritableField = "unwritable-field"
  case listOfValues = "list-of-values"

  // MARK: Policy
  case repeatedPolicy = "repeated-policy"
  case unreadableHolidaysFile = "unreadable-holidays-file"
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
  case unknownTestArm = "unknown-test-arm"

  // MARK: Lint
  case missingSurprise = "missing-surprise"
  case neverTrue = "never-true"
  case alwaysTrue = "always-true"
  case unreachableThreshold = "unreachable-threshold"
  case unusedDefinition = "unused-definition"
  case duplicateDefinition = "duplicate-definition"
  case overlappingSegment = "overlapping-segment"
  case duplicateRule = "duplicate-rule"
  case unnamedRule = "unnamed-rule"
  case hiddenRule = "hidden-rule"
  case contestedField = "contested-field"
  case ruleLoop = "rule-loop"
  case restlessUpkeep = "restless-upkeep"
  case sequenceWithoutExit = "sequence-without-exit"
  case neverEnrolled = "never-enrolled"
  case implicitConsent = "implicit-consent"
  case testWithoutExpectation = "test-without-expectation"

  // MARK: Style
}

extension DiagnosticID {
  package enum Category: String, Hashable, Sendable, CaseIterable {
    case syntax, names, types, time, missingData, data, people, rules, policy, tests, lint, style
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
    case .rules: rulesTable
    case .policy: policyTable
    case .tests: testsTable
    case .lint: lintTable
    case .style: styleTable
    }
  }
}
