import ArgumentParser
import ContactStore
import RuleDiagnostics
import RuleSemantics
import Service

struct Outbox: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "What is to be carried out, what failed, and what waits for you.",
    subcommands: [List.self, Show.self, Retry.self, Drop.self, Resume.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The entries that failed, were refused, or are parked for a person; others by --status.")

    @OptionGroup var options: CommonOptions

    @Option(
      help: ArgumentHelp(
        "pending, claimed, unknown, waiting, done, refused, failed, parked or dropped.", valueName: "status"))
    var status: [OutboxEntry.Status] = [.failed, .parked, .refused]

    @Option(help: "How many to show at most.")
    var limit = 100

    @Option(help: "text or json.")
    var format = TextOrJSON.text

    func run() throws {
      let workspace = try Workspace.open(options)
      let report = OutboxReport(
        try workspace.store.outbox(status, limit: limit), counts: try workspace.store.outboxCounts(),
        zone: workspace.book.program.policy.zone)
      Output.result(format == .json ? report.json.indentedText : report.text(Output.style))
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Everything of one entry.")

    @OptionGroup var options: CommonOptions

    @Argument(help: "The number of the entry.")
    var entry: Int64

    func run() throws {
      let workspace = try Workspace.open(options)
      guard let found = try workspace.store.outboxEntry(entry) else {
        throw NoSuchEntries(ids: [entry], reason: "the outbox has no such entry")
      }
      Output.result(OutboxReport.text(of: found, zone: workspace.book.program.policy.zone))
    }
  }

  struct Retry: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Try entries again that failed, were refused, parked or dropped.",
      discussion: """
        A parked entry is one of which nobody knows whether it was done: look in HubSpot first, since trying it again may
        do it twice.
        """)

    @OptionGroup var options: CommonOptions

    @Argument(help: "The numbers of the entries.")
    var entries: [Int64] = []

    @Flag(help: "All that failed.")
    var failed = false

    func run() throws {
      let workspace = try Workspace.open(options)
      let ids = try entries + (failed ? workspace.store.outbox(.failed).map(\.id) : [])
      guard !ids.isEmpty || failed else { throw ValidationError("name the entries, or say --failed") }
      let retried = try workspace.store.retryOutbox(ids, now: Clock.now)
      Output.result("\(Plural.count(retried.count, "entry", "entries")) will be tried again")
      let others = ids.filter { !retried.contains($0) }
      if !others.isEmpty {
        throw NoSuchEntries(ids: others, reason: "not entries that failed, were refused, parked or dropped")
      }
    }
  }

  struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Carry actions out again after a `restore`.",
      discussion: """
        A backup does not know what was carried out after it was made. Look at what is pending and at `plan` first, and drop
        what was done already.
        """)

    @OptionGroup var options: CommonOptions

    func run() throws {
      let workspace = try Workspace.open(options)
      let isChanged = try workspace.store.resumeDispatch(now: Clock.now)
      Output.result(isChanged ? "actions are carried out again" : "nothing was stopped")
    }
  }

  struct Drop: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Never carry entries out.")

    @OptionGroup var options: CommonOptions

    @Argument(help: "The numbers of the entries.")
    var entries: [Int64]

    func run() throws {
      let workspace = try Workspace.open(options)
      let dropped = try workspace.store.dropOutbox(entries, now: Clock.now)
      Output.result("\(Plural.count(dropped.count, "entry", "entries")) dropped")
      let others = entries.filter { !dropped.contains($0) }
      if !others.isEmpty { throw NoSuchEntries(ids: others, reason: "done already, under way, or not there") }
    }
  }
}

extension OutboxEntry.Status: ExpressibleByArgument {}
