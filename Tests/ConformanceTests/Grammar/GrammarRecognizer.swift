import RuleDiagnostics
import RuleSyntax

/// Tells whether tokens are a sentence of the grammar, by trying all that the page allows. It knows nothing of the
/// parser, and needs only that no production starts with itself.
final class GrammarRecognizer {
  private struct Key: Hashable {
    var part: GrammarPart
    var start: Int
  }

  private let grammar: Grammar
  private let tokens: [Token]
  private let texts: [String]
  private var ends: [Key: Set<Int>] = [:]

  init(_ grammar: Grammar, _ tree: SyntaxTree) {
    self.grammar = grammar
    tokens = Array(tree.tokens.dropLast())
    texts = tokens.map { String(decoding: tree.file.bytes[$0.start..<$0.end], as: UTF8.self) }
  }

  func accepts(_ production: String) -> Bool {
    ends(of: .production(production), from: 0).contains(tokens.count)
  }

  /// Every choice that is taken in one reading of the whole, as `production: part`; empty when there is no reading.
  func forms(of production: String) -> Set<String> {
    guard accepts(production) else { return [] }
    var forms: Set<String> = []
    trace(.production(production), from: 0, to: tokens.count, in: production, &forms)
    return forms
  }

  // MARK: - Where a part may end

  private func ends(of part: GrammarPart, from start: Int) -> Set<Int> {
    switch part {
    case .word(let word): return isWord(word, at: start) ? [start + 1] : []
    case .sequence(let parts):
      return parts.reduce([start]) { starts, part in union(starts) { ends(of: part, from: $0) } }
    case .choice(let parts): return union(parts) { ends(of: $0, from: start) }
    case .optional(let inner): return ends(of: inner, from: start).union([start])
    default: break
    }
    let key = Key(part: part, start: start)
    if let known = ends[key] { return known }
    let result: Set<Int>
    switch part {
    case .production(let name):
      result =
        Grammar.isToken(name)
        ? tokenEnds(name, from: start)
        : grammar.productions[name].map { ends(of: $0, from: start) } ?? []
    case .repetition(let inner): result = closure(from: start) { ends(of: inner, from: $0) }
    case .interleaved(let parts): result = Set(interleavedSteps(parts, from: start).keys.filter(\.isDone).map(\.place))
    default: result = []
    }
    ends[key] = result
    return result
  }

  private func union<Elements: Sequence>(_ elements: Elements, _ ends: (Elements.Element) -> Set<Int>) -> Set<Int> {
    elements.reduce(into: []) { $0.formUnion(ends($1)) }
  }

  private func closure(from start: Int, _ next: (Int) -> Set<Int>) -> Set<Int> {
    var found: Set<Int> = [start]
    var open = [start]
    while let place = open.popLast() {
      for end in next(place) where found.insert(end).inserted { open.append(end) }
    }
    return found
  }

  // MARK: - Parts in any order

  private struct Step: Hashable {
    /// What may still come; an interleaved part of a choice is replaced by what it consists of.
    var rest: [GrammarPart]
    var place: Int

    var isDone: Bool { rest.allSatisfy(\.mayBeLeftOut) }
  }

  /// How a state was reached: from which one, by what part; neither for the first, no part where a choice was opened.
  private struct Origin {
    var from: Step?
    var part: GrammarPart?
  }

  /// Every state that can be reached.
  private func interleavedSteps(_ parts: [GrammarPart], from start: Int) -> [Step: Origin] {
    let first = Step(rest: parts, place: start)
    var found = [first: Origin()]
    var open = [first]
    while let step = open.popLast() {
      for (index, part) in step.rest.enumerated() {
        for (rest, inner) in followers(of: part, in: step.rest, at: index) {
          let places = inner.map { ends(of: $0, from: step.place).filter { $0 > step.place } } ?? [step.place]
          for place in places {
            let next = Step(rest: rest, place: place)
            guard found[next] == nil else { continue }
            found[next] = Origin(from: step, part: inner)
            open.append(next)
          }
        }
      }
    }
    return found
  }

  private func followers(
    of part: GrammarPart, in rest: [GrammarPart], at index: Int
  ) -> [(rest: [GrammarPart], inner: GrammarPart?)] {
    var without = rest
    without.remove(at: index)
    switch part {
    case .repetition(let inner): return [(rest, inner)]
    case .optional(let inner): return [(without, inner)]
    case .choice(let choices):
      return choices.map { choice in
        if case .interleaved(let inner) = choice { (without + inner, nil) } else { (without, choice) }
      }
    default: return [(without, part)]
    }
  }

  // MARK: - Tokens

  private func isWord(_ word: String, at place: Int) -> Bool {
    guard place < tokens.count, texts[place] == word else { return false }
    switch tokens[place].kind {
    case .textStart, .textSegment, .textEnd, .interpolationStart, .interpolationEnd, .regex, .unknown: return false
    default: return true
    }
  }

  private func tokenEnds(_ name: String, from start: Int) -> Set<Int> {
    guard start < tokens.count else { return [] }
    let kind = tokens[start].kind
    switch name {
    case "NAME": return kind == .name && !Grammar.reserved.contains(texts[start]) ? [start + 1] : []
    case "NUMBER": return kind == .number ? [start + 1] : []
    case "PERCENT": return kind == .percent ? [start + 1] : []
    case "DATE": return kind == .date ? [start + 1] : []
    case "TIME": return kind == .clockTime ? [start + 1] : []
    case "REGEX": return kind == .regex ? [start + 1] : []
    case "TEXT", "MESSAGE": return kind == .textStart ? textEnds(from: start + 1, mayInsert: name == "MESSAGE") : []
    default: return []
    }
  }

  private func textEnds(from start: Int, mayInsert: Bool) -> Set<Int> {
    var places: Set<Int> = [start]
    var result: Set<Int> = []
    while let place = places.popFirst() {
      guard place < tokens.count else { continue }
      switch tokens[place].kind {
      case .textSegment: places.insert(place + 1)
      case .textEnd: result.insert(place + 1)
      case .interpolationStart where mayInsert:
        for end in ends(of: .production("expression"), from: place + 1)
        where end < tokens.count && tokens[end].kind == .interpolationEnd {
          places.insert(end + 1)
        }
      default: break
      }
    }
    return result
  }

  // MARK: - One reading

  private func trace(
    _ part: GrammarPart, from start: Int, to end: Int, in production: String, _ forms: inout Set<String>
  ) {
    switch part {
    case .word: break
    case .production(let name):
      forms.insert(name)
      guard !Grammar.isToken(name) else { return traceText(name, from: start, to: end, &forms) }
      if let inner = grammar.productions[name] { trace(inner, from: start, to: end, in: name, &forms) }
    case .sequence(let parts): traceSequence(parts[...], from: start, to: end, in: production, &forms)
    case .choice(let parts):
      guard let index = parts.firstIndex(where: { ends(of: $0, from: start).contains(end) }) else { return }
      forms.insert("\(production): \(parts[index].notation)")
      trace(parts[index], from: start, to: end, in: production, &forms)
    case .optional(let inner):
      guard end > start else { return }
      forms.insert("\(production): [ \(inner.notation) ]")
      trace(inner, from: start, to: end, in: production, &forms)
    case .repetition(let inner):
      guard end > start else { return }
      forms.insert("\(production): { \(inner.notation) }")
      var place = start
      while place < end {
        let next = ends(of: inner, from: place).filter { $0 > place && ends(of: part, from: $0).contains(end) }.max()
        guard let next else { return }
        trace(inner, from: place, to: next, in: production, &forms)
        place = next
      }
    case .interleaved(let parts):
      let steps = interleavedSteps(parts, from: start)
      var step = steps.keys.first { $0.isDone && $0.place == end }
      while let current = step, let origin = steps[current], let from = origin.from {
        if let part = origin.part {
          forms.insert("\(production): \(part.notation)")
          trace(part, from: from.place, to: current.place, in: production, &forms)
        }
        step = from
      }
    }
  }

  private func traceSequence(
    _ parts: ArraySlice<GrammarPart>, from start: Int, to end: Int, in production: String, _ forms: inout Set<String>
  ) {
    guard let first = parts.first else { return }
    let rest = parts.dropFirst()
    let middle = ends(of: first, from: start).filter { place in
      rest.isEmpty ? place == end : ends(of: .sequence(Array(rest)), from: place).contains(end)
    }
    guard let place = middle.max() else { return }
    trace(first, from: start, to: place, in: production, &forms)
    traceSequence(rest, from: place, to: end, in: production, &forms)
  }

  private func traceText(_ name: String, from start: Int, to end: Int, _ forms: inout Set<String>) {
    guard name == "MESSAGE" else { return }
    var place = start
    while place < end {
      guard tokens[place].kind == .interpolationStart else {
        place += 1
        continue
      }
      forms.insert("MESSAGE: {expression}")
      var close = place
      var open = 0
      repeat {
        if tokens[close].kind == .interpolationStart { open += 1 }
        if tokens[close].kind == .interpolationEnd { open -= 1 }
        close += 1
      } while open > 0
      trace(.production("expression"), from: place + 1, to: close - 1, in: "MESSAGE", &forms)
      place = close
    }
  }
}

extension GrammarPart {
  /// As the page writes it, without the blanks and breaks.
  var notation: String {
    switch self {
    case .word(let word): "\"\(word)\""
    case .production(let name): name
    case .sequence(let parts): parts.map(\.notation).joined(separator: " ")
    case .choice(let parts): "( " + parts.map(\.notation).joined(separator: " | ") + " )"
    case .optional(let part): "[ \(part.notation) ]"
    case .repetition(let part): "{ \(part.notation) }"
    case .interleaved(let parts): "( " + parts.map(\.notation).joined(separator: " & ") + " )"
    }
  }
}
