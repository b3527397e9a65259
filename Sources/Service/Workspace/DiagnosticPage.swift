import RuleDiagnostics
import WorkspaceFiles

/// The page of a diagnostic, which `explain` prints.
package enum DiagnosticPage {
  package enum Found {
    case page(String)
    /// There is no such diagnostic; the nearest that there is.
    case unknown(suggestion: String?)
  }

  package static func find(_ name: String) -> Found {
    guard let id = DiagnosticID(rawValue: name),
      let page = WorkspaceFile.named("docs/diagnostics/\(id.rawValue).md")
    else {
      return .unknown(suggestion: nearest(to: name, among: DiagnosticID.allCases.map(\.rawValue)))
    }
    return .page(page.contents)
  }
}
