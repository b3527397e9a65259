import Foundation
import Testing

/// Rule books whose own tests say what they mean.
struct AcceptanceTests {
  @Test(arguments: ["hot_segment", "six_qa", "webinar"])
  func everyTestOfTheBookPasses(name: String) throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/\(name).abm")
    let book = try Book(String(contentsOf: url, encoding: .utf8), path: "\(name).abm")
    let report = book.testReport()
    #expect(report.count == 3)
    #expect(report.filter { !$0.hasSuffix(": passed") } == [])
  }
}
