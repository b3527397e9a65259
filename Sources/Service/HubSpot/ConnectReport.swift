import ContactStore
package import HubSpot
package import RuleSemantics

/// Whether a token leads to an account and may do what the rule book asks for.
package struct ConnectReport: Sendable {
  package let account: AccountDetails
  /// `nil` where HubSpot does not say which scopes the token has.
  package let scopes: Set<String>?
  package let missing: [(scope: String, reasons: [String])]
  /// What `abm.yaml` does not say yet, each a sentence.
  package let gaps: [String]

  /// Asks HubSpot about the token.
  package static func make(
    _ program: CheckedProgram, _ settings: HubSpotSettings, _ client: HubSpotClient, executor: ExecutorSettings
  ) async throws -> ConnectReport {
    let account = try await client.account()
    let needed = RequiredScopes(program, settings)
    let scopes = try await client.scopes()
    var missing = scopes.map { needed.missing(from: $0) } ?? []
    if scopes == nil {
      // What may be read can be tried; what may be written shows when it is.
      for object in SyncPlanObjects.declared(program) {
        do throws(HubSpotError) {
          _ = try await client.list(object, properties: [], after: nil)
        } catch {
          guard case .forbidden = error else { throw error }
          missing.append((object.readScope, needed.reasons[object.readScope] ?? []))
        }
      }
    }
    return ConnectReport(
      account: account, scopes: scopes, missing: missing, gaps: gaps(program, settings, executor))
  }

  package var hasProblems: Bool { !missing.isEmpty || !gaps.isEmpty }

  private static func gaps(
    _ program: CheckedProgram, _ settings: HubSpotSettings, _ executor: ExecutorSettings
  ) -> [String] {
    var gaps: [String] = []
    func add(_ gap: String) { if !gaps.contains(gap) { gaps.append(gap) } }
    for entry in ProgramAction.all(of: program) {
      switch entry.action.id {
      case .sendAsset, .sendBest, .sendEmail:
        let name = entry.emailName
        let isKnown = name.map { executor.emails[$0] != nil || Int($0) != nil } ?? false
        if !isKnown, entry.action.id == .sendEmail || executor.assetEmail == nil {
          let what = name.map { "“\($0)”" } ?? "assets"
          add("\(entry.place) sends \(what), and `hubspot: emails:` names no email of HubSpot for it")
        }
      case .notify:
        guard case .recipient(.address(let channel))? = entry.action.arguments[.recipient], !channel.contains("@"),
          settings.channels[channel] == nil
        else { continue }
        add("\(entry.place) notifies “\(channel)”, for which `hubspot: channels:` names no address")
      case .callWebhook:
        guard case .name(let webhook)? = entry.action.arguments[.webhook], settings.webhooks[webhook] == nil else {
          continue
        }
        add("\(entry.place) calls “\(webhook)”, for which `hubspot: webhooks:` names no address")
      case .recommend, .enroll, .removeFromSequence, .set, .clear, .advance, .addToList, .removeFromList,
        .assignOwner, .createTask, .createNote, .skipLowerRules:
        continue
      }
    }
    for event in settings.events.keys.sorted() where !program.events.contains(where: { $0.name == event }) {
      add("`hubspot: events:` has `\(event)`, which the rule book does not declare")
    }
    for field in settings.rulesWin.sorted()
    where program.contact.index(of: field) == nil && program.account.index(of: field) == nil {
      add("`hubspot: rules_win:` has `\(field)`, which is no field")
    }
    if settings.consents.isEmpty, !program.policy.consents.isEmpty {
      add("no property is named under `hubspot: consents:`, so that nobody is known to consent to be written to")
    }
    return gaps
  }

  /// For a person.
  package func text(_ style: Style) -> String {
    var lines = [
      "connected to account \(account.portalID)"
        + [account.kind, account.timeZone].compactMap { $0 }.map { ", \($0)" }.joined()
    ]
    if scopes == nil {
      lines.append(style.yellow("HubSpot does not say which scopes the token has; what may be read was tried"))
    }
    for (scope, reasons) in missing {
      lines.append(style.red("missing scope \(scope)") + ": \(reasons.prefix(3).joined(separator: ", "))")
    }
    lines += gaps.map { style.yellow($0) }
    if !hasProblems { lines.append("the token may do all that the rule book asks for") }
    return lines.joined(separator: "\n")
  }
}
