/// Whether a pattern was found in a text.
package enum MatchResult: Hashable, Sendable {
  case yes
  case no
  /// The search took more than its allowed steps or memory and was given up: nobody knows.
  case limitExceeded
}
