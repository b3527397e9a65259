package import BusinessTime
import RuleDiagnostics
import RuleSemantics

/// Carries actions out. Each kind has a file beside this one that says by which means it is done only once.
package struct ActionExecutor: Sendable {
  package let client: HubSpotClient
  let settings: ExecutorSettings
  /// For webhooks, which are not HubSpot's.
  let transport: any Transport
  let directory: Directory
  let now: @Sendable () -> Instant

  package init(
    client: HubSpotClient, settings: ExecutorSettings, transport: any Transport,
    now: @escaping @Sendable () -> Instant
  ) {
    self.client = client
    self.settings = settings
    self.transport = transport
    directory = Directory(client: client)
    self.now = now
  }

  /// Puts actions together for single calls, those that came first in front.
  ///
  /// All changes of one record that could undo each other are in one batch, in their order: batches are under way at the
  /// same time, and one that is tried again later must not bring back an older value. Of a record that goes into a list and
  /// out again within `actions` only the last counts.
  ///
  /// - Returns: each batch of at most `HubSpotClient.batchSize` records, for one call of `perform`.
  package static func batches(of actions: [OutboundAction]) -> [[OutboundAction]] {
    var memberships: [Place: Bool] = [:]
    for action in actions {
      guard let list = list(of: action) else { continue }
      memberships[Place(list: list, subject: action.subject, key: action.key)] = action.action == .addToList
    }
    var batches: [[OutboundAction]] = []
    var records: [Int] = []
    /// The batch of each group that has room.
    var open: [Group: Int] = [:]
    var places: [Place: Int] = [:]
    for action in actions {
      let place = Place(list: list(of: action), subject: action.subject, key: action.key)
      let group = group(of: action, isMember: memberships[place] == true)
      if group?.keepsOrder == true, let known = places[place] {
        batches[known].append(action)
        continue
      }
      var index = group.flatMap { open[$0] } ?? batches.count
      if index < batches.count, records[index] == HubSpotClient.batchSize { index = batches.count }
      if index == batches.count {
        batches.append([])
        records.append(0)
        if let group { open[group] = index }
      }
      batches[index].append(action)
      records[index] += 1
      if group?.keepsOrder == true { places[place] = index }
    }
    return batches
  }

  /// What goes with the action in one call; `nil` where nothing does.
  private static func group(of action: OutboundAction, isMember: Bool) -> Group? {
    switch action.action {
    case .set, .clear, .advance, .assignOwner: .properties(action.subject)
    case .addToList, .removeFromList: .membership(list: list(of: action) ?? "", action.subject, isMember: isMember)
    case .createTask, .createNote, .notify: activity(of: action).map { .activities($0, action.subject) }
    case .sendAsset, .sendBest, .sendEmail, .recommend, .enroll, .removeFromSequence, .callWebhook, .skipLowerRules:
      nil
    }
  }

  private enum Group: Hashable {
    case properties(Subject)
    case membership(list: String, Subject, isMember: Bool)
    case activities(CRMObject, Subject)

    /// Whether actions about one record could undo each other.
    var keepsOrder: Bool {
      if case .activities = self { false } else { true }
    }
  }

  /// Where changes meet: the properties of a record, or its place in a list.
  private struct Place: Hashable {
    var list: String?
    var subject: Subject
    var key: String
  }

  private static func list(of action: OutboundAction) -> String? {
    guard action.action == .addToList || action.action == .removeFromList else { return nil }
    return action.request["list"]?.string ?? ""
  }

  /// Carries out the actions of one batch.
  ///
  /// - Returns: one result for each, in the same order; and what was learnt of HubSpot's ids, by the id of the entry.
  package func perform(_ actions: [OutboundAction]) async -> (results: [ActionResult], ids: [Int64: String]) {
    guard let first = actions.first else { return ([], [:]) }
    switch first.action {
    case .set, .clear, .advance, .assignOwner: return await setProperties(actions)
    case .addToList, .removeFromList:
      return await changeMembership(actions, isMember: actions.last?.action == .addToList)
    case .sendAsset, .sendBest, .sendEmail, .createTask, .createNote, .notify, .callWebhook:
      if let kind = Self.activity(of: first) { return await create(kind, actions) }
      var results: [ActionResult] = []
      for action in actions { results.append(await performSingle(action)) }
      return (results, [:])
    case .recommend, .enroll, .removeFromSequence, .skipLowerRules:
      // Wholly of this program: what they do was done when the run was committed.
      return (actions.map { _ in .done(note: "kept here", remote: nil) }, [:])
    }
  }

  private func performSingle(_ action: OutboundAction) async -> ActionResult {
    switch action.action {
    case .sendAsset, .sendBest, .sendEmail: return await send(action)
    case .notify: return await notify(action)
    case .callWebhook: return await callWebhook(action)
    case .set, .clear, .advance, .addToList, .removeFromList, .assignOwner, .createTask, .createNote, .recommend,
      .enroll, .removeFromSequence, .skipLowerRules:
      preconditionFailure("`\(action.action.rawValue)` goes with others of its kind")
    }
  }
}
