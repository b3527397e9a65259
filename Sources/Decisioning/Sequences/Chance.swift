package import BusinessTime
package import RuleSemantics

/// By whom chance is drawn: the key of the contact and that of its account, if it has one.
package struct DrawnKeys: Hashable, Sendable {
  package var contact: String
  package var account: String?

  package init(contact: String, account: String?) {
    self.contact = contact
    self.account = account
  }

  /// All people of an account fare alike where it is by account.
  func id(byAccount: Bool) -> String {
    if byAccount, let account { DrawnKeys.id(ofAccount: account) } else { DrawnKeys.id(ofContact: contact) }
  }

  static func id(ofContact key: String) -> String { "contact:\(key)" }
  static func id(ofAccount key: String) -> String { "account:\(key)" }
}

extension CheckedSequence {
  /// Whether chance leaves somebody out; without a salt nothing is left to chance, and only a holdout of all holds.
  package func isHeldOut(_ keys: DrawnKeys, salt: String?) -> Bool {
    guard let holdout else { return false }
    guard let salt else { return holdout.share >= 1 }
    return Double(bucket(of: keys.id(byAccount: holdout.byAccount), salt: salt)) < holdout.share * 10_000
  }

  /// What chance is drawn with, written down at the first deployment.
  package func newSalt(at now: Instant) -> String { "\(name)@\(now.milliseconds)" }
}

extension Enrolment {
  /// Somebody at the start of a sequence.
  package init(
    of contact: Int32, _ keys: DrawnKeys, in sequence: CheckedSequence, salt: String?, source: Source, at now: Instant
  ) {
    self.init(
      contact: contact, version: sequence.version, enteredAt: now, source: source,
      isHeldOut: sequence.isHeldOut(keys, salt: salt),
      place: .init(step: sequence.steps.first?.name ?? "", position: ""))
  }
}
