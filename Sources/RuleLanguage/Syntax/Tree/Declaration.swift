package import RuleDiagnostics

/// One top-level declaration of a file.
package enum Declaration: Sendable {
  case record(RecordDeclaration)
  case event(EventDeclaration)
  case asset(AssetDeclaration)
  case assetFile(AssetFileDeclaration)
  case team(TeamDeclaration)
  case define(DefineDeclaration)
  case score(ScoreDeclaration)
  case journey(JourneyDeclaration)
  case segment(SegmentDeclaration)
  case rule(RuleDeclaration)
  case recommendation(RecommendationDeclaration)
  case sequence(SequenceDeclaration)
  case policy(PolicyDeclaration)
  case experiment(ExperimentDeclaration)
  case test(TestDeclaration)
  case malformed(MalformedDeclaration)
}

/// A declaration that could not be read far enough to be of use. Its name, when there is one, still counts as declared,
/// so that its uses are not reported as well.
package struct MalformedDeclaration: Sendable {
  /// The word that it starts with, such as `rule`; `nil` for text that starts no declaration.
  package var keyword: String?
  package var name: Name?
  package var range: SourceRange

  package init(keyword: String?, name: Name?, range: SourceRange) {
    self.keyword = keyword
    self.name = name
    self.range = range
  }
}

/// `NAME [was NAME] [for account] ["Title"]`, what most declarations start with.
package struct Head: Sendable {
  package var name: Name
  package var formerName: Name?
  package var isForAccount: Bool
  package var title: PlainText?

  package init(name: Name, formerName: Name? = nil, isForAccount: Bool = false, title: PlainText? = nil) {
    self.name = name
    self.formerName = formerName
    self.isForAccount = isForAccount
    self.title = title
  }
}

/// `sync to hubspot property P` or `sync to hubspot list L`
package struct SyncClause: Sendable {
  package enum Target: Sendable { case property, list }
  package var target: Target
  package var name: OutsideName
  package var range: SourceRange

  package init(target: Target, name: OutsideName, range: SourceRange) {
    self.target = target
    self.name = name
    self.range = range
  }
}

// MARK: - Data

/// `contact { … }`, `account { … }`, `deal { … }`, `asset { … }`
package struct RecordDeclaration: Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable { case contact, account, deal, asset }
  package var kind: Kind
  package var fields: [FieldDeclaration]
  package var keywordRange: SourceRange
  package var range: SourceRange

  package init(kind: Kind, fields: [FieldDeclaration], keywordRange: SourceRange, range: SourceRange) {
    self.kind = kind
    self.fields = fields
    self.keywordRange = keywordRange
    self.range = range
  }
}

package struct EventDeclaration: Sendable {
  package var name: Name
  package var isForAccount: Bool
  package var fields: [FieldDeclaration]
  package var worth: NumberLiteral?
  package var range: SourceRange

  package init(name: Name, isForAccount: Bool, fields: [FieldDeclaration], worth: NumberLiteral?, range: SourceRange) {
    self.name = name
    self.isForAccount = isForAccount
    self.fields = fields
    self.worth = worth
    self.range = range
  }
}

package struct FieldDeclaration: Sendable {
  package var name: Name
  package var type: TypeSyntax
  package var modifiers: [Modifier]
  package var range: SourceRange

  package init(name: Name, type: TypeSyntax, modifiers: [Modifier], range: SourceRange) {
    self.name = name
    self.type = type
    self.modifiers = modifiers
    self.range = range
  }

  package struct Modifier: Sendable {
    package enum Kind: Sendable {
      case key
      case fromHubSpot(OutsideName)
      case fromColumn(PlainText)
      case missingWhen([PlainText])
      case missingMeans(Literal)
    }
    package var kind: Kind
    package var range: SourceRange

    package init(_ kind: Kind, _ range: SourceRange) {
      self.kind = kind
      self.range = range
    }
  }
}

package struct TypeSyntax: Sendable {
  package indirect enum Kind: Sendable {
    case text, number, flag, date, time, asset
    case choices([Choice], isOrdered: Bool)
    /// `one of x`: the values of field or journey `x`.
    case oneOf(Name)
    case listOf(TypeSyntax)
    /// `list of x`: of the values of field or journey `x`.
    case listOfValues(Name)
    /// A type that does not exist; it was reported.
    case malformed
  }
  package var kind: Kind
  package var range: SourceRange

  package init(_ kind: Kind, _ range: SourceRange) {
    self.kind = kind
    self.range = range
  }
}

package struct Choice: Sendable {
  package var name: Name
  /// How the source spells it.
  package var spelling: PlainText?

  package init(name: Name, spelling: PlainText?) {
    self.name = name
    self.spelling = spelling
  }
}

/// A value in a record: an expression of kind number (with its sign), percent, text without interpolation, date,
/// dateTime, clockTime, flag, or a path of one name.
package typealias Literal = Expression

/// `{ type "guide"  persona (cfo, vp_finance) }`
package struct RecordValue: Sendable {
  package var name: Name
  package var values: [Literal]
  /// Whether the values stand in parentheses.
  package var isList: Bool
  package var range: SourceRange

  package init(name: Name, values: [Literal], isList: Bool, range: SourceRange) {
    self.name = name
    self.values = values
    self.isList = isList
    self.range = range
  }
}

package struct AssetDeclaration: Sendable {
  package var name: Name
  package var formerName: Name?
  package var title: PlainText?
  package var values: [RecordValue]
  package var range: SourceRange

  package init(name: Name, formerName: Name?, title: PlainText?, values: [RecordValue], range: SourceRange) {
    self.name = name
    self.formerName = formerName
    self.title = title
    self.values = values
    self.range = range
  }
}

/// `assets from "assets.csv"`; the path is relative to the rule book's folder.
package struct AssetFileDeclaration: Sendable {
  package var path: PlainText
  package var range: SourceRange

  package init(path: PlainText, range: SourceRange) {
    self.path = path
    self.range = range
  }
}

package struct TeamDeclaration: Sendable {
  package var name: Name
  package var members: [PlainText]
  package var fallback: PlainText?
  package var range: SourceRange

  package init(name: Name, members: [PlainText], fallback: PlainText?, range: SourceRange) {
    self.name = name
    self.members = members
    self.fallback = fallback
    self.range = range
  }
}

// MARK: - Derived values

package struct DefineDeclaration: Sendable {
  package var head: Head
  package var choices: TypeSyntax?
  package var value: Expression
  package var sync: SyncClause?
  package var range: SourceRange

  package init(head: Head, choices: TypeSyntax?, value: Expression, sync: SyncClause?, range: SourceRange) {
    self.head = head
    self.choices = choices
    self.value = value
    self.sync = sync
    self.range = range
  }
}

package struct FactorSyntax: Sendable {
  package var name: Name
  /// 0.2 for `20%`.
  package var weight: NumberLiteral
  package var value: Expression
  package var range: SourceRange

  package init(name: Name, weight: NumberLiteral, value: Expression, range: SourceRange) {
    self.name = name
    self.weight = weight
    self.value = value
    self.range = range
  }
}

package struct ScoreDeclaration: Sendable {
  package var head: Head
  package var items: [Item]
  package var sync: SyncClause?
  package var range: SourceRange

  package init(head: Head, items: [Item], sync: SyncClause?, range: SourceRange) {
    self.head = head
    self.items = items
    self.sync = sync
    self.range = range
  }

  package enum Item: Sendable {
    case factor(FactorSyntax)
    case points(Points)
    case limit(NumberLiteral, NumberLiteral, SourceRange)
  }

  /// `add 25 when …`, `add 5 per page_view …, up to 20`
  package struct Points: Sendable {
    package var isSubtracted: Bool
    package var amount: NumberLiteral
    package var basis: Basis
    package var range: SourceRange

    package init(isSubtracted: Bool, amount: NumberLiteral, basis: Basis, range: SourceRange) {
      self.isSubtracted = isSubtracted
      self.amount = amount
      self.basis = basis
      self.range = range
    }
  }

  package enum Basis: Sendable {
    case when(Expression)
    case per(PerEvent)
  }

  package struct PerEvent: Sendable {
    package var event: Name
    package var filter: Expression?
    package var window: Expression.Window?
    package var atMostOncePer: Expression.Duration?
    package var halfLife: Expression.Duration?
    package var upTo: NumberLiteral?
    package var range: SourceRange

    package init(
      event: Name, filter: Expression?, window: Expression.Window?, atMostOncePer: Expression.Duration?,
      halfLife: Expression.Duration?, upTo: NumberLiteral?, range: SourceRange
    ) {
      self.event = event
      self.filter = filter
      self.window = window
      self.atMostOncePer = atMostOncePer
      self.halfLife = halfLife
      self.upTo = upTo
      self.range = range
    }
  }
}

package struct JourneyDeclaration: Sendable {
  package var head: Head
  package var items: [Item]
  package var sync: SyncClause?
  package var range: SourceRange

  package init(head: Head, items: [Item], sync: SyncClause?, range: SourceRange) {
    self.head = head
    self.items = items
    self.sync = sync
    self.range = range
  }

  package enum Item: Sendable {
    case stage(Name, Expression?, SourceRange)
    case movesBack(Expression, SourceRange)
    case neverMovesBack(SourceRange)
  }
}

package struct SegmentDeclaration: Sendable {
  package var head: Head
  package var condition: Expression
  package var until: Expression?
  package var sync: SyncClause?
  package var range: SourceRange

  package init(head: Head, condition: Expression, until: Expression?, sync: SyncClause?, range: SourceRange) {
    self.head = head
    self.condition = condition
    self.until = until
    self.sync = sync
    self.range = range
  }
}
