import ArgumentParser
import ContactStore
import Daemon
import Service

struct Backup: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Copy the database to a new file, while it is in use.",
    discussion: "The copy is opened and checked as a whole before it gets its name.")

  @OptionGroup var options: CommonOptions

  @Argument(help: ArgumentHelp("A file that is not there yet.", valueName: "file"))
  var file: String

  func run() throws {
    let store = try Store.open(try options.configuration().database)
    let facts = try store.backUp(to: file)
    Output.result(
      "\(file): \(facts.bytes / 1_024) KiB, \(Plural.count(facts.contacts, "contact")), \(Plural.count(facts.runs, "run")); checked"
    )
  }
}

struct Restore: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Put a backup in the place of the database.",
    discussion: """
      The daemon must not be running. The database that was there is kept beside it. What was carried out since the backup
      was made is not known to it: nothing is carried out until you say `abm-rules outbox resume`.
      """)

  @OptionGroup var options: CommonOptions

  @Argument(help: ArgumentHelp("What `backup` made.", valueName: "file"))
  var file: String

  func run() throws {
    let database = try options.configuration().database
    let lock = try InstanceLock(database: database)
    let now = Clock.now
    let kept = try Store.restore(file, to: database, stamp: ScheduledBackups.stamp(now), now: now)
    Output.result("\(database) is what \(file) was" + (kept.map { "; what it was before is \($0)" } ?? ""))
    Output.result(
      "nothing is carried out until you have looked: abm-rules outbox list --status pending, then outbox resume")
    withExtendedLifetime(lock) {}
  }
}
