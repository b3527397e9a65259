import Glibc

/// What the file system says of a file before it is opened.
enum FileFacts {
  /// Whether the database file is there; an empty file counts as none. Throws for what cannot be a database.
  static func check(_ path: String) throws(StoreError) -> Bool {
    var facts = stat()
    guard stat(path, &facts) == 0 else {
      guard errno == ENOENT else { throw .unreadableDatabase(path: path, reason: lastError()) }
      return false
    }
    guard facts.st_mode & S_IFMT == S_IFREG else {
      throw .unreadableDatabase(path: path, reason: "it is not a file")
    }
    guard access(path, R_OK) == 0 else { throw .unreadableDatabase(path: path, reason: lastError()) }
    guard access(path, W_OK) == 0 else { throw .unwritableDatabase(path: path) }
    return facts.st_size > 0
  }

  /// The words of the operating system for the last failure.
  static func lastError() -> String {
    String(cString: strerror(errno))
  }
}
