import Crypto
import Foundation

/// Keeps the refresh token that HubSpot gave in place of the one before, so that it outlives the program. HubSpot may or
/// may not replace refresh tokens, and where it does the old one is no longer good.
///
/// The file is sealed with a key that is made from the client secret: without the variable that holds that secret it says
/// nothing. It belongs to the refresh token that the program is started with; with another one in the environment, as
/// after a person gave consent anew, it is not read any more.
package struct RefreshTokenFile: Sendable {
  package let path: String

  package init(_ path: String) { self.path = path }

  /// `nil` where there is none, or where it belongs to other credentials.
  func read(clientID: String, clientSecret: String, first: String) -> String? {
    guard let text = FileManager.default.contents(atPath: path),
      let sealed = Data(base64Encoded: text), let box = try? AES.GCM.SealedBox(combined: sealed),
      let opened = try? AES.GCM.open(
        box, using: Self.key(clientSecret), authenticating: Self.owner(clientID, first))
    else { return nil }
    return String(decoding: opened, as: UTF8.self)
  }

  /// Is on the disk when this returns. Nobody but the owner of the process may read it.
  func write(_ token: String, clientID: String, clientSecret: String, first: String) throws {
    let box = try AES.GCM.seal(
      Data(token.utf8), using: Self.key(clientSecret), authenticating: Self.owner(clientID, first))
    guard let sealed = box.combined else { preconditionFailure("a box with a nonce of its own has one form") }
    let draft = path + ".part"
    try? FileManager.default.removeItem(atPath: draft)
    guard
      FileManager.default.createFile(atPath: draft, contents: nil, attributes: [.posixPermissions: 0o600])
    else { throw CocoaError(.fileWriteUnknown) }
    let handle = try FileHandle(forWritingTo: URL(filePath: draft))
    try handle.write(contentsOf: sealed.base64EncodedData())
    try handle.synchronize()
    try handle.close()
    guard rename(draft, path) == 0 else { throw CocoaError(.fileWriteUnknown) }
  }

  private static func key(_ clientSecret: String) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: Data(clientSecret.utf8)), info: Data("abm-rules refresh token".utf8),
      outputByteCount: 32)
  }

  /// Whose file it is.
  private static func owner(_ clientID: String, _ first: String) -> Data {
    Data(SHA256.hash(data: Data("\(clientID)\n\(first)".utf8)))
  }
}
