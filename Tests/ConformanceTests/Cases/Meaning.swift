import RuleDiagnostics
import RuleSemantics

/// All that a program says, as a text, without where it says it.
func meaning(of program: CheckedProgram) -> String {
  var text = ""
  describe(program, into: &text)
  return text
}

private func describe(_ value: Any, into text: inout String) {
  if value is SourceRange || value is [SourceRange] || value is SourceBook { return }
  let mirror = Mirror(reflecting: value)
  switch mirror.displayStyle {
  case nil where mirror.children.isEmpty: text += "\(value) "
  case .optional:
    if let inner = mirror.children.first { describe(inner.value, into: &text) } else { text += "nil " }
  case .dictionary, .set:
    let members = mirror.children.map { child in
      var member = ""
      describe(child.value, into: &member)
      return member
    }
    text += "{ " + members.sorted().joined(separator: "; ") + "} "
  case .enum where mirror.children.isEmpty: text += "\(value) "
  default:
    text += "\(type(of: value))( "
    for child in mirror.children {
      if let label = child.label { text += label + " " }
      describe(child.value, into: &text)
    }
    text += ") "
  }
}
