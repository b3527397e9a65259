import Decisioning
import RuleDiagnostics
import RuleSyntax

/// The statements of a step by what they say, so that one can be found again in another version of the step.
struct StepOutline {
  struct Statement {
    /// As an enrolment remembers it.
    var position: String
    /// Its text and those of what it stands in, without layout; the second of two alike differs from the first.
    var key: String
    /// What a person reads of it.
    var text: String
    /// The positions of those before it in its block, the nearest first, and of what the block belongs to.
    var before: [String]
    var parent: String?
  }

  private(set) var statements: [Statement] = []

  init(_ block: Block, of tree: SyntaxTree) {
    add(block, path: "", key: "", parent: nil, tree)
  }

  func statement(at position: String) -> Statement? { statements.first { $0.position == position } }

  func statement(like key: String) -> Statement? { statements.first { $0.key == key } }

  private mutating func add(_ block: Block, path: String, key: String, parent: String?, _ tree: SyntaxTree) {
    var before: [String] = []
    var counts: [String: Int] = [:]
    for (index, statement) in block.statements.enumerated() {
      let position = "\(path)\(index)"
      let text = statement.head(in: tree)
      let said = text.filter { !$0.isWhitespace }
      let number = counts[said, default: 0]
      counts[said] = number + 1
      let own = "\(key)/\(said)#\(number)"
      statements.append(.init(position: position, key: own, text: text, before: before, parent: parent))
      switch statement {
      case .action, .wait, .waitUntil: break
      case .conditional(_, let then, let otherwise, _):
        add(then, path: "\(position).then.", key: "\(own)/then", parent: position, tree)
        if let otherwise { add(otherwise, path: "\(position).else.", key: "\(own)/else", parent: position, tree) }
      case .split(let split):
        for arm in split.arms {
          add(
            arm.block, path: "\(position).\(arm.name.text).", key: "\(own)/\(arm.name.text)", parent: position, tree)
        }
      }
      before.insert(position, at: 0)
    }
  }
}

extension Block.Statement {
  /// What it says itself, without the blocks in it.
  fileprivate func head(in tree: SyntaxTree) -> String {
    switch self {
    case .action(let action): tree.file.text(action.range)
    case .wait(_, let range), .waitUntil(_, _, let range): tree.file.text(range)
    case .conditional(let condition, _, _, _): "if \(tree.file.text(condition.range))"
    case .split(let split):
      "split\(split.byAccount ? " by account" : "") \(split.arms.map(\.name.text).joined(separator: ", "))"
    }
  }
}

extension SequenceDeclaration {
  func outline(of step: String, in tree: SyntaxTree) -> StepOutline? {
    for case .step(let name, let block, _) in items where name.text == step { return StepOutline(block, of: tree) }
    return nil
  }
}
