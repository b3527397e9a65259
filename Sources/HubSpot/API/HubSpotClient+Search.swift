import RuleDiagnostics

/// A condition of a search.
package struct SearchFilter: Hashable, Sendable {
  package enum Operator: String, Hashable, Sendable {
    case equals = "EQ"
    case atLeast = "GTE"
    case below = "LT"
    case above = "GT"
  }

  package var property: String
  package var comparison: Operator
  package var value: String

  package init(_ property: String, _ comparison: Operator, _ value: String) {
    self.property = property
    self.comparison = comparison
    self.value = value
  }
}

extension HubSpotClient {
  /// The most records that a search answers at a time.
  package static let searchPage = 200

  /// Records that meet all filters, in the order of their ids. HubSpot finds at most 10,000 for one search, and its index
  /// lags behind by some seconds.
  package func search(
    _ object: CRMObject, filters: [SearchFilter], properties: [String], limit: Int = HubSpotClient.searchPage
  ) async throws(HubSpotError) -> [HubSpotRecord] {
    let body = JSONValue.members([
      (
        "filterGroups",
        .list([
          .members([
            (
              "filters",
              .list(
                filters.map { filter in
                  .members([
                    ("propertyName", .text(filter.property)), ("operator", .text(filter.comparison.rawValue)),
                    ("value", .text(filter.value)),
                  ])
                })
            )
          ])
        ])
      ),
      ("properties", .list(properties.map(JSONValue.text))), ("limit", .integer(limit)), ("after", .text("0")),
      ("sorts", .list([.text("hs_object_id")])),
    ])
    let reply = try await call(.read(.search(object), body))
    return (reply["results"]?.list ?? []).compactMap { HubSpotRecord($0) }
  }

  /// A page of all records, by HubSpot's own cursor.
  ///
  /// - Returns: the records, and the cursor of the next page; `nil` on the last.
  package func list(
    _ object: CRMObject, properties: [String], after: String?, isArchived: Bool = false
  ) async throws(HubSpotError) -> (records: [HubSpotRecord], next: String?) {
    var query = [("limit", "\(HubSpotClient.batchSize)"), ("archived", isArchived ? "true" : "false")]
    if !properties.isEmpty { query.append(("properties", properties.joined(separator: ","))) }
    if let after { query.append(("after", after)) }
    let reply = try await call(.get(.records(object), query: query))
    return (
      (reply["results"]?.list ?? []).compactMap { HubSpotRecord($0) }, reply["paging"]?["next"]?["after"]?.string
    )
  }
}
