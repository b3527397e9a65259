import RuleDiagnostics
import RuleSemantics

// Which record of HubSpot an action is about.
extension ActionExecutor {
  /// Finds the records of actions that are not known yet, and makes those that are not there: contacts by their email
  /// address, companies by a property of ours, since HubSpot lets several companies have one domain.
  ///
  /// - Returns: HubSpot's id, or why there is none, by the id of the action.
  func resolve(_ actions: [OutboundAction]) async -> [Int64: Resolution] {
    var found: [Int64: Resolution] = [:]
    for action in actions {
      if let id = action.hubspotID { found[action.id] = .known(id) }
    }
    let open = actions.filter { found[$0.id] == nil }
    let keys = Set(open.map { $0.key.lowercased() }).sorted()
    guard let subject = open.first?.subject else { return found }
    var byKey: [String: Resolution] = [:]
    switch subject {
    case .contact:
      for start in stride(from: 0, to: keys.count, by: HubSpotClient.batchSize) {
        let chunk = Array(keys[start..<min(start + HubSpotClient.batchSize, keys.count)])
        byKey.merge(await contacts(chunk)) { $1 }
      }
    case .account:
      for key in keys { byKey[key] = await company(key) }
    }
    for action in open {
      found[action.id] = byKey[action.key.lowercased()] ?? .without(.failed("HubSpot has no record of `\(action.key)`"))
    }
    return found
  }

  enum Resolution {
    case known(String)
    /// Learnt just now; to be remembered.
    case learnt(String)
    case without(ActionResult)

    var id: String? {
      switch self {
      case .known(let id), .learnt(let id): id
      case .without: nil
      }
    }
  }

  private func contacts(_ addresses: [String]) async -> [String: Resolution] {
    var found: [String: Resolution] = [:]
    do throws(HubSpotError) {
      for record in try await client.read(.contacts, addresses, properties: ["email"], idProperty: "email") {
        if let email = record.properties["email"]?.lowercased() { found[email] = .learnt(record.id) }
      }
      let missing = addresses.filter { found[$0] == nil }
      let rows = try await client.upsert(
        .contacts, by: "email", missing.map { RecordInput(id: $0, properties: ["email": $0]) })
      for (address, row) in zip(missing, rows) {
        switch row {
        case .written(let record): found[address] = .learnt(record.id)
        case .problem(let problem): found[address] = .without(ActionResult(problem))
        case .unmentioned:
          found[address] = .without(.again("HubSpot said nothing of `\(address)`", after: .seconds(10)))
        }
      }
    } catch {
      for address in addresses where found[address] == nil { found[address] = .without(ActionResult(error)) }
    }
    return found
  }

  private func company(_ domain: String) async -> Resolution {
    do throws(HubSpotError) {
      let matches = try await client.search(
        .companies, filters: [SearchFilter("domain", .equals, domain)], properties: ["domain"], limit: 2)
      if matches.count == 1 { return .learnt(matches[0].id) }
      if matches.count > 1 {
        return .without(.failed("HubSpot has several companies with the domain `\(domain)`; merge them"))
      }
      guard try await directory.hasKey(.companies) else {
        return .without(
          .failed(
            "HubSpot has no company with the domain `\(domain)`; sync, or run `abm-rules hubspot doctor --create`"))
      }
      let rows = try await client.upsert(
        .companies, by: PropertyDefinition.keyName,
        [RecordInput(id: domain, properties: ["domain": domain, PropertyDefinition.keyName: domain])])
      switch rows[0] {
      case .written(let record): return .learnt(record.id)
      case .problem(let problem): return .without(ActionResult(problem))
      case .unmentioned: return .without(.again("HubSpot said nothing of `\(domain)`", after: .seconds(10)))
      }
    } catch {
      return .without(ActionResult(error))
    }
  }

  /// The record that an id stands for now: of one that was merged, the survivor. `nil` where there is none.
  func survivor(of id: String, _ object: CRMObject) async throws(HubSpotError) -> String? {
    do throws(HubSpotError) {
      return try await client.call(.get(.record(object, id: id)))["id"]?.string
    } catch {
      if case .notFound = error { return nil }
      throw error
    }
  }
}
