package import BusinessTime
package import ContactStore
package import RuleDiagnostics
import RuleSemantics

/// What a change of the rule book changes: in meaning, and for people.
package struct BookDiff: Sendable {
  /// How each rule book is called.
  package let oldName: String
  package let newName: String
  package let declarations: [DeclarationChange]
  /// `nil` without a database.
  package let people: [PeopleChange]?
  /// How many were looked at, and when.
  package let contacts: Int
  package let accounts: Int
  package let now: Instant?
  /// Why people could not be looked at; a sentence.
  package let problem: String?
  let zone: Zone

  package var isEmpty: Bool { declarations.isEmpty && (people ?? []).isEmpty }

  /// - Parameter store: whose people are looked at, at `now`; `nil` where only the meaning is compared.
  package static func compare(
    _ old: (name: String, book: RuleBook), _ new: (name: String, book: RuleBook), _ store: Store?, at now: Instant
  ) throws -> BookDiff {
    let declarations = DeclarationChange.all(from: old.book, to: new.book)
    var comparison: PeopleComparison?
    var problem: String?
    if let store {
      do {
        comparison = try PeopleComparison(old.book, new.book, store, at: now)
      } catch let error as StoreError {
        // What a rule book declares anew has no place in the database yet.
        guard case .schemaDiffers = error else { throw error }
        problem =
          "what it means for people is not known, since the database has no room yet for what a rule book declares; "
          + "see `abm-rules migrate --dry-run`"
      }
    }
    return BookDiff(
      oldName: old.name, newName: new.name, declarations: declarations, people: comparison?.changes(),
      contacts: comparison?.contacts ?? 0, accounts: comparison?.accounts ?? 0, now: comparison == nil ? nil : now,
      problem: problem, zone: Zone(identifier: new.book.program.policy.zone) ?? .utc)
  }

  /// An object of `old`, `new`, `declarations` and, with a database, `now`, `contacts`, `accounts`, `people`.
  package var json: JSONValue {
    .members([
      ("old", .text(oldName)), ("new", .text(newName)),
      (
        "declarations",
        .list(
          declarations.map { change in
            .members([
              ("what", .text(change.what.rawValue)), ("kind", .text(change.kind)), ("name", .text(change.name)),
              ("former_name", change.formerName.map(JSONValue.text)),
              ("through", change.through.isEmpty ? nil : .list(change.through.map(JSONValue.text))),
              ("old", change.old.map(JSONValue.text)), ("new", change.new.map(JSONValue.text)),
            ])
          })
      ), ("now", now.map { .text($0.description) }), ("contacts", now == nil ? nil : .integer(contacts)),
      ("accounts", now == nil ? nil : .integer(accounts)), ("people", people.map { .list($0.map(\.json)) }),
      ("problem", problem.map(JSONValue.text)),
    ])
  }
}

extension PeopleChange {
  var json: JSONValue {
    .members([
      ("kind", .text(kind)), ("name", .text(name)), ("about", .text(subject.rawValue)), ("before", .integer(before)),
      ("after", .integer(after)),
      (
        "moves",
        .list(
          moves.map { move in
            .members([
              ("what", .text(move.what)), ("count", .integer(move.keys.count)),
              ("keys", .list(move.keys.map(JSONValue.text))),
              ("details", move.details.isEmpty ? nil : .list(move.details.map(JSONValue.text))),
            ])
          })
      ),
    ])
  }
}
