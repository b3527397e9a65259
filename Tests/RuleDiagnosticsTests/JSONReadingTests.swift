import RuleDiagnostics
import Testing

/// Reading JSON gives back what was written, members in their order, and nothing for what is none.
struct JSONReadingTests {
  @Test(arguments: [
    JSONValue.null, .flag(true), .flag(false), .number(0), .number(-1.5e-9), .number(1e21), .text(""),
    .text("a \"quoted\" \\ text\n\t\u{1} — ü 🙂"), .list([]), .record([]),
    .record([.init("b", .list([.number(1), .null])), .init("a", .record([.init("", .text("x"))]))]),
  ])
  func whatIsWrittenIsRead(_ value: JSONValue) {
    #expect(JSONValue(text: value.text) == value)
    #expect(JSONValue(text: value.indentedText) == value)
  }

  @Test func escapesOfOthers() {
    #expect(
      JSONValue(text: #" [ "\u00e4\ud83d\ude42\/\b\f\r" , 1E2 ] "#) == .list([.text("ä🙂/\u{8}\u{C}\r"), .number(100)]))
  }

  @Test(arguments: [
    "", "nul", "tru", "{", "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}", "\"", "\"\\u12\"", "\"\\ud83d\"",
    "\"\\ud83d\\u0041\"",
    "1 2", "-", "[1", "\"\\", String(repeating: "[", count: 70) + String(repeating: "]", count: 70),
  ])
  func whatIsNoJSON(_ text: String) {
    #expect(JSONValue(text: text) == nil)
  }
}
