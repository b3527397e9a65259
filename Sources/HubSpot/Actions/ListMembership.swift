import RuleDiagnostics
import RuleSemantics

// `add to list`, `remove from list` and `sync to hubspot list`. HubSpot ignores whoever is there, or gone, already.
extension ActionExecutor {
  func changeMembership(
    _ actions: [OutboundAction], isMember: Bool
  ) async -> (results: [ActionResult], ids: [Int64: String]) {
    let object = actions[0].object
    let name = actions[0].request["list"]?.string ?? ""
    var ids: [Int64: String] = [:]
    let list: Directory.ListFacts
    do throws(HubSpotError) {
      guard let found = try await directory.list(name, of: object) else {
        return all(
          actions, .failed("HubSpot has no list “\(name)”; make it with `abm-rules hubspot doctor --create`"))
      }
      guard found.processing != "DYNAMIC" else {
        return all(actions, .failed("HubSpot fills the list “\(name)” by itself; name one that is filled by hand"))
      }
      list = found
    } catch {
      return all(actions, ActionResult(error))
    }
    let resolved = await resolve(actions)
    for action in actions {
      if case .learnt(let id) = resolved[action.id] { ids[action.id] = id }
    }
    let members = Set(actions.compactMap { resolved[$0.id]?.id }).sorted()
    var missing: Set<String> = []
    if !members.isEmpty {
      do throws(HubSpotError) {
        let reply = try await client.call(
          APICall(
            .put, .memberships(listID: list.id, isMember ? .add : .remove), body: .list(members.map(JSONValue.text)),
            isRepeatable: true))
        missing = Set((reply["recordIdsMissing"]?.list ?? []).compactMap(\.string))
      } catch {
        var outcome = ActionResult(error)
        if case .notFound = error {
          // It was deleted, and perhaps made anew under its name.
          await directory.forgetList(name, of: object)
          outcome = .again("the list “\(name)” is not the one that it was", after: .seconds(1))
        }
        return (
          actions.map { action in
            if case .without(let result) = resolved[action.id] { result } else { outcome }
          }, ids
        )
      }
    }
    let results = actions.map { action -> ActionResult in
      switch resolved[action.id] {
      case .known(let id), .learnt(let id):
        missing.contains(id) && isMember ? .refused("the record is no longer in HubSpot") : .done
      case .without(let result): result
      case nil: .failed("HubSpot has no record of `\(action.key)`")
      }
    }
    return (results, ids)
  }

  private func all(
    _ actions: [OutboundAction], _ result: ActionResult
  ) -> (results: [ActionResult], ids: [Int64: String]) {
    (actions.map { _ in result }, [:])
  }
}
