package import BusinessTime
package import RuleSemantics

/// Which assets contacts were recommended, as far back as a recommendation asks.
package struct RecommendationHistory: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    package var asset: AssetID
    package var at: Instant
    /// Whether a person is asked first, and has not agreed yet.
    package var isAsked: Bool

    package init(asset: AssetID, at: Instant, isAsked: Bool = false) {
      self.asset = asset
      self.at = at
      self.isAsked = isAsked
    }
  }

  /// By row of contacts; in any order.
  private var entries: [Int32: [Entry]] = [:]

  package init() {}

  package subscript(contact: Int32) -> [Entry] { entries[contact] ?? [] }

  package mutating func add(_ entry: Entry, to contact: Int32) {
    entries[contact, default: []].append(entry)
  }

  /// What a person was asked about is done, or nobody gets to see it and it counts for nothing.
  mutating func settle(_ assets: Set<AssetID>, of contact: Int32, isUsed: Bool) {
    guard var all = entries[contact] else { return }
    if isUsed {
      for index in all.indices where all[index].isAsked && assets.contains(all[index].asset) {
        all[index].isAsked = false
      }
    } else {
      all.removeAll { $0.isAsked && assets.contains($0.asset) }
    }
    entries[contact] = all
  }

  /// Rows move when a contact comes between others.
  mutating func moveRows(_ moved: (Int32) -> Int32) {
    entries = Dictionary(uniqueKeysWithValues: entries.map { (moved($0.key), $0.value) })
  }
}

extension StateChanges {
  /// An asset that a recommendation found, and why: kept with each recommendation and each message made of one.
  package struct RecommendedAsset: Hashable, Sendable {
    package enum Use: String, Hashable, Sendable, CaseIterable {
      case sent
      case recommended
      /// A person is asked first.
      case forApproval = "for approval"
    }

    /// The rule or sequence.
    package var rule: String
    package var recommendation: String
    package var contact: Int32
    /// The time of the run.
    package var at: Instant
    /// 1 for the best of those that were found together.
    package var rank: Int
    package var asset: AssetID
    /// 0…1.
    package var score: Double
    /// One for each factor of the recommendation; `nil` is missing.
    package var factors: [Double?]
    package var use: Use

    package init(
      rule: String, recommendation: String, contact: Int32, at: Instant, rank: Int, asset: AssetID,
      score: Double, factors: [Double?], use: Use
    ) {
      self.rule = rule
      self.recommendation = recommendation
      self.contact = contact
      self.at = at
      self.rank = rank
      self.asset = asset
      self.score = score
      self.factors = factors
      self.use = use
    }
  }
}
