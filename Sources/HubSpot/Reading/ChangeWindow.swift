package import BusinessTime

/// The scheme by which what has changed is read without missing or repeating for ever.
///
/// A window of time `[from, to)` is fixed before reading begins. Within it records go by their id, each search asking for
/// ids above the last one seen and never for a page number: HubSpot answers at most 10,000 records for one search, and
/// more than that may have one and the same time after a bulk update. Where the window ends, the next one begins, a
/// little earlier: the search index lags behind.
package enum ChangeWindow {
  /// What has changed just now may not be found yet.
  package static let margin: Int64 = 15_000
  /// As old as a search may find a record, at most.
  package static let indexLag: Int64 = 60_000
  /// How much of the last window is read again.
  package static let overlap: Int64 = 120_000

  /// The window after one that ended at `last`; `nil` while it would be empty.
  ///
  /// - Parameter now: by HubSpot's clock, which the times of its records are by.
  package static func next(after last: Instant, now: Instant) -> (from: Instant, to: Instant)? {
    let to = now.adding(milliseconds: -margin)
    if to > last { return (last.adding(milliseconds: -overlap), to) }
    // The window before ended in the future of a clock that was wrong: waiting for that time to come would miss what
    // changes until then.
    let isFarBehind = to < last.adding(milliseconds: -overlap)
    return isFarBehind ? (to.adding(milliseconds: -overlap), to) : nil
  }

  /// The filters of one search.
  package static func filters(
    _ object: CRMObject, from: Instant, to: Instant, after id: String?
  ) -> [SearchFilter] {
    var filters = [
      SearchFilter(object.modifiedProperty, .atLeast, "\(from.milliseconds)"),
      SearchFilter(object.modifiedProperty, .below, "\(to.milliseconds)"),
    ]
    if let id { filters.append(SearchFilter("hs_object_id", .above, id)) }
    return filters
  }
}
