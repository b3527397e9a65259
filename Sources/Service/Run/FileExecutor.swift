package import BusinessTime
package import ContactStore
import Foundation
import Glibc
import RuleDiagnostics
import RuleSemantics
import Synchronization

/// Carries actions out by writing them to a file: one JSON object a line, exactly what the outbox holds. Each line is
/// on the disk before its action counts as done; a line that is there already is not written again, so that a crash
/// between the two repeats nothing.
package struct FileExecutor: Sendable {
  private let path: String
  private let known = Known()
  private static let batch = 500

  /// The keys of the lines up to where the file ended the last time, so that a file that only this program writes to is
  /// read once. A class, since copies share it.
  private final class Known: Sendable {
    private let state = Mutex<(keys: Set<String>, end: UInt64)>(([], 0))

    var current: (keys: Set<String>, end: UInt64) { state.withLock { $0 } }

    func set(_ keys: Set<String>, end: UInt64) { state.withLock { $0 = (keys, end) } }
  }

  package init(path: String) {
    self.path = path
  }

  /// Carries out all that is pending, and resolves what an earlier run was interrupted in.
  ///
  /// - Parameter check: asks the policies once more; keeps what it did not let through.
  /// - Returns: how many actions were written.
  package func dispatch(_ store: Store, check: DispatchCheck, now: Instant) throws -> Int {
    let handle = try open()
    defer { try? handle.close() }
    var written = try keys(in: handle)
    defer {
      if let end = try? handle.offset() { known.set(written, end: end) }
    }
    try resolveInterrupted(store, written, now: now)
    var count = 0
    while true {
      let claimed = try store.claimOutbox(limit: Self.batch, now: now)
      if claimed.isEmpty { return count }
      let entries = try check.admit(claimed, now: now)
      let new = entries.filter { written.insert($0.idempotencyKey).inserted }
      do {
        try handle.write(contentsOf: Data(new.map(line).joined().utf8))
        try handle.synchronize()
      } catch {
        try store.finishOutbox(entries.map(\.id), as: .pending, result: nil, now: now)
        throw WorkspaceError.unwritable(path, reason: error.localizedDescription)
      }
      try store.finishOutbox(entries.map(\.id), as: .done, result: "file:\(path)", now: now)
      count += new.count
    }
  }

  /// What was claimed when a program ended: done where its line is in the file, to be done where it is not.
  private func resolveInterrupted(_ store: Store, _ written: Set<String>, now: Instant) throws {
    let claimed = try store.outbox(.claimed)
    let done = claimed.filter { written.contains($0.idempotencyKey) }
    let open = claimed.filter { !written.contains($0.idempotencyKey) }
    if !done.isEmpty { try store.finishOutbox(done.map(\.id), as: .done, result: "file:\(path)", now: now) }
    if !open.isEmpty { try store.finishOutbox(open.map(\.id), as: .pending, result: nil, now: now) }
  }

  private func open() throws(WorkspaceError) -> FileHandle {
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .unwritable(path, reason: String(cString: strerror(errno))) }
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  /// The keys of the lines in the file. A last line that was cut off by a crash is taken away.
  private func keys(in handle: FileHandle) throws -> Set<String> {
    let end = try handle.seekToEnd()
    let known = known.current
    if known.end == end, end > 0 { return known.keys }
    var keys: Set<String> = []
    var rest = Data()
    var complete: UInt64 = 0
    try handle.seek(toOffset: 0)
    while let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty {
      rest += chunk
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        let line = rest[rest.startIndex..<end]
        complete += UInt64(line.count + 1)
        if let key = key(of: line) { keys.insert(key) }
        rest = Data(rest[(end + 1)...])
      }
    }
    try handle.truncate(atOffset: complete)
    try handle.seek(toOffset: complete)
    return keys
  }

  private struct Line: Decodable {
    let key: String
  }

  private func key(of line: Data) -> String? {
    try? JSONDecoder().decode(Line.self, from: line).key
  }

  private func line(_ entry: OutboxEntry) -> String {
    // Arguments and request are JSON already, as the outbox holds them.
    let head = JSONValue.members([
      ("key", .text(entry.idempotencyKey)), ("run", .integer(Int(entry.run))), ("rule", .text(entry.rule)),
      (entry.subject.rawValue, .text(entry.key)), ("action", .text(entry.action.rawValue)),
    ]).text
    return "\(head.dropLast()),\"arguments\":\(entry.arguments),\"request\":\(entry.request)}\n"
  }
}
