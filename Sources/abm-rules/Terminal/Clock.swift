import BusinessTime
import Foundation

/// The clock of the machine; everything below takes the time as a value.
enum Clock {
  static var now: Instant { Instant(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down))) }
}
