import RuleDiagnostics
import RuleSyntax

// Names in expressions: `score`, `account.employees`, `event.asset.topics`.
extension Checker {
  mutating func checkPath(
    _ path: [Name], in scope: Scope, context: ValueType?, at range: SourceRange
  ) -> CheckedExpression {
    guard let first = path.first else { return failed(at: range) }
    if path.count == 1 { return checkName(first, in: scope, context: context) }
    guard let attributes = qualified(first, followedBy: path[1], in: scope) else {
      // No qualifier: a reference to an asset, whose fields follow.
      switch resolve(first, in: self.attributes(of: scope)) {
      case .value(let kind, let type, let mayBeMissing):
        let root = CheckedExpression(kind, type, mayBeMissing: mayBeMissing, at: first.range)
        return follow(root, path.dropFirst(), context: context, at: range)
      case .silent: return failed(at: range)
      case .unknown:
        reportUnknownQualifier(first, followedBy: path[1], in: scope)
        return failed(at: range)
      }
    }
    guard case .some(let attributes) = attributes else { return failed(at: range) }
    switch resolve(path[1], in: attributes) {
    case .value(let kind, let type, let mayBeMissing):
      let root = CheckedExpression(
        kind, type, mayBeMissing: mayBeMissing, at: first.range.union(path[1].range))
      return follow(root, path.dropFirst(2), context: context, at: range)
    case .silent: return failed(at: range)
    case .unknown:
      reportUnknownField(path[1], in: attributes)
      return failed(at: range)
    }
  }

  private mutating func checkName(_ name: Name, in scope: Scope, context: ValueType?) -> CheckedExpression {
    if let context, let value = value(named: name.text, in: context) {
      return constant(value, context, at: name.range)
    }
    switch name.text {
    case "now": return CheckedExpression(.now, .time, mayBeMissing: false, at: name.range)
    case "today": return CheckedExpression(.today, .date, mayBeMissing: false, at: name.range)
    default: break
    }
    switch resolve(name, in: attributes(of: scope)) {
    case .value(let kind, let type, let mayBeMissing):
      return CheckedExpression(kind, type, mayBeMissing: mayBeMissing, at: name.range)
    case .unknown where name.text == "candidate" && scope.hasCandidate:
      return CheckedExpression(.candidate, .asset, mayBeMissing: false, at: name.range)
    case .silent: break
    case .unknown: reportUnknown(name, in: scope, context: context)
    }
    return failed(at: name.range)
  }

  /// Reads fields of assets along the rest of a path.
  private mutating func follow(
    _ root: CheckedExpression, _ names: ArraySlice<Name>, context: ValueType?, at range: SourceRange
  ) -> CheckedExpression {
    var current = root
    for name in names {
      guard current.type == .asset else {
        report(.fieldOfValue(name.text, of: text(current.range), phrase(current.type), at: name.range))
        return failed(at: range)
      }
      guard let index = self.names.fields[.asset]?[name.text] else {
        if !self.names.unreadableRecords.contains(.asset) { reportUnknownField(name, in: .candidate) }
        return failed(at: range)
      }
      let field = program.asset[index]
      guard field.type != .error else { return failed(at: range) }
      current = CheckedExpression(
        .assetField(of: current, index), field.type, mayBeMissing: current.mayBeMissing || field.mayBeMissing,
        at: root.range.union(name.range))
    }
    return current
  }

  /// What a qualifier opens: `nil` when the name is none; `.some(nil)` when it is one that does not belong here, which
  /// was reported.
  private mutating func qualified(_ name: Name, followedBy next: Name, in scope: Scope) -> Attributes?? {
    switch name.text {
    case "contact":
      if scope.subject == .contact { return .some(.subject(.contact, .subject, viaAccount: false)) }
      if scope.names == .person {
        let prefix = SourceRange(file: name.range.file, start: name.range.start, end: next.range.start)
        report(.superfluousContact(next.text, at: name.range, prefix: prefix))
      } else {
        report(.contactOfAccount(at: name.range))
      }
      return .some(nil)
    case "account":
      return .some(.subject(.account, .subject, viaAccount: scope.subject == .contact))
    case "event":
      if let attributes = triggerAttributes(of: scope) { return .some(attributes) }
      report(.eventOutsideOn(at: name.range))
      return .some(nil)
    case "candidate":
      if scope.hasCandidate { return .some(.candidate) }
      report(.outsideRecommendation("candidate", at: name.range))
      return .some(nil)
    default: return nil
    }
  }

  // MARK: - Looking without checking

  /// The value that a name stands for among the values of a type: a choice, an asset.
  func value(named name: String, in type: ValueType) -> Value? {
    switch type {
    case .choice(let id): program[id].values.firstIndex(of: name).map { .choice(id, $0) }
    case .asset: assetsByName[name].map { .asset($0) }
    case .text, .number, .flag, .date, .time, .list, .error: nil
    }
  }

  /// Whether a bare name means something in the scope by itself.
  func isDeclared(_ name: Name, in scope: Scope) -> Bool {
    if name.text == "now" || name.text == "today" { return true }
    switch attributes(of: scope) {
    case .subject(let subject, _, _):
      let kind: RecordDeclaration.Kind = subject == .contact ? .contact : .account
      return names.fields[kind]?[name.text] != nil
        || names.definitions[.init(subject: subject, name: name.text)] != nil
        || isMalformed(name.text, "define", "score", "journey", "segment")
    case .deal: return names.fields[.deal]?[name.text] != nil
    case .candidate: return names.fields[.asset]?[name.text] != nil
    case .event(.type(let event), _):
      return ["at", "worth"].contains(name.text) || names.eventFields[event.index][name.text] != nil
    case .event(.interactions, _): return ["at", "worth"].contains(name.text)
    case .change: return ["at", "old", "new"].contains(name.text)
    }
  }

  /// The type of a bare name as far as it is known without checking a definition.
  func peekType(of name: Name, in scope: Scope) -> ValueType? {
    switch attributes(of: scope) {
    case .subject(let subject, _, _): return peekType(of: name.text, subject: subject)
    case .deal: return names.fields[.deal]?[name.text].map { program.deal[$0].type }
    case .candidate: return names.fields[.asset]?[name.text].map { program.asset[$0].type }
    case .event(.type(let event), _):
      return names.eventFields[event.index][name.text].map { program[event].record[$0].type }
    case .event(.interactions, _): return nil
    case .change(let type, _): return ["old", "new"].contains(name.text) ? type : nil
    }
  }

  func peekType(of name: String, subject: Subject) -> ValueType? {
    let kind: RecordDeclaration.Kind = subject == .contact ? .contact : .account
    if let index = names.fields[kind]?[name] { return program.record(of: subject)[index].type }
    guard let index = names.definitions[.init(subject: subject, name: name)] else { return nil }
    let declared = names.declared[index]
    if case .checked(let id) = declared.state { return program[id].type }
    return declared.knownType
  }

  /// The names that can stand alone in the scope, in the order of their declaration, of one type where it is given.
  /// None when no more suggestions are looked for.
  func namesInScope(_ attributes: Attributes, of type: ValueType?) -> [String] {
    guard names.comparisonsLeft > 0 else { return [] }
    func fields(_ schema: RecordSchema) -> [String] {
      schema.fields.filter { type == nil || $0.type == type }.map(\.name)
    }
    switch attributes {
    case .subject(let subject, _, _):
      let defined = names.declared.filter { $0.subject == subject }.map(\.head.name.text)
      return fields(program.record(of: subject))
        + defined.filter { name in
          guard let type, let known = peekType(of: name, subject: subject) else { return true }
          return known == type
        }
    case .deal: return fields(program.deal)
    case .candidate: return fields(program.asset)
    case .event(.type(let event), _):
      return fields(program[event].record) + (type == nil || type == .time ? ["at"] : [])
        + ((type == nil || type == .number) && program[event].worth != nil ? ["worth"] : [])
    case .event(.interactions, _): return ["at", "worth"]
    case .change: return ["at", "old", "new"]
    }
  }
}
