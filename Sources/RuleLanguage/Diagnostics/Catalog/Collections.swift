// Wording about people, deals and events taken together, and about whom a declaration is about.
extension Diagnostic {
  package static func nestedCollection(_ name: String, at range: SourceRange, isEvent: Bool) -> Diagnostic {
    Diagnostic(
      .nestedCollection,
      isEvent ? "what happened cannot be asked here" : "people and deals cannot be asked for here", at: range,
      label: "one collection inside another",
      help: [
        isEvent
          ? "a `where` is about the fields of each row; join the conditions outside: `did page_view and no \(name) …`"
          : "a `where` is about the fields of each row; ask about `\(name)` outside of it"
      ])
  }

  package static func misplacedPeople(
    _ people: String, subject: String, at range: SourceRange, repair: String
  ) -> Diagnostic {
    let article = subject == "account" ? "an" : "a"
    return Diagnostic(
      .misplacedPeople, "\(article) \(subject) has no `\(people)` of its own", at: range,
      label: "not of \(article) \(subject)",
      help: ["write `\(repair)`"], fixes: [.replacing(range, with: repair)])
  }

  package static func undeclaredRecord(_ kind: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .undeclaredRecord, "no `\(kind) { … }` is declared", at: range, label: "nothing is known of them",
      help: ["declare it: `\(kind) { name text key  … }`"])
  }

  /// `any(page_view)`, `first(contacts)`.
  package static func wrongCollection(
    _ function: String, of rows: String, at range: SourceRange, repair: String?, ofEvents: Bool
  ) -> Diagnostic {
    let help =
      ofEvents
      ? "for events ask `did …`, `count(…)`, `sum(x of …)`, `first(…)`, `last(…)`"
      : "people and deals have no order in time; ask `any(…)`, `count(…)`, `share(…)`, `sum(x of …)`"
    return Diagnostic(
      .wrongCollection, "`\(function)` does not go with `\(rows)`", at: range,
      label: ofEvents ? "events" : "no order in time", help: [repair.map { "write `\($0)`" } ?? help],
      fixes: repair.map { [.rewriting(range, as: $0)] } ?? [])
  }

  package static func rateWithoutAsset(
    _ event: String, at range: SourceRange, declaration: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .rateWithoutAsset, "`\(event)` does not say which asset it was about", at: range, label: "has no asset",
      related: [.init(declaration, "declared here")],
      help: ["it is found for each candidate; declare a field: `event \(event) { asset asset }`"])
  }

  /// `rate` or `popularity` of all interactions.
  package static func everybodysInteractions(_ function: String, at range: SourceRange) -> Diagnostic {
    let example =
      function == "rate"
      ? "rate(meeting_booked within 14 days after content_download, prior 5)"
      : "\(function)(content_download within 7 days)"
    return Diagnostic(
      .rateWithoutAsset, "`\(function)` is about one kind of event", at: range, label: "many kinds",
      help: ["name the event: `\(example)`"])
  }

  /// `rate` or `popularity` of an event `for account`.
  package static func everybodysAccountEvents(
    _ event: String, _ function: String, at range: SourceRange, declaration: SourceRange
  ) -> Diagnostic {
    Diagnostic(
      .eventsOfEverybody, "`\(function)` is about what people do, and `\(event)` is an account's", at: range,
      label: "for account", related: [.init(declaration, "declared here")],
      help: ["name an event that contacts have"])
  }

  /// A `where` of `rate` or `popularity` that reads a contact or candidate.
  package static func everybodysEvents(_ name: String, _ function: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .eventsOfEverybody, "`\(name)` is one person's or asset's, and `\(function)` is about everybody's events",
      at: range, label: "not the event's",
      help: ["the `where` of `\(function)` reads the fields of the event and of the assets that it names"])
  }

  package static func actionNotForAccounts(_ action: String, at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .actionNotForAccounts, "`\(action)` is for contacts, and this is about an account", at: range,
      label: "not for accounts",
      help: ["a rule about contacts reads the account as `account.x`; here create a task, notify, or set a field"])
  }

  package static func contactsPerAccountOfAccount(at range: SourceRange) -> Diagnostic {
    Diagnostic(
      .actionNotForAccounts, "this is about the account already, once however many its people", at: range,
      label: "limits contacts", help: ["remove the limit, or make the rule about contacts"])
  }
}
