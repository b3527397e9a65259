import GRDB
import Glibc

extension StoreError {
  /// What an error of SQLite means for whoever waits for the result.
  init(_ error: any Error, path: String, timeoutSeconds: Double) {
    if let known = error as? StoreError {
      self = known
      return
    }
    guard let failure = error as? DatabaseError else {
      self = .sqlite(path: path, code: 0, message: "\(error)")
      return
    }
    let message = failure.message ?? "no message"
    switch failure.resultCode {
    case .SQLITE_NOTADB: self = .notADatabase(path: path)
    case .SQLITE_BUSY, .SQLITE_LOCKED: self = .locked(path: path, timeoutSeconds: timeoutSeconds)
    case .SQLITE_FULL: self = .diskFull(path: path)
    // Where there is no room for its log beside the database, SQLite speaks of input and output.
    case .SQLITE_IOERR where Self.isFull(beside: path): self = .diskFull(path: path)
    case .SQLITE_CORRUPT: self = .corrupt(path: path, detail: message)
    case .SQLITE_READONLY: self = .unwritableDatabase(path: path)
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_IOERR:
      self = .unreadableDatabase(path: path, reason: message)
    default: self = .sqlite(path: path, code: Int(failure.extendedResultCode.rawValue), message: message)
    }
  }

  private static func isFull(beside path: String) -> Bool {
    var facts = statvfs()
    guard statvfs(path, &facts) == 0 else { return false }
    return UInt64(facts.f_bavail) * UInt64(facts.f_frsize) < 65_536
  }
}
