import ArgumentParser
import BusinessTime
import ContactStore
import Foundation
import RuleDiagnostics
import Service

struct Approvals: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "See what waits for approval, and say yes or no.",
    discussion: """
      Rules that would act on very many, new rules that would message many people, and what is recommended for approval
      wait here until somebody decides or their time is over. What is approved is done by the next run.
      """,
    subcommands: [List.self, Show.self, Approve.self, Reject.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "What waits, oldest first.")

    @OptionGroup var options: CommonOptions

    @Flag(help: "Also what is over.")
    var all = false

    @Option(help: "text or json.")
    var format = TextOrJSON.text

    func run() throws {
      let workspace = try Workspace.open(options)
      let records = try workspace.store.approvals(now: workspace.now, all: all)
      let text = ApprovalText(style: Output.style, zone: workspace.zone)
      switch format {
      case .text: Output.result(text.list(records))
      case .json: Output.result(JSONValue.list(records.map { text.json($0) }).indentedText)
      }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "One of them, with whom it is about.")

    @Argument(help: "The number that the list gives.")
    var id: String

    @OptionGroup var options: CommonOptions

    @Option(help: ArgumentHelp("How many people to name.", valueName: "n"))
    var samples = 20

    @Option(help: "text or json.")
    var format = TextOrJSON.text

    func run() throws {
      let workspace = try Workspace.open(options)
      let text = ApprovalText(style: Output.style, zone: workspace.zone)
      let ids = try ApprovalService.ids(named: [id], workspace.store, isApproval: true, now: workspace.now)
      for record in try workspace.store.approvals(now: workspace.now, all: true) where ids.contains(record.id) {
        let subjects = try workspace.store.approvalSubjects(
          of: record.id, limit: max(samples, 0), program: workspace.book.program)
        switch format {
        case .text: Output.result(text.detail(record, subjects: subjects))
        case .json: Output.result(text.json(record, subjects: subjects).indentedText)
        }
      }
    }
  }

  /// What both answers take.
  struct Answer: ParsableArguments {
    @Argument(help: "Numbers that the list gives, or rules, each with everything of it that waits.")
    var names: [String]

    @Option(help: ArgumentHelp("Who decides (default: the user who is logged in).", valueName: "name"))
    var by: String?

    @Option(help: ArgumentHelp("Why, for the record.", valueName: "text"))
    var note: String?

    @OptionGroup var options: CommonOptions

    func give(isApproval: Bool, isForced: Bool = false) throws {
      guard let name = by ?? ProcessInfo.processInfo.environment["USER"], !name.isEmpty else {
        throw ValidationError("nobody is named who decides; say --by NAME")
      }
      let workspace = try Workspace.open(options)
      let ids = try ApprovalService.ids(
        named: names, workspace.store, isApproval: isApproval, now: workspace.now)
      let outcome = try ApprovalService.answer(
        ids, isApproval: isApproval, by: name, note: note, isForced: isForced, workspace.book, workspace.store,
        now: workspace.now)
      let text = ApprovalText(style: Output.style, zone: workspace.zone)
      let shown = outcome.answered + outcome.unchanged
      for record in try workspace.store.approvals(now: workspace.now, all: true) where shown.contains(record.id) {
        Output.result(text.detail(record, subjects: []))
      }
      for (sequence, count) in outcome.removed.sorted(by: { $0.key < $1.key }) {
        Output.result("\(Plural.count(count, "person", "people")) taken out of \(sequence)")
      }
      for (id, other) in outcome.refusedBy.sorted(by: { $0.key < $1.key }) {
        Output.error("\(id) was rejected by \(other); talk to them, or say --force")
      }
      if !outcome.late.isEmpty {
        Output.error(
          "too late for \(outcome.late.map(String.init).joined(separator: ", ")): its time is over, or a run took it up"
        )
      }
      if !outcome.late.isEmpty || !outcome.refusedBy.isEmpty { throw Exit.problems }
    }
  }

  struct Approve: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Say yes; the next run acts.")
    @OptionGroup var answer: Answer

    @Flag(help: "Also where somebody else said no.")
    var force = false

    func run() throws { try answer.give(isApproval: true, isForced: force) }
  }

  struct Reject: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say no, or take an approval back.",
      discussion: """
        What an approval let through and was not carried out yet is then not carried out; whom it let into a sequence is
        taken out.
        """)
    @OptionGroup var answer: Answer
    func run() throws { try answer.give(isApproval: false) }
  }
}
