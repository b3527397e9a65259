/// The type of a value. Everything has one at check time.
package indirect enum ValueType: Hashable, Sendable {
  case text
  case number
  /// yes or no; also the type of every condition.
  case flag
  case date
  /// An instant.
  case time
  case choice(ChoiceSetID)
  /// A reference to an asset.
  case asset
  case list(ValueType)
  /// Of an expression that was reported; it fits everywhere, so that one mistake gives one report.
  case error
}

/// Names a set of choices: its position in `CheckedProgram.choiceSets`.
package struct ChoiceSetID: Hashable, Sendable {
  package let index: Int

  package init(_ index: Int) {
    self.index = index
  }
}
