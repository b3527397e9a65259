import BusinessTime
import ContactStore

/// Keeps the log of the database short beside those who write, who would wait for the disk otherwise.
struct CheckpointLoop: Sendable {
  let context: LoopContext
  private let checkpoints: LogCheckpoints
  private let work = BlockingWork("abm-rules.checkpoint")

  private static let everyMilliseconds: Int64 = 1_000

  init(context: LoopContext, store: Store) throws {
    self.context = context
    checkpoints = try LogCheckpoints(store)
  }

  func step() async -> Instant? {
    let checkpoints = checkpoints
    do {
      try await work.run { try checkpoints.step() }
      context.report(.log, nil)
    } catch {
      context.report(.log, "\(error)")
    }
    return context.now().adding(milliseconds: Self.everyMilliseconds)
  }
}
