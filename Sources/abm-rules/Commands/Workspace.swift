import ArgumentParser
import BusinessTime
import ContactStore
import RuleSemantics
import Service

/// A rule book without errors, its database and the time to decide at.
struct Workspace {
  let book: RuleBook
  let store: Store
  let now: Instant

  /// That of the policy.
  var zone: Zone { Zone(identifier: book.program.policy.zone) ?? .utc }

  static func open(_ options: CommonOptions) throws -> Workspace {
    let configuration = try options.configuration()
    let (book, opened) = try DataCommands.open(configuration)
    var store = opened
    if !configuration.keepsColumns { store.columnFile = nil }
    return Workspace(book: book, store: store, now: try time(options.at, book))
  }

  /// The time that `--at` names, in the zone of the policy; now without it.
  static func time(_ text: String?, _ book: RuleBook) throws -> Instant {
    guard let text else { return Clock.now }
    let zone = Zone(identifier: book.program.policy.zone) ?? .utc
    guard let instant = Instant(iso: text, in: zone) else {
      throw ValidationError(
        "--at takes a time such as 2026-03-01, \"2026-03-01 09:00\" or 2026-03-01T09:00:00Z, not `\(text)`")
    }
    return instant
  }
}
