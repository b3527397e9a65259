package import BusinessTime

/// A constant of a rule book, a value of a contact, the result of an expression.
package indirect enum Value: Hashable, Sendable {
  case missing
  case text(String)
  /// Always finite.
  case number(Double)
  case flag(Bool)
  case date(CivilDate)
  case time(Instant)
  /// The position of the value in its set, from 0.
  case choice(ChoiceSetID, Int)
  case asset(AssetID)
  case list([Value])
}

/// Names an asset: its position in `CheckedProgram.assets`.
package struct AssetID: Hashable, Sendable {
  package let index: Int

  package init(_ index: Int) {
    self.index = index
  }
}
