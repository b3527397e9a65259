/// A number that looks drawn by lot and is the same for the same texts, on any machine and in any run: FNV-1a of 64
/// bits over the salt, a zero byte and the text, then the finalizer of MurmurHash3, since the high bits of FNV-1a alone
/// depend too little on the last letters.
func stableHash(of text: String, salt: String) -> UInt64 {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
  salt.utf8.forEach(add)
  add(0)
  text.utf8.forEach(add)
  hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
  hash = (hash ^ (hash >> 33)) &* 0xc4ce_b9fe_1a85_ec53
  return hash ^ (hash >> 33)
}

/// One of 10,000 equal parts of everybody, from 0: which arm or holdout a subject belongs to.
///
/// - Parameters:
///   - key: of the contact or account. Not the number of its record, which depends on the order of arrival.
///   - salt: of what assigns, so that two of them assign independently of each other.
package func bucket(of key: String, salt: String) -> Int {
  Int(stableHash(of: key, salt: salt) % 10_000)
}
