import GRDB

// Ids of HubSpot's records mean something in one account only.
extension Store {
  /// The account of HubSpot that the database belongs to; `nil` before one was asked for the first time.
  package func hubSpotAccount() throws(StoreError) -> String? {
    try read { database in try String.fetchOne(database, sql: "SELECT account FROM hubspot_account") }
  }

  /// Has the database belong to an account, unless it belongs to one.
  package func keepHubSpotAccount(_ account: String) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: "INSERT OR IGNORE INTO hubspot_account (id, account) VALUES (1, ?)", arguments: [account])
    }
  }
}
