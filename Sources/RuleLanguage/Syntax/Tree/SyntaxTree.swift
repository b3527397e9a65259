package import RuleDiagnostics

/// One parsed file. The tree is lossless: `tokens` and the trivia between them are the text, byte for byte, and every
/// node of `declarations` names the range of text that it was read from. Whatever the parser could not understand is a
/// `malformed` declaration or a `missing` expression; nothing is dropped.
package struct SyntaxTree: Sendable {
  package let file: SourceFile
  /// In order, without gaps but trivia; the last is `.endOfFile`.
  package let tokens: [Token]
  package let declarations: [Declaration]
  /// The canonical spelling of everything that was understood but is not how the language writes it (`=`, `&&`,
  /// curly quotes, `30 %`, superfluous commas). Applying them does not change the meaning; the formatter does so.
  package let canonicalEdits: [TextEdit]
  /// Where the parser reported something whose meaning it could not make out, in order: what stands beside it may
  /// have been read wrong.
  package let misreadings: [SourceRange]
  /// The text of the declarations in which an error was reported, with what was skipped behind them. What seems to be
  /// missing in there, or seems not to be declared elsewhere, may follow from that error alone.
  package let damaged: [SourceRange]

  package init(
    file: SourceFile, tokens: [Token], declarations: [Declaration], canonicalEdits: [TextEdit],
    misreadings: [SourceRange] = [], damaged: [SourceRange] = []
  ) {
    self.file = file
    self.tokens = tokens
    self.declarations = declarations
    self.canonicalEdits = canonicalEdits
    self.misreadings = misreadings
    self.damaged = damaged
  }
}

/// A name as it is declared or used, without its backticks.
package struct Name: Hashable, Sendable {
  package var text: String
  package var range: SourceRange

  package init(_ text: String, _ range: SourceRange) {
    self.text = text
    self.range = range
  }
}

/// A name of the outside world: a list, a property, a webhook. Canonically in quotes.
package struct OutsideName: Hashable, Sendable {
  package var text: String
  package var range: SourceRange

  package init(_ text: String, _ range: SourceRange) {
    self.text = text
    self.range = range
  }
}

/// A text in quotes without interpolation: titles, mail addresses, spellings of a source.
package struct PlainText: Hashable, Sendable {
  package var text: String
  package var range: SourceRange

  package init(_ text: String, _ range: SourceRange) {
    self.text = text
    self.range = range
  }
}

/// A number where the grammar wants a bare one, with its sign.
package struct NumberLiteral: Hashable, Sendable {
  package var value: Double
  package var range: SourceRange

  package init(_ value: Double, _ range: SourceRange) {
    self.value = value
    self.range = range
  }
}
