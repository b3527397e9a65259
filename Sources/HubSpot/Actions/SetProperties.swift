package import RuleDiagnostics
import RuleSemantics

// `set`, `clear`, `advance`, `assign owner` and `sync to hubspot property`: values of properties. Setting a value twice is
// setting it once, so that these are simply repeated.
extension ActionExecutor {
  private struct Row {
    var id: String
    var properties: [String: String] = [:]
    /// Positions among the actions.
    var members: [Int] = []
  }

  func setProperties(_ actions: [OutboundAction]) async -> (results: [ActionResult], ids: [Int64: String]) {
    let object = actions[0].object
    var results = [ActionResult](repeating: .again("not reached", after: .seconds(1)), count: actions.count)
    var ids: [Int64: String] = [:]
    let resolved = await resolve(actions)
    var rows: [Row] = []
    var places: [String: Int] = [:]
    for (position, action) in actions.enumerated() {
      switch resolved[action.id] {
      case .without(let result): results[position] = result
      case .known(let id), .learnt(let id):
        if case .learnt = resolved[action.id] { ids[action.id] = id }
        switch await properties(of: action) {
        case .failure(let problem): results[position] = problem.result
        case .success(let properties):
          // Several changes of one record are one row: HubSpot takes each id once.
          let place = places[id] ?? rows.count
          if place == rows.count { rows.append(Row(id: id)) }
          places[id] = place
          rows[place].properties.merge(properties) { $1 }
          rows[place].members.append(position)
        }
      case nil: results[position] = .failed("HubSpot has no record of `\(action.key)`")
      }
    }
    for start in stride(from: 0, to: rows.count, by: HubSpotClient.batchSize) {
      let chunk = Array(rows[start..<min(start + HubSpotClient.batchSize, rows.count)])
      await write(chunk, object, actions, &results, &ids)
    }
    return (results, ids)
  }

  private func write(
    _ rows: [Row], _ object: CRMObject, _ actions: [OutboundAction], _ results: inout [ActionResult],
    _ ids: inout [Int64: String]
  ) async {
    let answers: [RowResult]
    do throws(HubSpotError) {
      answers = try await client.update(object, rows.map { RecordInput(id: $0.id, properties: $0.properties) })
    } catch {
      for row in rows { for member in row.members { results[member] = ActionResult(error) } }
      return
    }
    for (row, answer) in zip(rows, answers) {
      switch answer {
      case .written(let record): await compare(record, row, object, actions, &results)
      case .unmentioned:
        for member in row.members {
          results[member] = .again("HubSpot's answer does not mention the record", after: .seconds(5))
        }
      case .problem(let problem) where problem.isNotFound:
        await writeToSurvivor(row, object, actions, &results, &ids)
      case .problem(let problem) where problem.isPassing:
        for member in row.members { results[member] = ActionResult(problem) }
      case .problem(let problem) where row.members.count > 1:
        // Which of the changes is wrong shows when each goes by itself.
        _ = problem
        for (position, member) in row.members.enumerated() {
          guard case .success(let properties) = await properties(of: actions[member]) else { continue }
          await write(
            [Row(id: row.id, properties: properties, members: [member])], object, actions, &results, &ids)
          // Those after one that goes again later wait for it.
          guard case .again = results[member] else { continue }
          for later in row.members[(position + 1)...] { results[later] = results[member] }
          break
        }
      case .problem(let problem):
        for member in row.members { results[member] = ActionResult(problem) }
      }
    }
  }

  /// A batch does not take the id of a record that was merged into another; a single call answers with the survivor.
  private func writeToSurvivor(
    _ row: Row, _ object: CRMObject, _ actions: [OutboundAction], _ results: inout [ActionResult],
    _ ids: inout [Int64: String]
  ) async {
    do throws(HubSpotError) {
      guard let survivor = try await survivor(of: row.id, object), survivor != row.id else {
        for member in row.members { results[member] = .refused("the record is no longer in HubSpot") }
        return
      }
      for member in row.members { ids[actions[member].id] = survivor }
      await write(
        [Row(id: survivor, properties: row.properties, members: row.members)], object, actions, &results, &ids)
    } catch {
      for member in row.members { results[member] = ActionResult(error) }
    }
  }

  /// HubSpot accepts a lifecycle stage that lies further back and leaves it as it is; only the answer shows it.
  private func compare(
    _ record: HubSpotRecord, _ row: Row, _ object: CRMObject, _ actions: [OutboundAction],
    _ results: inout [ActionResult]
  ) async {
    for member in row.members { results[member] = .done }
    guard let wanted = row.properties[Lifecycle.property], let kept = record.properties[Lifecycle.property],
      kept.lowercased() != wanted.lowercased(), !wanted.isEmpty
    else { return }
    let movers = row.members.filter { actions[$0].request["properties"]?[Lifecycle.property] != nil }
    // `set` means that value, forward or back; `advance` never lowers.
    let isSet = movers.last.map { actions[$0].action == .set } ?? false
    let outcome = isSet ? await moveBack(row.id, object, to: wanted) : .refused(Lifecycle.kept(kept, wanted: wanted))
    for member in movers { results[member] = outcome }
  }

  /// Clears the stage, then sets it: in two requests, since HubSpot keeps no order within one.
  private func moveBack(_ id: String, _ object: CRMObject, to wanted: String) async -> ActionResult {
    do throws(HubSpotError) {
      _ = try await client.update(object, [RecordInput(id: id, properties: [Lifecycle.property: ""])])
      let answer = try await client.update(object, [RecordInput(id: id, properties: [Lifecycle.property: wanted])])
      switch answer[0] {
      case .written(let record):
        let kept = record.properties[Lifecycle.property] ?? ""
        return kept.lowercased() == wanted.lowercased() ? .done : .refused(Lifecycle.kept(kept, wanted: wanted))
      case .problem(let problem): return ActionResult(problem)
      case .unmentioned: return .again("HubSpot's answer does not mention the record", after: .seconds(5))
      }
    } catch {
      return ActionResult(error)
    }
  }

  // MARK: - What is set

  /// Properties that cannot be sent, and what becomes of the action then.
  struct Unfit: Error {
    var result: ActionResult
  }

  private func properties(of action: OutboundAction) async -> Result<[String: String], Unfit> {
    if action.action == .assignOwner { return await owner(of: action) }
    var properties: [String: String] = [:]
    for member in action.request["properties"]?.members ?? [] {
      properties[member.name] = PropertyText.text(of: member.value)
    }
    return properties.isEmpty ? .failure(Unfit(result: .failed("it names no property"))) : .success(properties)
  }

  private func owner(of action: OutboundAction) async -> Result<[String: String], Unfit> {
    guard let address = action.request["owner"]?.string ?? action.request["recipient"]?.string else {
      return .failure(Unfit(result: .failed("it names no owner")))
    }
    do throws(HubSpotError) {
      guard let owner = try await directory.owner(address) else {
        return .failure(Unfit(result: .failed("HubSpot has no owner with the address \(address)")))
      }
      return .success(["hubspot_owner_id": owner])
    } catch {
      return .failure(Unfit(result: ActionResult(error)))
    }
  }
}

private enum Lifecycle {
  static let property = "lifecyclestage"

  static func kept(_ kept: String, wanted: String) -> String {
    "HubSpot left the lifecycle stage at `\(kept)` instead of `\(wanted)`"
  }
}

/// How HubSpot writes values: everything is a text.
package enum PropertyText {
  /// Empty for a value that is cleared; several of a choice joined by semicolons.
  package static func text(of value: JSONValue) -> String {
    switch value {
    case .null: ""
    case .list(let values): values.map(text).joined(separator: ";")
    case .text, .number, .flag: value.string ?? ""
    case .record: value.text
    }
  }
}
