import RuleDiagnostics
import RuleSemantics

// Making tasks and notes, which HubSpot knows no repetition of. The entry in the outbox, which is on the disk before
// anything is asked, is the record of the intent; each activity carries the reference of its action. Where an attempt's
// outcome is not known, the record's activities are read back before another is made.
extension ActionExecutor {
  /// The longest text that HubSpot keeps in a body, with room for the reference.
  private static let longestBody = 65_000

  /// What is made for one action.
  struct Activity {
    var properties: [String: String]
    var text = ""
  }

  /// Which kind of activity HubSpot gets for an action; `nil` where it gets none.
  static func activity(of action: OutboundAction) -> CRMObject? {
    switch action.action {
    case .createTask: .tasks
    case .createNote: .notes
    // A person gets a task, since HubSpot sends no notifications for others.
    case .notify: (action.request["recipient"]?.string ?? "").contains("@") ? .tasks : nil
    default: nil
    }
  }

  /// Makes the activities of one kind on records of one kind, up to 100 in a call.
  func create(
    _ kind: CRMObject, _ actions: [OutboundAction]
  ) async -> (results: [ActionResult], ids: [Int64: String]) {
    var attempt = Attempt(
      kind: kind, actions: actions, bodyProperty: kind == .tasks ? "hs_task_body" : "hs_note_body")
    // A workspace may give a person's address a channel.
    for (position, action) in actions.enumerated() where action.action == .notify && isForChannel(action) {
      attempt.results[position] = await notify(action)
    }
    await place(&attempt)
    do throws(HubSpotError) {
      attempt.hasKey = try await directory.hasKey(kind)
      try await findMade(&attempt)
    } catch {
      attempt.settleOpen(ActionResult(error))
      return (attempt.settled, attempt.ids)
    }
    await make(&attempt)
    return (attempt.settled, attempt.ids)
  }

  /// One attempt at making activities. Positions are those of `actions`; those without a result are open.
  private struct Attempt {
    var kind: CRMObject
    var actions: [OutboundAction]
    var bodyProperty: String
    /// Whether HubSpot keeps references apart by themselves.
    var hasKey = false
    /// HubSpot's ids of the records that the activities are about.
    var records: [Int: String] = [:]
    var results: [Int: ActionResult] = [:]
    var ids: [Int64: String] = [:]

    init(kind: CRMObject, actions: [OutboundAction], bodyProperty: String) {
      self.kind = kind
      self.actions = actions
      self.bodyProperty = bodyProperty
    }

    var open: [Int] { actions.indices.filter { results[$0] == nil } }

    mutating func settleOpen(_ result: ActionResult) {
      for position in open { results[position] = result }
    }

    var settled: [ActionResult] {
      actions.indices.map { results[$0] ?? .again("not reached", after: .seconds(1)) }
    }
  }

  private func place(_ attempt: inout Attempt) async {
    let open = attempt.open
    let resolved = await resolve(open.map { attempt.actions[$0] })
    for position in open {
      let action = attempt.actions[position]
      switch resolved[action.id] {
      case .known(let id): attempt.records[position] = id
      case .learnt(let id):
        attempt.records[position] = id
        attempt.ids[action.id] = id
      case .without(let result): attempt.results[position] = result
      case nil: attempt.results[position] = .failed("HubSpot has no record of `\(action.key)`")
      }
    }
  }

  /// Reads back what earlier attempts may have made. What is there already needs nothing else any more.
  private func findMade(_ attempt: inout Attempt) async throws(HubSpotError) {
    func doubtful() -> [Int] { attempt.open.filter { attempt.actions[$0].doubtfulSince != nil } }
    func settle(_ found: [String: String]) {
      for position in doubtful() {
        guard let id = found[attempt.actions[position].reference] else { continue }
        attempt.results[position] = .done(note: "found when read back", remote: id)
      }
    }
    if attempt.hasKey, !doubtful().isEmpty {
      let keyName = PropertyDefinition.keyName
      let known = try await client.read(
        attempt.kind, doubtful().map { attempt.actions[$0].reference }, properties: [keyName], idProperty: keyName)
      settle(Dictionary(known.map { ($0.properties[keyName] ?? "", $0.id) }) { first, _ in first })
    }
    // The attempt may be older than the property.
    let open = doubtful()
    guard let object = open.first.map({ attempt.actions[$0].object }) else { return }
    let records = Set(open.compactMap { attempt.records[$0] }).sorted()
    let activities = Set(try await client.associated(object, records, with: attempt.kind).values.joined())
    var marked: [String: String] = [:]
    let property = attempt.bodyProperty
    for activity in try await client.read(attempt.kind, activities.sorted(), properties: [property]) {
      guard let text = activity.properties[property], let marker = text.ranges(of: Self.marker).last else { continue }
      marked[String(text[marker.upperBound...].prefix { $0.isHexDigit })] = activity.id
    }
    settle(marked)
  }

  private func make(_ attempt: inout Attempt) async {
    var inputs: [(position: Int, record: NewRecord)] = []
    for position in attempt.open {
      let action = attempt.actions[position]
      guard let type = attempt.kind.associationType(to: action.object) else {
        attempt.results[position] = .failed("a record of \(action.object.rawValue) takes no \(attempt.kind.rawValue)")
        continue
      }
      switch await self.activity(attempt.kind, action) {
      case .failure(let unfit): attempt.results[position] = unfit.result
      case .success(let activity):
        inputs.append(
          (
            position,
            NewRecord(
              reference: action.reference, properties: Self.properties(of: activity, action, attempt),
              owner: attempt.records[position] ?? "", associationType: type)
          ))
      }
    }
    let property = attempt.hasKey ? PropertyDefinition.keyName : attempt.bodyProperty
    for start in stride(from: 0, to: inputs.count, by: HubSpotClient.batchSize) {
      let chunk = inputs[start..<min(start + HubSpotClient.batchSize, inputs.count)]
      let answers = await client.create(attempt.kind, referredBy: property, chunk.map(\.record))
      for (input, answer) in zip(chunk, answers) {
        let isDoubtful = attempt.actions[input.position].doubtfulSince != nil
        attempt.results[input.position] = Self.result(of: answer, isDoubtful: isDoubtful)
      }
    }
  }

  private static func result(of answer: Result<RowResult, HubSpotError>, isDoubtful: Bool) -> ActionResult {
    switch answer {
    case .success(.written(let record)): return .done(note: nil, remote: record.id)
    // With a key of ours there cannot be two: it is there from an earlier attempt.
    case .success(.problem(let problem)) where problem.status == 409 && isDoubtful:
      return .done(note: "it was there already: \(problem.message)", remote: nil)
    case .success(.problem(let problem)) where problem.status >= 500: return .unknown("HubSpot: \(problem.text)")
    case .success(.problem(let problem)): return ActionResult(problem)
    case .success(.unmentioned): return .unknown("HubSpot's answer does not mention the record")
    case .failure(let error): return ActionResult(error)
    }
  }

  private func activity(_ kind: CRMObject, _ action: OutboundAction) async -> Result<Activity, Unfit> {
    kind == .tasks ? await task(of: action) : .success(note(of: action))
  }

  private static func properties(of activity: Activity, _ action: OutboundAction, _ attempt: Attempt) -> [String:
    String]
  {
    var properties = activity.properties
    let text = String(activity.text.prefix(longestBody))
    if attempt.hasKey {
      properties[PropertyDefinition.keyName] = action.reference
      properties[attempt.bodyProperty] = text
    } else {
      let marker = marker + action.reference
      properties[attempt.bodyProperty] = text.isEmpty ? marker : "\(text)<br>\(marker)"
    }
    return properties
  }

  /// Stands before the reference, at the end of a body.
  private static let marker = "abm-rules ref "
}
