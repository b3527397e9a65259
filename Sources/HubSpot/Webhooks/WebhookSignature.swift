import Crypto
import Foundation

/// Whether a delivery comes from HubSpot. Three ways of signing are in use: CRM webhooks carry the first and the third,
/// workflows the second and the third. The bytes of the body are signed as they came.
package struct WebhookSignature: Sendable {
  /// What was sent.
  package struct Delivery: Sendable {
    package var method: String
    /// The full public address that HubSpot was told, not one put together from headers.
    package var uri: String
    package var body: [UInt8]
    /// Of `X-HubSpot-Signature-v3`.
    package var signatureV3: String?
    /// Of `X-HubSpot-Request-Timestamp`, milliseconds since 1970, as it was sent.
    package var timestamp: String?
    /// Of `X-HubSpot-Signature`.
    package var signature: String?
    /// Of `X-HubSpot-Signature-Version`.
    package var version: String?

    package init(
      method: String, uri: String, body: [UInt8], signatureV3: String? = nil, timestamp: String? = nil,
      signature: String? = nil, version: String? = nil
    ) {
      self.method = method
      self.uri = uri
      self.body = body
      self.signatureV3 = signatureV3
      self.timestamp = timestamp
      self.signature = signature
      self.version = version
    }
  }

  package enum Verdict: Hashable, Sendable {
    case genuine
    /// There is no signature that is understood.
    case unsigned
    /// The signature is another one.
    case forged
    /// It is genuine or not, and too old to tell from one that somebody kept and sends again.
    case stale
    /// It comes from further in the future than clocks differ.
    case early
  }

  private let secret: [UInt8]
  private let acceptsOlderSchemes: Bool

  /// HubSpot's own rule.
  private static let windowMilliseconds: Int64 = 5 * 60 * 1_000
  /// As much as clocks may differ.
  private static let skewMilliseconds: Int64 = 30 * 1_000

  /// - Parameters:
  ///   - secret: the client secret of the app.
  ///   - acceptsOlderSchemes: whether the first and second way count where the third is missing. They hold no time, so
  ///     that somebody who saw a delivery can send it again at any time.
  package init(secret: String, acceptsOlderSchemes: Bool = false) {
    self.secret = Array(secret.utf8)
    self.acceptsOlderSchemes = acceptsOlderSchemes
  }

  /// - Parameter now: milliseconds since 1970.
  package func verify(_ delivery: Delivery, now: Int64) -> Verdict {
    if let signature = delivery.signatureV3, let timestamp = delivery.timestamp {
      guard let sent = Int64(timestamp) else { return .forged }
      guard isThird(signature, of: delivery, timestamp) else { return .forged }
      if sent <= now - Self.windowMilliseconds { return .stale }
      return sent > now + Self.skewMilliseconds ? .early : .genuine
    }
    guard acceptsOlderSchemes, let signature = delivery.signature else { return .unsigned }
    let signed: [UInt8]
    switch delivery.version {
    case "v1": signed = secret + delivery.body
    case "v2": signed = secret + Array(delivery.method.utf8) + Array(Self.decoded(delivery.uri).utf8) + delivery.body
    default: return .unsigned
    }
    let expected = SHA256.hash(data: signed).flatMap { byte in
      [Self.digits[Int(byte >> 4)], Self.digits[Int(byte & 15)]]
    }
    return Self.isEqual(expected, Array(signature.lowercased().utf8)) ? .genuine : .forged
  }

  private static let digits = Array("0123456789abcdef".utf8)

  private func isThird(_ signature: String, of delivery: Delivery, _ timestamp: String) -> Bool {
    guard let code = Data(base64Encoded: signature) else { return false }
    var message = Data(delivery.method.utf8)
    message.append(contentsOf: Self.decoded(delivery.uri).utf8)
    message.append(contentsOf: delivery.body)
    message.append(contentsOf: timestamp.utf8)
    // Compares in constant time.
    return HMAC<SHA256>.isValidAuthenticationCode(
      code, authenticating: message, using: SymmetricKey(data: secret))
  }

  /// In a time that does not tell how much of it is right.
  private static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
  }

  /// The characters that HubSpot signs in the clear, by their escapes in either case; the other escapes stay.
  private static let escapes: [String: Character] = [
    "3A": ":", "2F": "/", "3F": "?", "40": "@", "21": "!", "24": "$", "27": "'", "28": "(", "29": ")", "2A": "*",
    "2C": ",", "3B": ";",
  ]

  static func decoded(_ uri: String) -> String {
    guard uri.contains("%") else { return uri }
    var decoded = ""
    var rest = Substring(uri)
    while let character = rest.first {
      if character == "%", let plain = escapes[rest.dropFirst().prefix(2).uppercased()] {
        decoded.append(plain)
        rest = rest.dropFirst(3)
      } else {
        decoded.append(character)
        rest = rest.dropFirst()
      }
    }
    return decoded
  }
}
