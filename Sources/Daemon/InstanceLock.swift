import Glibc

/// Keeps a second program from carrying out what stands in a database, or from replacing it. The system lets go of it when
/// the process ends, however it ends.
package struct InstanceLock: ~Copyable {
  private let descriptor: Int32

  package struct Taken: Error, CustomStringConvertible {
    package let database: String
    /// Of the process that has it; `nil` where the file does not say.
    package let holder: Int32?

    package var description: String {
      let who = holder.map { " (process \($0))" } ?? ""
      return
        "another abm-rules\(who) is at work on \(database); let it finish or stop it, or name another database with --db"
    }
  }

  package struct Unavailable: Error, CustomStringConvertible {
    package let path: String
    package let reason: String

    package var description: String { "the lock \(path) cannot be taken: \(reason)" }
  }

  package init(database: String) throws {
    // One database has one lock, whatever name it is called by.
    let path = Self.resolved(database) + ".lock"
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Unavailable(path: path, reason: String(cString: strerror(errno))) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = Self.holder(descriptor)
      close(descriptor)
      throw Taken(database: database, holder: holder)
    }
    let text = Array("\(getpid())\n".utf8)
    ftruncate(descriptor, 0)
    _ = text.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    self.descriptor = descriptor
  }

  private static func resolved(_ path: String) -> String {
    guard let found = realpath(path, nil) else { return path }
    defer { free(found) }
    return String(cString: found)
  }

  private static func holder(_ descriptor: Int32) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 else { return nil }
    return Int32(String(decoding: bytes.prefix(count).prefix { $0 != 10 }, as: UTF8.self))
  }

  deinit { close(descriptor) }
}
