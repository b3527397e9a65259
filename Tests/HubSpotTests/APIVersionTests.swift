import HubSpot
import Testing

@Suite("API version")
struct APIVersionTests {
  @Test(arguments: ["2026-03", "2026-09", "2027-03"])
  func aDatedVersionIsRead(text: String) {
    #expect(APIVersion(text)?.description == text)
  }

  @Test(arguments: ["", "v3", "2026", "2026-9", "2026-04", "2025-09", "2026-09-01", "26-09", "2026-09 "])
  func anythingElseIsNone(text: String) {
    #expect(APIVersion(text) == nil)
  }

  @Test func theStandardIsAVersion() {
    #expect(APIVersion(APIVersion.standard.description) == .standard)
  }
}
