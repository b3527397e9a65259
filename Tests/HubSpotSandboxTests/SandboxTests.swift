import Foundation
import HubSpotSandbox
import Testing

/// What HubSpot's own client cannot easily be brought to do; the rest is in `scripts/sandbox-conformance`.
@Suite("Sandbox")
struct SandboxTests {
  private static let row: JSON = [
    "inputs": [
      ["id": "a@example.com", "idProperty": "email", "properties": ["firstname": "A"]],
      ["id": "b@example.com", "idProperty": "email", "properties": ["firstname": "B"]],
    ]
  ]

  @Test func datedAndNumberedPathsMeanTheSame() async throws {
    try await RunningSandbox.with { sandbox in
      let id = try await sandbox.contact("ann@example.com")
      for path in [
        "/crm/v3/objects/contacts/\(id)", "/crm/objects/2026-09/contacts/\(id)", "/crm/objects/2026-03/0-1/\(id)",
      ] {
        let answer = try await sandbox.call("GET", path)
        #expect(answer.status == 200)
        #expect(answer.body["properties"]?["email"]?.string == "ann@example.com")
      }
      let status = try await sandbox.call("GET", "/crm/objects/2020-01/contacts/\(id)").status
      #expect(status == 404)
      let statusThen = try await sandbox.call("GET", "/crm/v3/objects/contacts/\(id)", token: nil).status
      #expect(statusThen == 401)
    }
  }

  private static let strikes: [(Fault.Kind, Int64)] = [
    (.errorBefore, 0), (.errorAfter, 2), (.dropBefore, 0), (.dropAfter, 2), (.timeoutBefore, 0), (.timeoutAfter, 2),
  ]

  @Test(arguments: strikes)
  func faultsStrikeBeforeOrAfterTheWrite(kind: Fault.Kind, written: Int64) async throws {
    var configuration = SandboxConfiguration()
    configuration.faults = [Fault(kind, path: "/crm/", method: "POST", status: 502, milliseconds: 50, times: 1)]
    try await RunningSandbox.with(configuration) { sandbox in
      let answer = try? await sandbox.call("POST", "/crm/v3/objects/contacts/batch/upsert", Self.row)
      let expected = kind == .errorBefore || kind == .errorAfter ? 502 : nil
      #expect(answer?.status == expected)
      let contacts = try await sandbox.count("contacts")
      #expect(contacts == written)
      let status = try await sandbox.call("POST", "/crm/v3/objects/contacts/batch/upsert", Self.row).status
      #expect(status == 200)
      let contactsThen = try await sandbox.count("contacts")
      #expect(contactsThen == 2)
    }
  }

  @Test func halfABatchIsWritten() async throws {
    var configuration = SandboxConfiguration()
    configuration.faults = [Fault(.partialError, path: "*batch", times: 1)]
    try await RunningSandbox.with(configuration) { sandbox in
      let status = try await sandbox.call("POST", "/crm/v3/objects/contacts/batch/upsert", Self.row).status
      #expect(status == 503)
      let contacts = try await sandbox.count("contacts")
      #expect(contacts == 1)
    }
  }

  @Test func aSendHappensOnceForItsKey() async throws {
    try await RunningSandbox.with { sandbox in
      let send: JSON = ["emailId": 7, "message": ["to": "new@example.com", "sendId": "key-1"]]
      for path in ["/marketing/v4/email/single-send", "/marketing/email-campaigns/2026-03/single-send"] {
        let status = try await sandbox.call("POST", path, send).status
        #expect(status == 200)
      }
      let sends = try await sandbox.call("GET", "/sandbox/sends").body["results"]?.array ?? []
      #expect(sends.map { $0["result"]?.string } == ["SENT", "IDEMPOTENT_IGNORE"])
      // An address that nobody has becomes a contact.
      let contacts = try await sandbox.count("contacts")
      #expect(contacts == 1)
      _ = try await sandbox.call(
        "POST", "/communication-preferences/v4/statuses/new@example.com/unsubscribe-all?channel=EMAIL")
      let other: JSON = ["emailId": 7, "message": ["to": "new@example.com", "sendId": "key-2"]]
      let status =
        try await sandbox.call("POST", "/marketing/v4/email/single-send", other).body["statusId"]?.string ?? ""
      try await Task.sleep(for: .milliseconds(250))
      let result = try await sandbox.call("GET", "/marketing/v3/email/send-statuses/\(status)").body
      #expect(result["sendResult"]?.string == "ADDRESS_OPTED_OUT")
    }
  }

  @Test func mergedRecordsAreFoundByTheirOldIds() async throws {
    try await RunningSandbox.with { sandbox in
      let (a, b) = (try await sandbox.contact("a@example.com"), try await sandbox.contact("b@example.com"))
      let merged = try await sandbox.call(
        "POST", "/crm/v3/objects/contacts/merge", ["primaryObjectId": .text(a), "objectIdToMerge": .text(b)])
      let id = merged.body["id"]?.string
      let found = try await sandbox.call("GET", "/crm/v3/objects/contacts/\(a)").body["id"]?.string
      #expect(found == id)
      let update: JSON = ["inputs": [["id": .text(a), "properties": ["firstname": "X"]]]]
      let status = try await sandbox.call("POST", "/crm/v3/objects/contacts/batch/update", update).status
      #expect(status == 404)
      let single = try await sandbox.call(
        "PATCH", "/crm/v3/objects/contacts/\(a)", ["properties": ["firstname": "X"]])
      #expect(single.status == 200)
      let statusThen = try await sandbox.call("POST", "/crm/v3/objects/contacts/gdpr-delete", ["objectId": .text(a)])
        .status
      #expect(statusThen == 204)
      let contacts = try await sandbox.count("contacts")
      #expect(contacts == 0)
    }
  }

  @Test func tokensAreRefreshedAndExpire() async throws {
    var configuration = SandboxConfiguration()
    configuration.oauth.lifetimeSeconds = 1
    configuration.oauth.rotatesRefreshTokens = true
    try await RunningSandbox.with(configuration) { sandbox in
      let login = "client_id=sandbox-client&client_secret=sandbox-secret"
      let first = try await sandbox.call(
        "POST", "/oauth/2026-09/token", token: nil, form: "grant_type=authorization_code&code=sandbox-code&\(login)")
      let access = first.body["access_token"]?.string ?? ""
      #expect(access.utf8.count > 500)
      let status = try await sandbox.call("GET", "/account-info/v3/details", token: access).status
      #expect(status == 200)
      let refresh = first.body["refresh_token"]?.string ?? ""
      let form = "grant_type=refresh_token&refresh_token=\(refresh)&\(login)"
      let statusThen = try await sandbox.call("POST", "/oauth/v3/token", token: nil, form: form).status
      #expect(statusThen == 200)
      let again = try await sandbox.call("POST", "/oauth/v3/token", token: nil, form: form)
      #expect(again.body["status"]?.string == "BAD_REFRESH_TOKEN")
      try await Task.sleep(for: .milliseconds(1_050))
      let late = try await sandbox.call("GET", "/account-info/v3/details", token: access)
      #expect(late.body["category"]?.string == "EXPIRED_AUTHENTICATION")
    }
  }

  @Test func aTokenMayDoWhatItsScopesSay() async throws {
    var configuration = SandboxConfiguration()
    configuration.tokens = ["reader": ["crm.objects.contacts.read"]]
    try await RunningSandbox.with(configuration) { sandbox in
      let status = try await sandbox.call("GET", "/crm/v3/objects/contacts", token: "reader").status
      #expect(status == 200)
      let refused = try await sandbox.call(
        "POST", "/crm/v3/objects/contacts", ["properties": ["email": "a@example.com"]], token: "reader")
      #expect(refused.status == 403)
      #expect(
        refused.body["errors"]?.array?.first?["context"]?["requiredGranularScopes"] == ["crm.objects.contacts.write"])
      let statusThen = try await sandbox.call("GET", "/crm/v3/objects/contacts", token: "unknown").status
      #expect(statusThen == 401)
    }
  }

  @Test func manyRecordsOfOneMomentCanBeWalkedById() async throws {
    try await RunningSandbox.with { sandbox in
      try await sandbox.call("POST", "/sandbox/generate", ["contacts": 300, "modifiedAt": 1_700_000_000_000])
      var (last, seen) = ("0", 0)
      while true {
        let found =
          try await sandbox.call(
            "POST", "/crm/objects/2026-09/contacts/search",
            [
              "limit": 200, "sorts": ["hs_object_id"], "properties": ["email"],
              "filterGroups": [
                [
                  "filters": [
                    ["propertyName": "lastmodifieddate", "operator": "GTE", "value": "1700000000000"],
                    ["propertyName": "lastmodifieddate", "operator": "LT", "value": "1700000000001"],
                    ["propertyName": "hs_object_id", "operator": "GT", "value": .text(last)],
                  ]
                ]
              ],
            ]
          ).body["results"]?.array ?? []
        guard let id = found.last?["id"]?.string else { break }
        (last, seen) = (id, seen + found.count)
      }
      #expect(seen == 300)
    }
  }

  @Test func theSameSeedDrawsTheSameFaults() async throws {
    var configuration = SandboxConfiguration()
    configuration.faults = [Fault(.errorBefore, rate: 0.3)]
    let drawn = Recorded()
    for _ in 0..<2 {
      try await RunningSandbox.with(configuration) { sandbox in
        var statuses: [Int] = []
        for _ in 0..<40 { statuses.append(try await sandbox.call("GET", "/crm/v3/owners").status) }
        await drawn.add(statuses)
      }
    }
    let all = await drawn.all
    #expect(all[0] == all[1])
    #expect(Set(all[0]) == [200, 503])
  }

  private actor Recorded {
    private(set) var all: [[Int]] = []
    func add(_ statuses: [Int]) { all.append(statuses) }
  }

  @Test func settingsThatNobodyKnowsAreRefused() {
    #expect(throws: SandboxError.self) { try SandboxConfiguration.parse("lag: 3") }
    #expect(throws: SandboxError.self) { try SandboxConfiguration.parse("faults: [{kind: earthquake, rate: 1}]") }
    let configuration = try? SandboxConfiguration.parse(
      """
      limits: { burst: 100 }
      faults:
        - { kind: errorAfter, rate: 0.05, path: /crm/, status: 502 }
      """)
    #expect(configuration?.limits.burst == 100)
    #expect(configuration?.limits.daily == 625_000)
    #expect(configuration?.faults == [Fault(.errorAfter, rate: 0.05, path: "/crm/", status: 502)])
  }
}
