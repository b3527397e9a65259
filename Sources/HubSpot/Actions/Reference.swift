import Crypto

/// Short names made from idempotency keys.
package enum Reference {
  /// 16 hexadecimal digits: 64 bits, so that even among millions of actions no two are likely to share one.
  package static func text(of key: String) -> String {
    digest(key, bytes: 8)
  }

  /// 32 hexadecimal digits, for keys that HubSpot keeps.
  package static func sendID(of key: String) -> String {
    digest(key, bytes: 16)
  }

  private static func digest(_ key: String, bytes: Int) -> String {
    var text = ""
    for byte in SHA256.hash(data: Array(key.utf8)).prefix(bytes) {
      if byte < 16 { text += "0" }
      text += String(byte, radix: 16)
    }
    return text
  }
}
