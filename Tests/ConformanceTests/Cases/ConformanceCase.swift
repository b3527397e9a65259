import Testing

/// One example of the language reference, and what it is expected to do: a heading, a sentence of why, and fences.
struct ConformanceCase: Sendable, CustomTestStringConvertible {
  /// What a fence holds; what comes after `rule` is worked out and compared.
  enum FenceKind: String, CaseIterable, Sendable {
    /// Declarations that stand beside the rule; those of the nearest heading count.
    case given
    /// A file of assets, for `assets from "assets.csv"`.
    case assets
    /// What happened, in the words of a `test`; that of the nearest heading counts.
    case people
    /// The file that the case is about.
    case rule
    /// The rule as the formatter writes it, where that is not as it is written.
    case format
    case diagnostics
    /// What the linter says about the rule.
    case lint
    /// The rule after all safe repairs.
    case fixed
    /// Values of expressions for each person or account.
    case values
    /// For whom the conditions of the rules are true.
    case matches
    /// What the recommendations find for each person, by themselves.
    case ranking
    /// What is decided while the story of `people` runs.
    case actions
    /// What fails of the tests in the rule; without it all pass.
    case failures

    var isExpectation: Bool {
      switch self {
      case .given, .assets, .people, .rule: false
      case .format, .diagnostics, .lint, .fixed, .values, .matches, .ranking, .actions, .failures: true
      }
    }
  }

  struct Fence: Sendable {
    var kind: FenceKind
    /// Ends with a line end unless it is empty.
    var text: String
    /// The lines between the fence's own, from 0.
    var lines: Range<Int>
  }

  /// The file's name, as in `expressions.md`.
  var chapter: String
  var title: String
  /// The line of the heading, from 1.
  var line: Int
  var given: String
  var people: String?
  var assets: String?
  var fences: [Fence]

  /// A sign for the NUL byte stands for it, since no Markdown holds one.
  var rule: String {
    (text(of: .rule) ?? "").split(separator: "␀", omittingEmptySubsequences: false).joined(separator: "\0")
  }

  func text(of kind: FenceKind) -> String? { fences.first { $0.kind == kind }?.text }

  var testDescription: String { "\(chapter):\(line) \(title)" }

  static let all: [ConformanceCase] = {
    do {
      return try Chapter.all().flatMap { try $0.cases() }
    } catch {
      fatalError("the language reference cannot be read: \(error)")
    }
  }()
}
