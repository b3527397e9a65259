import RuleDiagnostics
import RuleSemantics

// Making tasks and notes, which HubSpot knows no repetition of. The entry in the outbox, which is on the disk before
// anything is asked, is the record of the intent; each activity carries the reference of its action. Where an attempt's
// outcome is not known, the record's activities are read back before another is made.
extension ActionExecutor {
  /// The longest text that HubSpot keeps in a body, with room for the reference.
  private static let longestBody = 65_000

  func create(
    _ kind: CRMObject, body: (property: String, text: String), _ action: OutboundAction, _ ids: inout [Int64: String],
    properties make: () async -> Result<[String: String], Unfit>
  ) async -> ActionResult {
    let record: String
    switch await resolve([action])[action.id] {
    case .known(let id): record = id
    case .learnt(let id):
      record = id
      ids[action.id] = id
    case .without(let result): return result
    case nil: return .failed("HubSpot has no record of `\(action.key)`")
    }
    do throws(HubSpotError) {
      let hasKey = try await directory.hasKey(kind)
      if action.doubtfulSince != nil, let known = try await find(kind, body.property, action, record, hasKey) {
        return .done(note: "found when read back", remote: known)
      }
      // What is there already needs none of these any more.
      var properties: [String: String]
      switch await make() {
      case .success(let made): properties = made
      case .failure(let unfit): return unfit.result
      }
      let text = String(body.text.prefix(Self.longestBody))
      if hasKey {
        properties[PropertyDefinition.keyName] = action.reference
        properties[body.property] = text
      } else {
        properties[body.property] = text.isEmpty ? Self.marker(action) : "\(text)<br>\(Self.marker(action))"
      }
      guard let type = kind.associationType(to: action.object) else {
        return .failed("a record of \(action.object.rawValue) takes no \(kind.rawValue)")
      }
      let reply = try await client.call(
        APICall(
          .post, .records(kind), body: Self.body(properties, record, type), isRepeatable: false))
      guard let id = reply["id"]?.string else { return .unknown("HubSpot's answer names no record") }
      return .done(note: nil, remote: id)
    } catch {
      // With a key of ours there cannot be two: it is there from an earlier attempt.
      if case .conflict(let problem) = error, action.doubtfulSince != nil {
        return .done(note: "it was there already: \(problem.message)", remote: nil)
      }
      return ActionResult(error)
    }
  }

  private static func marker(_ action: OutboundAction) -> String {
    "abm-rules ref \(action.reference)"
  }

  private static func body(_ properties: [String: String], _ record: String, _ associationType: Int) -> JSONValue {
    .members([
      ("properties", .record(properties.sorted { $0.key < $1.key }.map { .init($0.key, .text($0.value)) })),
      (
        "associations",
        .list([
          .members([
            ("to", .members([("id", .text(record))])),
            (
              "types",
              .list([
                .members([
                  ("associationCategory", .text("HUBSPOT_DEFINED")), ("associationTypeId", .integer(associationType)),
                ])
              ])
            ),
          ])
        ])
      ),
    ])
  }

  /// The activity that an earlier attempt made; `nil` where there is none.
  private func find(
    _ kind: CRMObject, _ property: String, _ action: OutboundAction, _ record: String, _ hasKey: Bool
  ) async throws(HubSpotError) -> String? {
    if hasKey,
      let known = try await client.read(
        kind, [action.reference], properties: [PropertyDefinition.keyName], idProperty: PropertyDefinition.keyName
      ).first?.id
    {
      return known
    }
    // The attempt may be older than the property.
    let activities = try await client.associated(action.object, [record], with: kind).values.flatMap { $0 }
    let marker = Self.marker(action)
    return try await client.read(kind, activities.sorted(), properties: [property])
      .first { $0.properties[property]?.contains(marker) == true }?.id
  }
}
