package import BusinessTime
import RuleDiagnostics
package import RuleSemantics

/// Carries actions out. Each kind has a file beside this one that says by which means it is done only once.
package struct ActionExecutor: Sendable {
  let client: HubSpotClient
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

  /// How actions are put together for one call.
  package enum Group: Hashable, Sendable {
    /// Changes of properties, up to 100 records at a time.
    case properties(Subject)
    case membership(list: String, Subject, isMember: Bool)
    case single(Int64)
  }

  /// Actions of one group go into one call of `perform`, in their order.
  package static func group(of action: OutboundAction) -> Group {
    switch action.action {
    case .set, .clear, .advance, .assignOwner: .properties(action.subject)
    case .addToList: .membership(list: action.request["list"]?.string ?? "", action.subject, isMember: true)
    case .removeFromList: .membership(list: action.request["list"]?.string ?? "", action.subject, isMember: false)
    case .sendAsset, .sendBest, .sendEmail, .recommend, .enroll, .removeFromSequence, .createTask, .createNote,
      .notify, .callWebhook, .skipLowerRules:
      .single(action.id)
    }
  }

  /// Carries out actions of one group.
  ///
  /// - Returns: one result for each, in the same order; and what was learnt of HubSpot's ids, by the id of the entry.
  package func perform(_ actions: [OutboundAction]) async -> (results: [ActionResult], ids: [Int64: String]) {
    guard let first = actions.first else { return ([], [:]) }
    switch first.action {
    case .set, .clear, .advance, .assignOwner: return await setProperties(actions)
    case .addToList, .removeFromList:
      return await changeMembership(actions, isMember: first.action == .addToList)
    case .sendAsset, .sendBest, .sendEmail, .createTask, .createNote, .notify, .callWebhook:
      var results: [ActionResult] = []
      var ids: [Int64: String] = [:]
      for action in actions { results.append(await performSingle(action, &ids)) }
      return (results, ids)
    case .recommend, .enroll, .removeFromSequence, .skipLowerRules:
      // Wholly of this program: what they do was done when the run was committed.
      return (actions.map { _ in .done(note: "kept here", remote: nil) }, [:])
    }
  }

  private func performSingle(_ action: OutboundAction, _ ids: inout [Int64: String]) async -> ActionResult {
    switch action.action {
    case .sendAsset, .sendBest, .sendEmail: return await send(action)
    case .createTask: return await createTask(action, &ids)
    case .createNote: return await createNote(action, &ids)
    case .notify: return await notify(action, &ids)
    case .callWebhook: return await callWebhook(action)
    case .set, .clear, .advance, .addToList, .removeFromList, .assignOwner, .recommend, .enroll, .removeFromSequence,
      .skipLowerRules:
      preconditionFailure("`\(action.action.rawValue)` goes with others of its kind")
    }
  }
}
