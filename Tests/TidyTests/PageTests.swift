import Foundation
import Testing

@Suite("Pages")
struct PageTests {
  private static let pages: [Repository.File] = {
    let top = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"].compactMap { name in
      (try? String(contentsOf: Repository.root.appending(path: name), encoding: .utf8)).map {
        Repository.File(path: name, text: $0)
      }
    }
    return top + ["docs", "grammar", "playground"].flatMap { Repository.files(below: $0, ending: ".md") }
  }()

  @Test func linksLeadToFilesThatAreThere() {
    #expect(Self.pages.count > 30)
    for page in Self.pages {
      let folder = Repository.root.appending(path: page.path).deletingLastPathComponent()
      for match in page.text.matches(of: #/\]\(([^)\s#]+)(#[^)]*)?\)/#) where !match.output.1.contains("://") {
        let target = folder.appending(path: String(match.output.1))
        #expect(FileManager.default.fileExists(atPath: target.path), "\(page.path): \(match.output.1)")
      }
    }
  }

  @Test func noPageNamesAMachine() {
    for page in Self.pages {
      #expect(!page.text.contains("/home/") && !page.text.contains("/root/"), "\(page.path)")
    }
  }
}
