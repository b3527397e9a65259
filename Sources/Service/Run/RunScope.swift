import RuleDiagnostics

/// Whom a run was about, where it was not about everybody: the `_id`s of records, with whom their accounts and all people
/// of these were decided about.
package struct RunScope: Hashable, Sendable, Codable {
  package var contacts: [Int64]
  package var accounts: [Int64]

  package init(contacts: [Int64] = [], accounts: [Int64] = []) {
    self.contacts = contacts
    self.accounts = accounts
  }

  var json: JSONValue {
    func list(_ ids: [Int64]) -> JSONValue { .list(ids.map { .integer(Int($0)) }) }
    return .members([("contacts", list(contacts)), ("accounts", list(accounts))])
  }
}
