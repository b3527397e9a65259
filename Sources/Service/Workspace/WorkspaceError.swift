/// What is wrong with a workspace on disk.
package enum WorkspaceError: Error, CustomStringConvertible {
  case noSuchPath(String)
  case unreadable(String, reason: String)
  case unwritable(String, reason: String)
  case noRuleFiles(String)
  case malformedConfiguration(String, reason: String)
  case unknownConfigurationKey(String, file: String, suggestion: String?)
  case folderNotEmpty(String, file: String)

  package var description: String {
    switch self {
    case .noSuchPath(let path):
      "there is no file or folder `\(path)`; name one that is there, or make a workspace with `abm-rules init`"
    case .unreadable(let path, let reason): "`\(path)` cannot be read: \(reason)"
    case .unwritable(let path, let reason): "`\(path)` cannot be written: \(reason)"
    case .noRuleFiles(let path): "there are no `*.abm` files below `\(path)`; rule files end in `.abm`"
    case .malformedConfiguration(let file, let reason): "`\(file)` is not understood: \(reason)"
    case .unknownConfigurationKey(let key, let file, let suggestion):
      "`\(file)` sets `\(key)`, which is no setting" + (suggestion.map { "; did you mean `\($0)`?" } ?? "")
    case .folderNotEmpty(let folder, let file):
      "`\(folder)` already holds `\(file)`; choose an empty folder, or move the file away"
    }
  }
}
