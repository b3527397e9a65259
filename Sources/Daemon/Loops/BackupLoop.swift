import BusinessTime
import ContactStore
import Logging
import Service

/// Makes backups by the clock and removes those that are too many.
struct BackupLoop: Sendable {
  let context: LoopContext
  let store: Store
  let folder: String
  let settings: DaemonSettings
  private let work = BlockingWork("abm-rules.backup")

  private static let retryMilliseconds: Int64 = 60_000

  init(context: LoopContext, store: Store, folder: String, settings: DaemonSettings) {
    self.context = context
    self.store = store
    self.folder = folder
    self.settings = settings
  }

  func step() async -> Instant? {
    let (folder, store, settings, now) = (folder, store, settings, context.now())
    do {
      let due = try await work.runUnlessCancelled { () -> Instant in
        let backups = ScheduledBackups(folder: folder, database: store.path)
        let next =
          try backups.latest(at: now).map { $0.adding(milliseconds: Int64(settings.backupSeconds) * 1_000) } ?? now
        guard next <= now else { return next }
        try backups.make(of: store, at: now, keeping: settings.backupsKept)
        return now.adding(milliseconds: Int64(settings.backupSeconds) * 1_000)
      }
      context.state.update { $0.lastBackup = due.adding(milliseconds: -Int64(settings.backupSeconds) * 1_000) }
      context.report(.backup, nil)
      return due
    } catch is CancellationError {
      return nil
    } catch {
      context.report(.backup, "\(error)")
      return now.adding(milliseconds: Self.retryMilliseconds)
    }
  }
}
