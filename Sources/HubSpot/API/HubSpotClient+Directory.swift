import RuleDiagnostics

/// A person who looks after records.
package struct HubSpotOwner: Hashable, Sendable {
  package var id: String
  package var email: String
  package var isArchived: Bool
}

/// The account that a token belongs to.
package struct AccountDetails: Hashable, Sendable {
  package var portalID: String
  package var timeZone: String?
  package var kind: String?
}

extension HubSpotClient {
  /// Everybody, also those who have left.
  package func owners() async throws(HubSpotError) -> [HubSpotOwner] {
    var owners: [HubSpotOwner] = []
    for isArchived in [false, true] {
      var after: String?
      repeat {
        var query = [("limit", "100"), ("archived", isArchived ? "true" : "false")]
        if let after { query.append(("after", after)) }
        let page = try await call(.get(.owners, query: query))
        for owner in page["results"]?.list ?? [] {
          guard let id = owner["id"]?.string, let email = owner["email"]?.string else { continue }
          owners.append(HubSpotOwner(id: id, email: email, isArchived: isArchived))
        }
        let next = page["paging"]?["next"]?["after"]?.string
        guard next != after else { break }
        after = next
      } while after != nil
    }
    return owners
  }

  package func properties(of object: CRMObject) async throws(HubSpotError) -> [PropertyDefinition] {
    let reply = try await call(.get(.properties(object)))
    return (reply["results"]?.list ?? []).compactMap { PropertyDefinition($0) }
  }

  /// Makes a property. One of that name counts as made; whether it is alike is for the caller to compare.
  package func create(_ property: PropertyDefinition, of object: CRMObject) async throws(HubSpotError) {
    var body = property.json
    if case .record(var members) = body {
      members.append(.init("groupName", .text(HubSpotClient.group(of: object))))
      body = .record(members)
    }
    do throws(HubSpotError) {
      _ = try await call(APICall(.post, .properties(object), body: body, isRepeatable: true))
    } catch {
      if case .conflict = error { return }
      throw error
    }
  }

  /// The group of properties that each kind of record comes with.
  private static func group(of object: CRMObject) -> String {
    switch object {
    case .contacts: "contactinformation"
    case .companies: "companyinformation"
    case .deals: "dealinformation"
    case .tasks: "task"
    case .notes: "note"
    case .meetings: "meeting"
    case .calls: "call"
    case .emails: "email"
    }
  }

  package func account() async throws(HubSpotError) -> AccountDetails {
    let reply = try await call(.get(.account))
    guard let id = reply["portalId"]?.string else {
      throw .malformedReply(endpoint: "account", reason: "it has no `portalId`")
    }
    return AccountDetails(
      portalID: id, timeZone: reply["timeZone"]?.string,
      kind: reply["accountType"]?.string)
  }

  /// The number of the account that the token leads to; HubSpot is asked once.
  package func accountID() async throws(HubSpotError) -> String {
    if let knownAccount { return knownAccount }
    let id = try await account().portalID
    knownAccount = id
    return id
  }

  /// After a HubSpot that did not answer, asks it something that changes nothing; otherwise nothing is asked.
  package func requireAnswer() async throws(HubSpotError) {
    if isResting { _ = try await account() }
  }

  /// `nil` where there is no list of that name.
  func list(named name: String, of object: CRMObject) async throws(HubSpotError) -> Directory.ListFacts? {
    do throws(HubSpotError) {
      let reply = try await call(.get(.list(object, name: name)))
      let list = reply["list"] ?? reply
      guard let id = list["listId"]?.string else { return nil }
      return Directory.ListFacts(id: id, processing: list["processingType"]?.string ?? "MANUAL")
    } catch {
      if case .notFound = error { return nil }
      throw error
    }
  }

  /// Whether a list of that name is there and can be changed by hand; `nil` where there is none.
  package func isManualList(_ name: String, of object: CRMObject) async throws(HubSpotError) -> Bool? {
    try await list(named: name, of: object).map { $0.processing != "DYNAMIC" }
  }

  /// Makes a list that is changed by hand.
  package func createList(_ name: String, of object: CRMObject) async throws(HubSpotError) {
    let body = JSONValue.members([
      ("name", .text(name)), ("objectTypeId", .text(object.typeID)), ("processingType", .text("MANUAL")),
    ])
    do throws(HubSpotError) {
      _ = try await call(APICall(.post, .lists, body: body, isRepeatable: true))
    } catch {
      if case .conflict = error { return }
      throw error
    }
  }
}

extension HubSpotClient {
  /// The scopes of the token; `nil` where HubSpot does not say, as for tokens of a kind that it cannot be asked about.
  package func scopes() async throws(HubSpotError) -> Set<String>? {
    do throws(HubSpotError) {
      let reply = try await tokenInformation()
      guard let scopes = reply["scopes"]?.list ?? reply["scope"]?.list else { return nil }
      return Set(scopes.compactMap(\.string))
    } catch {
      switch error {
      case .notFound, .refused, .conflict, .forbidden: return nil
      case .unauthorized, .limited, .unavailable, .unknownOutcome, .malformedReply, .credentials: throw error
      }
    }
  }
}
