import Foundation
import FoundationXML
import Testing

/// `test` as people and build servers run it.
struct TestCommandTests {
  private let book = """
    contact { email text key  size number }
    rule a { when size > 70 then add to list "A" }
    test "a \\"quoted\\" <title> & more" {
      at 2026-03-02 09:00
      given contact { size 64 }
      expect add to list "A"
    }
    test "nothing" { at 2026-03-02 09:00 given contact { size 64 } expect nothing }
    """

  private func program() throws -> Program {
    let program = try Program()
    try program.write(book, to: "rules/book.abm")
    return program
  }

  @Test func coverageSaysWhatIsNotReachedAndWhy() throws {
    let program = try program()
    defer { program.remove() }
    let outcome = try program.run("test", "--coverage")
    #expect(outcome.code == 1)
    #expect(outcome.output.contains("coverage: 1 of 3 reached, 33 %"))
    #expect(
      outcome.output.contains(
        """
          rules/book.abm:2 rule a: `when` is true
              `size > 70` was never true in any test (it was 64)
        """))
    let json = try program.run("test", "--coverage", "--format", "json").output
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    #expect((object?["tests"] as? [Any])?.count == 2)
    #expect((object?["coverage"] as? [String: Any])?["total"] as? Int == 3)
  }

  @Test func junitIsWellFormedAndHoldsTheTrace() throws {
    let program = try program()
    defer { program.remove() }
    _ = try program.run("test", "--junit", "out/junit.xml")
    let document = try XMLDocument(xmlString: try program.read("out/junit.xml"))
    let cases = try document.nodes(forXPath: "/testsuites/testsuite/testcase").compactMap { $0 as? XMLElement }
    #expect(
      cases.map { $0.attribute(forName: "name")?.stringValue } == ["a \"quoted\" <title> & more", "nothing"])
    let failures = try document.nodes(forXPath: "//failure").compactMap { $0 as? XMLElement }
    #expect(failures.count == 1)
    #expect(failures.first?.attribute(forName: "message")?.stringValue?.contains("did not happen") == true)
    #expect(
      failures.first?.stringValue?.contains("`size > 70` is false") == true
        || failures.first?.stringValue?.contains("size is 64") == true)
    let suite = try document.nodes(forXPath: "/testsuites/testsuite").first as? XMLElement
    #expect(suite?.attribute(forName: "tests")?.stringValue == "2")
    #expect(suite?.attribute(forName: "failures")?.stringValue == "1")
  }
}
