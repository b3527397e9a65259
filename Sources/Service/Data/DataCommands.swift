package import BusinessTime
package import ContactStore
import RuleDiagnostics
import RuleSemantics

/// What needs a rule book without errors was asked of one with errors.
package struct RuleBookHasErrors: Error {
  package let book: RuleBook

  package init(book: RuleBook) {
    self.book = book
  }
}

/// What goes into the database by hand.
package enum DataCommands {
  /// The rule book of a workspace, without errors.
  package static func loadBook(_ configuration: Configuration) throws -> RuleBook {
    try withoutErrors(RuleBook.load([configuration.rules], configuration))
  }

  /// The same and its database, with what is wrong with the rule book first.
  package static func open(_ configuration: Configuration) throws -> (book: RuleBook, store: Store) {
    let store = Result { try Store.open(configuration.database) }
    let imported = try (try? store.get())?.assets()
    let book = try withoutErrors(RuleBook.load([configuration.rules], imported: imported))
    return (book, try store.get())
  }

  private static func withoutErrors(_ book: RuleBook) throws -> RuleBook {
    guard !book.hasErrors else { throw RuleBookHasErrors(book: book) }
    return book
  }

  /// Makes room for what the rule book declares, or says what would change.
  package static func migrate(
    _ configuration: Configuration, dropping: Bool, isDryRun: Bool
  ) throws -> [SchemaChange] {
    let book = try loadBook(configuration)
    let store = try Store.open(configuration.database, create: !isDryRun)
    return isDryRun
      ? try store.migrationPlan(for: book.program, dropping: dropping)
      : try store.migrate(to: book.program, dropping: dropping)
  }

  /// A new database has room for nothing yet; one that holds data is changed only by `migrate`.
  package static func makeRoom(for book: RuleBook, in store: Store) throws {
    if try store.migrationPlan(for: book.program).allSatisfy(\.isNewTable) { try store.migrate(to: book.program) }
  }

  package enum Source: String, CaseIterable, Sendable {
    case contacts, accounts, deals, events, assets
  }

  /// Assets that rules name may be the very ones that are to be imported.
  private static func bookToImport(_ source: Source, _ configuration: Configuration) throws -> RuleBook {
    let book = try RuleBook.load([configuration.rules], configuration)
    let isInTheWay = book.diagnostics.contains {
      $0.severity == .error && !(source == .assets && $0.id == .unknownAsset)
    }
    guard !isInTheWay else { throw RuleBookHasErrors(book: book) }
    return book
  }

  /// - Parameter eventType: the name of the event, for events only.
  package static func importFile(
    _ path: String, _ source: Source, eventType: String?, configuration: Configuration, options: ImportOptions,
    now: Instant, progress: (ImportProgress) -> Void
  ) throws -> ImportSummary {
    let book = try bookToImport(source, configuration)
    let kind: ImportKind
    switch source {
    case .contacts: kind = .contacts
    case .accounts: kind = .accounts
    case .deals: kind = .deals
    case .assets: kind = .assets
    case .events:
      let events = book.program.events
      guard let eventType, let index = events.firstIndex(where: { $0.name == eventType }), index > 0 else {
        throw UnknownEventType(
          name: eventType ?? "", declared: events.dropFirst().map(\.name))
      }
      kind = .events(EventID(index))
    }
    let store = try Store.open(configuration.database, create: true)
    try makeRoom(for: book, in: store)
    return try store.importFile(
      path, kind, program: book.program, options: options, now: now, progress: progress)
  }
}

package struct UnknownEventType: Error, CustomStringConvertible {
  package let name: String
  package let declared: [String]

  package var description: String {
    let hint = nearest(to: name, among: declared).map { "; did you mean `\($0)`?" } ?? ""
    return "the rule book declares no event `\(name)`\(hint) It declares: \(declared.joined(separator: ", "))"
  }
}

extension SchemaChange {
  fileprivate var isNewTable: Bool {
    if case .createTable = self { true } else { false }
  }
}
