/// Names that already mean something wherever an expression stands; no declaration may take them.
enum ReservedNames {
  /// For fields, defines, scores, journeys and segments.
  static let fields: Set<String> = ["now", "today", "contact", "account", "event", "candidate"]
  /// Events have their own: when they happened, and what they are worth.
  static let eventFields: Set<String> = fields.union(["at", "worth"])
  /// An asset's name is no field of its own.
  static let assetFields: Set<String> = fields.union(["name"])
  static let events: Set<String> = [
    "interaction", "message", "contacts", "colleagues", "deals", "contact", "account", "event",
  ]
}
