/// Reads the notation that `grammar/abm-rules.ebnf` explains on its first lines.
struct GrammarReader {
  struct Malformed: Error, CustomStringConvertible {
    var description: String
  }

  private let characters: [Character]
  private var position = 0

  init(_ text: String) {
    characters = Array(text)
  }

  mutating func read() throws -> [(name: String, part: GrammarPart)] {
    var result: [(name: String, part: GrammarPart)] = []
    skipBlanks()
    while position < characters.count {
      let name = takeName()
      guard !name.isEmpty, take("=") else { throw malformed("a production is missing") }
      let part = try readChoice()
      guard take(";") else { throw malformed("production `\(name)` has no end") }
      guard !result.contains(where: { $0.name == name }) else { throw malformed("two productions `\(name)`") }
      result.append((name, part))
    }
    return result
  }

  // MARK: - Parts, from the loosest to the tightest

  private mutating func readChoice() throws -> GrammarPart {
    var parts = [try readInterleaved()]
    while take("|") { parts.append(try readInterleaved()) }
    return parts.count == 1 ? parts[0] : .choice(parts)
  }

  private mutating func readInterleaved() throws -> GrammarPart {
    var parts = [try readSequence()]
    while take("&") { parts.append(try readSequence()) }
    return parts.count == 1 ? parts[0] : .interleaved(parts)
  }

  private mutating func readSequence() throws -> GrammarPart {
    var parts: [GrammarPart] = []
    while let part = try readOne() { parts.append(part) }
    guard !parts.isEmpty else { throw malformed("a part is missing") }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  private mutating func readOne() throws -> GrammarPart? {
    if take("[") { return .optional(try readGroup("]")) }
    if take("{") { return .repetition(try readGroup("}")) }
    if take("(") { return try readGroup(")") }
    if let quote = current, quote == "\"" || quote == "'" { return .word(try takeQuoted(quote)) }
    let name = takeName()
    return name.isEmpty ? nil : .production(name)
  }

  private mutating func readGroup(_ end: Character) throws -> GrammarPart {
    let part = try readChoice()
    guard take(end) else { throw malformed("`\(end)` is missing") }
    return part
  }

  // MARK: - Characters

  private var current: Character? { position < characters.count ? characters[position] : nil }

  private mutating func take(_ character: Character) -> Bool {
    guard current == character else { return false }
    position += 1
    skipBlanks()
    return true
  }

  private mutating func takeName() -> String {
    var name = ""
    while let character = current, character.isLetter || character == "_" {
      name.append(character)
      position += 1
    }
    skipBlanks()
    return name
  }

  private mutating func takeQuoted(_ quote: Character) throws -> String {
    position += 1
    var text = ""
    while let character = current, character != quote {
      guard character != "\n" else { throw malformed("a text has no end") }
      text.append(character)
      position += 1
    }
    position += 1
    skipBlanks()
    return text
  }

  private mutating func skipBlanks() {
    while let character = current {
      if character.isWhitespace {
        position += 1
      } else if character == "(", position + 1 < characters.count, characters[position + 1] == "*" {
        position += 2
        while position + 1 < characters.count, characters[position] != "*" || characters[position + 1] != ")" {
          position += 1
        }
        position += 2
      } else {
        return
      }
    }
  }

  private func malformed(_ problem: String) -> Malformed {
    let line = characters.prefix(position).filter { $0.isNewline }.count + 1
    return Malformed(description: "abm-rules.ebnf, line \(line): \(problem)")
  }
}
