import ArgumentParser
import RuleDiagnostics
import Service

struct Sequences: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "See who is in a sequence and how it fares; enroll, take out, stop, move.",
    subcommands: [
      List.self, Show.self, Enroll.self, Remove.self, Pause.self, Resume.self, Migrate.self,
    ])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Every sequence, a line each.")
    @OptionGroup var options: CommonOptions
    @Option(help: "text or json.") var format = TextOrJSON.text

    func run() throws {
      let (commands, text) = try Sequences.open(options)
      let all = try commands.overview()
      Output.result(format == .text ? text.list(all) : JSONValue.list(all.map(\.json)).indentedText)
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "How a sequence fares, by version, step and arm, and against those held out.")
    @Argument var sequence: String
    @OptionGroup var options: CommonOptions
    @Option(help: "text or json.") var format = TextOrJSON.text

    func run() throws {
      let (commands, text) = try Sequences.open(options)
      let summary = try commands.summary(named: sequence)
      Output.result(format == .text ? text.show(summary) : summary.json.indentedText)
    }
  }

  struct Enroll: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Enroll contacts by hand, at the start.",
      discussion: """
        Nobody is enrolled twice at once. Whoever chance holds out stays held out; how often the sequence takes somebody
        does not bind a person. The next run acts.
        """)
    @Argument var sequence: String
    @Argument(help: "Keys of contacts.") var contacts: [String]
    @OptionGroup var options: CommonOptions
    @Option(help: "text or json.") var format = TextOrJSON.text

    func run() throws {
      try Sequences.act(options, format, done: "enrolled in \(sequence)", unchanged: "in it already") {
        try $0.enroll(contacts, in: sequence)
      }
    }
  }

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Take contacts out by hand.")
    @Argument var sequence: String
    @Argument(help: "Keys of contacts.") var contacts: [String]
    @OptionGroup var options: CommonOptions
    @Option(help: "text or json.") var format = TextOrJSON.text

    func run() throws {
      try Sequences.act(options, format, done: "taken out of \(sequence)", unchanged: "not in it") {
        try $0.remove(contacts, from: sequence)
      }
    }
  }

  struct Pause: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Stop a sequence, or some of its contacts, where they are.",
      discussion: "Nobody comes in, nothing is done; waits go on meanwhile.")
    @Argument var sequence: String
    @Argument(help: "Keys of contacts; without any the whole sequence.") var contacts: [String] = []
    @OptionGroup var options: CommonOptions
    @Option(help: "text or json.") var format = TextOrJSON.text

    func run() throws {
      try Sequences.act(options, format, done: "paused", unchanged: "nothing to pause") {
        try $0.setPaused(true, contacts, in: sequence)
      }
    }
  }

  struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let a sequence, or some of its contacts, go on.")
    @Argument var sequence: String
    @Argument(help: "Keys of contacts; without any the whole sequence.") var contacts: [String] = []
    @OptionGroup var options: CommonOptions
    @Option(help: "text or json.") var format = TextOrJSON.text

    func run() throws {
      try Sequences.act(options, format, done: "goes on", unchanged: "not paused") {
        try $0.setPaused(false, contacts, in: sequence)
      }
    }
  }

  struct Migrate: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Move people from earlier versions of a sequence to the present one.",
      discussion: """
        Without --apply it shows who would move from which step to which, and writes nothing. People keep their place
        where its text is still there; what was done is not done again.
        """)
    @Argument var sequence: String
    @Option(help: ArgumentHelp("Where those go whose step is gone.", valueName: "step")) var to: String?
    @Flag(help: "Move them.") var apply = false
    @OptionGroup var options: CommonOptions
    @Option(help: "text or json.") var format = TextOrJSON.text

    func run() throws {
      let (commands, text) = try Sequences.open(options)
      let migration = try commands.migration(of: sequence, to: to)
      let isApplied = apply && migration.isComplete
      if isApplied { try commands.apply(migration) }
      Output.result(
        format == .text
          ? text.migration(migration, isApplied: isApplied)
          : text.json(migration, isApplied: isApplied).indentedText)
      if !migration.isComplete { throw Exit.problems }
    }
  }

  private static func open(_ options: CommonOptions) throws -> (SequenceCommands, SequenceText) {
    let workspace = try Workspace.open(options)
    return (
      try SequenceCommands(workspace.book, workspace.store, at: workspace.now),
      SequenceText(style: Output.style, book: workspace.book)
    )
  }

  /// Does something to contacts by hand, and says to whom it was done.
  private static func act(
    _ options: CommonOptions, _ format: TextOrJSON, done: String, unchanged: String,
    _ change: (SequenceCommands) throws -> SequenceCommands.Outcome
  ) throws {
    let (commands, text) = try open(options)
    let outcome = try change(commands)
    Output.result(
      format == .text
        ? text.outcome(outcome, done: done, unchanged: unchanged) : text.json(outcome).indentedText)
    if !outcome.unknown.isEmpty { throw Exit.problems }
  }
}
