import ContactStore
package import BusinessTime

/// A workspace with made-up people and rules, to measure with; the same numbers give the same workspace.
package enum GeneratedWorkspace {
  package struct Size: Hashable, Sendable {
    package var contacts: Int
    package var rules: Int
    package var events: Int
    /// With any, the rule book has a recommendation.
    package var assets: Int

    package init(contacts: Int, rules: Int, events: Int, assets: Int = 0) {
      self.contacts = contacts
      self.rules = rules
      self.events = events
      self.assets = assets
    }
  }

  /// Writes the rule book and the data below the folder and imports them.
  ///
  /// - Returns: where rule book and database are.
  package static func make(
    _ size: Size, in folder: String, now: Instant, progress: (Double, String) -> Void
  ) throws -> Configuration {
    var configuration = Configuration()
    configuration.rules = "\(folder)/rules"
    configuration.database = "\(folder)/bench.sqlite"
    var random = SplitMix64(state: 7)
    progress(0, "making data")
    try Files.write(Array(ruleBook(size.rules, &random).utf8), to: "\(folder)/rules/book.abm")
    try Files.write(Array(contacts(size.contacts, now, &random).utf8), to: "\(folder)/contacts.csv")
    try Files.write(Array(events(size, now, &random).utf8), to: "\(folder)/page_view.csv")
    if size.assets > 0 { try writeAssets(size.assets, configuration, now, &random) }
    progress(0.2, "importing contacts")
    _ = try DataCommands.importFile(
      "\(folder)/contacts.csv", .contacts, eventType: nil, configuration: configuration,
      options: ImportOptions(isStrict: true), now: now, progress: { _ in })
    progress(0.6, "importing events")
    _ = try DataCommands.importFile(
      "\(folder)/page_view.csv", .events, eventType: "page_view", configuration: configuration,
      options: ImportOptions(isStrict: true), now: now, progress: { _ in })
    if size.assets > 0 {
      progress(0.8, "importing downloads")
      try importDownloads(size, configuration, in: folder, now: now, &random)
    }
    return configuration
  }

  static let personas = ["cfo", "vp_finance", "it_director", "other"]
  static let lifecycles = ["subscriber", "lead", "mql", "sql", "customer"]
  private static let titles = ["Head of Finance", "Finance Director", "Engineer", "IT Manager", "Analyst", "Founder"]

  private static let declarations = """
    contact {
      email text key  title text  country text  visits number  score_given number
      persona one of (\(personas.joined(separator: ", ")))
      lifecycle one of (\(lifecycles.joined(separator: " < ")))
      opted_out flag missing means no  created date
    }
    event page_view { path text  seconds number } worth 0.2

    """

  private static func ruleBook(_ rules: Int, _ random: inout SplitMix64) -> String {
    var book = declarations
    for rule in 0..<rules {
      let conditions = (0..<(2 + random.below(4))).map { _ in condition(&random) }.joined(separator: " and ")
      book += "rule rule_\(rule) { when \(conditions) then add to list \"List \(rule)\" }\n"
    }
    return book
  }

  private static func condition(_ random: inout SplitMix64) -> String {
    switch random.below(10) {
    case 0: "score_given > \(random.below(100))"
    case 1: "visits >= \(random.below(50))"
    case 2: "persona in (\(personas[random.below(3)]), other)"
    case 3: "lifecycle >= \(lifecycles[random.below(5)])"
    case 4: "country == \"Country \(random.below(40))\""
    case 5: "title contains \"\(["finance", "director", "manager"][random.below(3)])\""
    case 6: "not opted_out"
    case 7: "created >= 202\(random.below(6))-0\(1 + random.below(9))-01"
    case 8: "not (title is known and title starts with \"\(["head", "it"][random.below(2)])\")"
    default: "did page_view where path contains \"/p\(random.below(9))\" within \(1 + random.below(90)) days"
    }
  }

  private static func contacts(_ count: Int, _ now: Instant, _ random: inout SplitMix64) -> String {
    var text = "email,title,country,visits,score_given,persona,lifecycle,opted_out,created\n"
    for contact in 0..<count {
      let title = random.below(10) == 0 ? "" : "\(titles[random.below(6)]) \(random.below(400))"
      let country = random.below(20) == 0 ? "" : "Country \(random.below(40))"
      let score = random.below(8) == 0 ? "" : "\(random.below(1000) / 10)"
      text += "person\(contact)@company\(contact / 8).example,\(title),\(country),\(random.below(60)),\(score),"
      text += "\(personas[random.below(4)]),\(lifecycles[random.below(5)]),\(random.below(9) == 0 ? "yes" : "no"),"
      text += "202\(random.below(6))-\(10 + random.below(3))-\(10 + random.below(18))\n"
    }
    return text
  }

  private static func events(_ size: Size, _ now: Instant, _ random: inout SplitMix64) -> String {
    var text = "contact,at,path,seconds\n"
    for _ in 0..<(size.contacts > 0 ? size.events : 0) {
      let contact = random.below(size.contacts)
      let at = Instant(milliseconds: now.milliseconds - Int64(random.below(180 * 86_400)) * 1000)
      text += "person\(contact)@company\(contact / 8).example,\(at.description),/p\(random.below(12))/x,"
      text += "\(random.below(300))\n"
    }
    return text
  }
}
