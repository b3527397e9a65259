import ContactStore
import HubSpot

/// Keeps what is known of one account of HubSpot's away from another, where the same ids are other people.
enum AccountCheck {
  /// Throws `WrongAccount` when the token leads to another account than the one that the database belongs to.
  ///
  /// - Parameter isKept: whether the database belongs to the account from now on, if it does to none.
  static func require(_ store: Store, _ client: HubSpotClient, isKept: Bool = true) async throws {
    let asked = try await client.accountID()
    if let known = try store.hubSpotAccount() {
      guard known == asked else { throw WrongAccount(database: store.path, known: known, asked: asked) }
    } else if isKept {
      try store.keepHubSpotAccount(asked)
    }
  }
}

/// The token leads to another account than before.
package struct WrongAccount: Error, Hashable, CustomStringConvertible {
  package let database: String
  package let known: String
  package let asked: String

  package var description: String {
    "\(database) belongs to HubSpot's account \(known), and the token leads to account \(asked);"
      + " use a token of \(known), or begin another database with --db"
  }
}
