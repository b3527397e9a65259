import Foundation
import Service

/// Results go to standard output, progress and complaints to standard error.
enum Output {
  static func result(_ text: String, terminator: String = "\n") {
    FileHandle.standardOutput.write(Data((text + terminator).utf8))
  }

  static func error(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
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
