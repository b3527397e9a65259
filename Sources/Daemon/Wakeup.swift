package import BusinessTime
import Synchronization

/// A word to a loop that there is work; many words before it looks are one. A class, since it is the one place that both
/// sides know.
package final class Wakeup: Sendable {
  private struct State {
    var isSignaled = false
    var isFinished = false
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())
  /// So that a clock that was set is noticed; a sleep that is cut into such parts costs nothing to speak of.
  private static let longestSleep: Duration = .seconds(20)

  package init() {}

  package func signal() {
    let waiter = state.withLock { state in
      state.isSignaled = true
      return state.waiter.take()
    }
    waiter?.resume()
  }

  /// Ends this wait and all later ones.
  package func finish() {
    let waiter = state.withLock { state in
      state.isFinished = true
      return state.waiter.take()
    }
    waiter?.resume()
  }

  /// Returns at a word, or when the clock shows `time`; whether there is still something to wait for. For one loop only.
  package func wait(until time: Instant?, now: @Sendable @escaping () -> Instant) async -> Bool {
    let timer = time.map { time in
      Task {
        while !Task.isCancelled {
          let left = time.milliseconds - now().milliseconds
          guard left > 0 else { return signal() }
          try? await Task.sleep(for: min(.milliseconds(left), Self.longestSleep))
        }
      }
    }
    defer { timer?.cancel() }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isReady = state.withLock { state in
          if state.isSignaled || state.isFinished { return true }
          state.waiter = continuation
          return false
        }
        if isReady { continuation.resume() }
      }
    } onCancel: {
      finish()
    }
    return state.withLock { state in
      state.isSignaled = false
      return !state.isFinished
    }
  }
}
