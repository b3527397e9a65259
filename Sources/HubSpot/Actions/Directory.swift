/// What rarely changes in an account and is asked for by many actions: owners by their address, lists by their name,
/// which properties there are. The actor owns these memories.
actor Directory {
  private let client: HubSpotClient
  private var owners: [String: String] = [:]
  private var hasOwners = false
  private var lists: [ListKey: ListFacts] = [:]
  private var keyed: [CRMObject: Bool] = [:]

  private struct ListKey: Hashable {
    var object: CRMObject
    var name: String
  }

  struct ListFacts: Hashable, Sendable {
    var id: String
    /// `MANUAL`, `SNAPSHOT` or `DYNAMIC`.
    var processing: String
  }

  init(client: HubSpotClient) {
    self.client = client
  }

  /// The id of the owner with that address; `nil` where there is none.
  func owner(_ address: String) async throws(HubSpotError) -> String? {
    let address = address.lowercased()
    if hasOwners, let known = owners[address] { return known }
    // One who came since is looked for once more.
    for owner in try await client.owners() where !owner.isArchived { owners[owner.email.lowercased()] = owner.id }
    hasOwners = true
    return owners[address]
  }

  /// `nil` where there is no list of that name.
  func list(_ name: String, of object: CRMObject) async throws(HubSpotError) -> ListFacts? {
    let key = ListKey(object: object, name: name)
    if let known = lists[key] { return known }
    let found = try await client.list(named: name, of: object)
    lists[key] = found
    return found
  }

  /// Forgets a list that is not what it was taken for.
  func forgetList(_ name: String, of object: CRMObject) {
    lists[ListKey(object: object, name: name)] = nil
  }

  /// Whether records of the kind can be named by `abm_rules_key`, so that making one twice makes one.
  func hasKey(_ object: CRMObject) async throws(HubSpotError) -> Bool {
    if let known = keyed[object] { return known }
    let properties = try await client.properties(of: object)
    let isThere = properties.contains { $0.name == PropertyDefinition.keyName && $0.isUnique }
    keyed[object] = isThere
    return isThere
  }
}
