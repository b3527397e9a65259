import Crypto
import Decisioning
import Foundation
import RuleDiagnostics

extension RunResult {
  /// SHA-256, in hexadecimal, of all that was decided: equal where it is equal byte for byte.
  var digest: String { digestOfText(json.text) }
}

func digestOfText(_ text: String) -> String {
  SHA256.hash(data: Data(text.utf8)).map { byte in
    let digits = String(byte, radix: 16)
    return digits.count == 1 ? "0" + digits : digits
  }.joined()
}

extension RunService.Options {
  /// What has to be known to decide the same again.
  var json: JSONValue {
    .members([
      ("approved_rules", .list(approvedRules.sorted().map(JSONValue.text))), ("beyond_halt", .flag(goesBeyondHalt)),
      ("about", scope?.json),
    ])
  }

  /// Reads what `json` writes.
  init(kept text: String) throws {
    struct Kept: Decodable {
      var approvedRules: [String]
      var beyondHalt: Bool
      var about: RunScope?

      enum CodingKeys: String, CodingKey {
        case approvedRules = "approved_rules"
        case beyondHalt = "beyond_halt"
        case about
      }
    }
    let kept = try JSONDecoder().decode(Kept.self, from: Data(text.utf8))
    self.init(approvedRules: Set(kept.approvedRules), goesBeyondHalt: kept.beyondHalt)
    scope = kept.about
  }
}
