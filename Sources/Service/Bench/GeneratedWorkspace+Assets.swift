import BusinessTime
import ContactStore

extension GeneratedWorkspace {
  /// What the rule book says of assets, and a recommendation with a factor of every kind.
  static let recommendation = """
    event content_download { asset asset } worth 0.7
    event meeting_booked worth 0.9
    asset {
      language text  persona list of persona  stage one of lifecycle  topics list of text  published date  expires date
    }
    assets from "assets.csv"
    recommendation next_best {
      from asset where language == contact.country and (expires is unknown or expires >= today)
        and not (did content_download where asset == candidate within 90 days)
      factor stage_fit   30% = closeness(candidate.stage, lifecycle)
      factor persona_fit 25% = if persona in candidate.persona then 1 else 0
      factor interest    20% = affinity(candidate.topics, half life 30 days)
      factor proven      15% = rate(meeting_booked within 14 days after content_download, prior 5)
      factor fresh       10% = freshness(candidate.published, half life 180 days)
      pick best 3 scoring at least 20%
    }

    """

  static func writeAssets(
    _ count: Int, _ configuration: Configuration, _ now: Instant, _ random: inout SplitMix64
  ) throws {
    try Files.write(Array(recommendation.utf8), to: "\(configuration.rules)/assets.abm")
    try Files.write(Array(assets(count, now, &random).utf8), to: "\(configuration.rules)/assets.csv")
  }

  /// Who downloaded assets and booked meetings afterwards: two downloads for each contact, and a meeting for every
  /// second.
  static func importDownloads(
    _ size: Size, _ configuration: Configuration, in folder: String, now: Instant, _ random: inout SplitMix64
  ) throws {
    var downloads = "contact,at,asset\n"
    var meetings = "contact,at\n"
    for _ in 0..<2 * size.contacts {
      let contact = random.below(size.contacts)
      let key = "person\(contact)@company\(contact / 8).example"
      let at = now.adding(milliseconds: -Int64(random.below(180 * 86_400)) * 1000)
      // Some are asked for much more than others.
      let asset = random.below(1 + random.below(size.assets))
      downloads += "\(key),\(at.description),asset_\(asset)\n"
      guard random.below(4) == 0 else { continue }
      meetings += "\(key),\(at.adding(milliseconds: Int64(random.below(20 * 86_400)) * 1000).description)\n"
    }
    for (type, text) in [("content_download", downloads), ("meeting_booked", meetings)] {
      try Files.write(Array(text.utf8), to: "\(folder)/\(type).csv")
      _ = try DataCommands.importFile(
        "\(folder)/\(type).csv", .events, eventType: type, configuration: configuration,
        options: ImportOptions(isStrict: true), now: now, progress: { _ in })
    }
  }

  private static func assets(_ count: Int, _ now: Instant, _ random: inout SplitMix64) -> String {
    var text = "name,language,persona,stage,topics,published,expires\n"
    for asset in 0..<count {
      let published = now.adding(milliseconds: -Int64(random.below(800)) * 86_400_000).description.prefix(10)
      let expires = random.below(3) == 0 ? "\(2020 + random.below(20))-06-30" : ""
      // Half of them fit everybody's language, so that much is left to weigh.
      let language = "Country \(random.below(2) == 0 ? random.below(40) : 0)"
      text += "asset_\(asset),\(language),\(personas[random.below(4)]);\(personas[random.below(4)]),"
      text += "\(lifecycles[random.below(5)]),topic \(random.below(30));topic \(random.below(30)),"
      text += "\(published),\(expires)\n"
    }
    return text
  }
}
