/// Something that goes wrong with a share of the requests.
package struct Fault: Codable, Equatable, Sendable {
  package enum Kind: String, Codable, Sendable {
    /// Answers late.
    case latency
    /// Answers `status` and does nothing.
    case errorBefore
    /// Does what was asked, then answers `status`.
    case errorAfter
    /// Answers 429 for no reason.
    case rateLimit
    /// Says nothing for `milliseconds`, then closes the connection; nothing was done.
    case timeoutBefore
    /// The same, and it was done.
    case timeoutAfter
    /// Closes the connection at once; nothing was done.
    case dropBefore
    /// Closes the connection at once; it was done.
    case dropAfter
    /// A part of a batch's rows is refused, each by itself.
    case partial
    /// A part of a batch's rows is written, then comes `status`.
    case partialError
    /// The token is said to be expired.
    case expiredToken
  }

  package var kind: Kind
  /// Of the requests that it fits, 0 to 1.
  package var rate: Double
  /// How the path starts, after `*` if any part may stand before; everything where there is none.
  package var path: String?
  package var method: String?
  package var status: Int?
  package var milliseconds: Int64?
  /// After so many it is over.
  package var times: Int?

  package init(
    _ kind: Kind, rate: Double = 1, path: String? = nil, method: String? = nil, status: Int? = nil,
    milliseconds: Int64? = nil, times: Int? = nil
  ) {
    self.kind = kind
    self.rate = rate
    self.path = path
    self.method = method
    self.status = status
    self.milliseconds = milliseconds
    self.times = times
  }

  func fits(method: String, path: String) -> Bool {
    if let wanted = self.method, wanted.uppercased() != method { return false }
    guard let wanted = self.path else { return true }
    return wanted.hasPrefix("*") ? path.contains(wanted.dropFirst()) : path.hasPrefix(wanted)
  }
}
