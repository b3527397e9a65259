/// The texts of a rule book, kept for good with the runs that followed it.
package struct RulebookVersion: Hashable, Sendable {
  package struct File: Hashable, Sendable {
    package var path: String
    package var text: String

    package init(path: String, text: String) {
      self.path = path
      self.text = text
    }
  }

  /// Names the version: a hash of all that is in it.
  package var hash: String
  package var files: [File]

  package init(hash: String, files: [File]) {
    self.hash = hash
    self.files = files
  }
}
