import Foundation
import Service

/// Results go to standard output, progress and complaints to standard error.
enum Output {
  static func result(_ text: String, terminator: String = "\n") {
    guard let problem = put(text + terminator, to: STDOUT_FILENO) else { return }
    // Whoever reads has enough, such as `head`: nothing is wrong, and what is to be done is still done.
    if problem == EPIPE { return }
    error("error: the output cannot be written: \(String(cString: strerror(problem)))")
    exit(3)
  }

  static func error(_ text: String) {
    _ = put(text + "\n", to: STDERR_FILENO)
  }

  /// The error number where it cannot be written.
  private static func put(_ text: String, to descriptor: Int32) -> Int32? {
    var rest = ArraySlice(text.utf8)
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count < 0 { return errno }
      rest = rest.dropFirst(count)
    }
    return nil
  }

  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Color is for people: not in files and pipes, and not for those who say `NO_COLOR`.
  static var usesColor: Bool {
    let environment = ProcessInfo.processInfo.environment
    if let value = environment["NO_COLOR"], !value.isEmpty { return false }
    return isTerminal && environment["TERM"] != "dumb"
  }

  /// The columns of the terminal; 100 where there is none.
  static var width: Int {
    var size = winsize()
    guard isTerminal, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? 100
    }
    return Int(size.ws_col)
  }

  static var style: Style { Style(usesColor: usesColor, width: width) }
}
