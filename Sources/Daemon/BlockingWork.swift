import Dispatch
import Synchronization

/// Runs what computes or waits for the disk outside the threads that answer requests.
struct BlockingWork: Sendable {
  private let queue: DispatchQueue

  init(_ label: String) { queue = DispatchQueue(label: label, qos: .utility) }

  func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Swift.Result { try body() }) }
    }
  }

  /// The same, for work that may be left behind half done: a cancelled task does not wait for it.
  func runUnlessCancelled<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    let waiter = Waiter<Result>()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        waiter.wait(continuation)
        if Task.isCancelled { waiter.finish(with: .failure(CancellationError())) }
        queue.async { waiter.finish(with: Swift.Result { try body() }) }
      }
    } onCancel: {
      waiter.finish(with: .failure(CancellationError()))
    }
  }

  /// Whoever waits is told once.
  private final class Waiter<Result: Sendable>: Sendable {
    private let continuation = Mutex<CheckedContinuation<Result, any Error>?>(nil)

    func wait(_ continuation: CheckedContinuation<Result, any Error>) {
      self.continuation.withLock { $0 = continuation }
    }

    func finish(with result: sending Swift.Result<Result, any Error>) {
      continuation.withLock { $0.take() }?.resume(with: result)
    }
  }
}
