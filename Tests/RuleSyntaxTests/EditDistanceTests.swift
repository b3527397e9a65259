import RuleDiagnostics
import Testing

@Suite("Edit distance")
struct EditDistanceTests {
  @Test(arguments: [
    ("", "", 0), ("a", "", 1), ("", "abc", 3), ("stage", "stage", 0), ("stage", "satge", 1), ("stage", "stge", 1),
    ("stage", "staage", 1), ("stage", "stake", 1), ("Stage", "sTAGE", 0), ("ca", "abc", 3), ("größe", "grösse", 2),
  ])
  func countsSlips(left: String, right: String, distance: Int) {
    #expect(editDistance(left, right) == distance)
    #expect(editDistance(right, left) == distance)
  }

  @Test func findsTheNearest() {
    let stages = ["awareness", "consideration", "decision", "customer"]
    #expect(nearest(to: "consideraton", among: stages) == "consideration")
    #expect(nearest(to: "desicion", among: stages) == "decision")
    #expect(nearest(to: "purchase", among: stages) == nil)
    #expect(nearest(to: "x", among: ["y", "z"]) == nil)
    #expect(nearest(to: "on", among: ["or", "in"]) == "or")
    #expect(nearest(to: String(repeating: "a", count: 1_000_000), among: stages) == nil)
  }
}
