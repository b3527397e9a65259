import Foundation
import Testing

/// `hubspot connect`, `doctor` and `sync`, and `run --executor hubspot`, as people run them, against the sandbox.
struct HubSpotCommandTests {
  private static let rules = """
    contact {
      email   text key
      persona one of (cfo, vp) from hubspot persona
      seats   number from hubspot jobtitle
      tier    text from hubspot tier
      stage   one of (lead < customer) from hubspot lifecyclestage
    }
    rule call { when email is known then create task "Call {email}" for "ana@example.com" once }
    rule mark { when email is known then set tier to "a" and add to list "Warm" }
    rule mail { when email is known then send email "Welcome" as transactional once }
    """

  private static let settings = """
    tokens:
      full: [crm.objects.contacts.read, crm.objects.contacts.write, crm.schemas.contacts.read, crm.schemas.contacts.write,
        crm.objects.owners.read, crm.lists.read, crm.lists.write, transactional-email, marketing-email]
      reader: [crm.objects.contacts.read, crm.schemas.contacts.read, crm.objects.owners.read]
    indexLagMilliseconds: 0
    """

  /// A workspace whose commands lead to a sandbox of its own, which ends with `body`.
  private func withSandbox(_ body: (Program, _ run: (String, String) throws -> Program.Outcome) throws -> Void) throws {
    let program = try Program()
    defer { program.remove() }
    try program.write(Self.rules, to: "rules/book.abm")
    try program.write(Self.settings, to: "sandbox.yaml")
    let output = program.folder.appending(path: "sandbox.out")
    try Data().write(to: output)
    let sandbox = Process()
    sandbox.executableURL = Program.path
    sandbox.arguments = ["hubspot", "sandbox", "--port", "0", "--db", "sandbox.sqlite", "--faults", "sandbox.yaml"]
    sandbox.currentDirectoryURL = program.folder
    sandbox.standardOutput = try FileHandle(forWritingTo: output)
    sandbox.standardError = FileHandle.nullDevice
    try sandbox.run()
    defer {
      sandbox.terminate()
      sandbox.waitUntilExit()
    }
    var address: String?
    for _ in 0..<600 where address == nil {
      address = try program.read("sandbox.out").firstMatch(of: #/listens on (http://[0-9.:]+)/#).map { String($0.1) }
      if address == nil { Thread.sleep(forTimeInterval: 0.1) }
    }
    let base = try #require(address)
    try body(program) { token, line in
      try program.shell(
        "export SANDBOX='\(base)' ABM_HUBSPOT_BASE_URL='\(base)' HUBSPOT_TOKEN='\(token)' NO_COLOR=1; \(line)")
    }
  }

  @Test func connectSaysWhatTheTokenLacks() throws {
    try withSandbox { program, run in
      let missing = try run("", "abm-rules hubspot connect")
      #expect(missing.code == 3)
      #expect(missing.errors.contains("the variable `HUBSPOT_TOKEN` is not set"))
      let wrong = try run("nobody", "abm-rules hubspot connect")
      #expect(wrong.code == 3)
      #expect(wrong.errors.contains("HubSpot does not accept the token"))
      #expect(!wrong.text.contains("nobody"))

      let reader = try run("reader", "abm-rules hubspot connect")
      #expect(reader.code == 1)
      #expect(
        reader.output == """
          connected to account 62515, SANDBOX, UTC
          missing scope crm.lists.read: rule `mark`
          missing scope crm.lists.write: rule `mark`
          missing scope crm.objects.contacts.write: rule `call`, rule `mark`
          missing scope transactional-email: rule `mail`
          rule `mail` sends “Welcome”, and `hubspot: emails:` names no email of HubSpot for it
          no property is named under `hubspot: consents:`, so that nobody is known to consent to be written to

          """)

      try program.write("hubspot: { emails: { Welcome: 7 }, consents: { marketing: consent } }\n", to: "abm.yaml")
      let full = try run("full", "abm-rules hubspot connect")
      #expect(full.code == 0)
      #expect(full.output.hasSuffix("the token may do all that the rule book asks for\n"))
    }
  }

  @Test func doctorNamesWhatDiffersAndMakesWhatIsMissing() throws {
    try withSandbox { _, run in
      let found = try run("full", "abm-rules hubspot doctor")
      #expect(found.code == 1)
      for line in [
        "contacts have no property `persona`, from which `persona` is read",
        "`jobtitle` of contacts is of type string, and `seats` is declared as number",
        "`lifecyclestage` of contacts has the options `subscriber`, `marketingqualifiedlead`",
        "tasks have no unique property `abm_rules_key`", "there is no list “Warm” of contacts",
        "`abm-rules hubspot doctor --create` makes 4 missing things in HubSpot",
      ] { #expect(found.output.contains(line), "\(found.text)") }

      let made = try run("full", "abm-rules hubspot doctor --create")
      #expect(
        made.errors == """
          made the property `persona` of contacts
          made the property `tier` of contacts
          made the property `abm_rules_key` of tasks
          made the list “Warm” of contacts

          """)
      // What is of another kind there is for a person to mend.
      #expect(made.code == 1)
      #expect(made.output.contains("`jobtitle`") && !made.output.contains("no property"))
      let again = try run("full", "abm-rules hubspot doctor --create")
      #expect(again.errors.isEmpty)
    }
  }

  @Test func aRunIsCarriedOutInHubSpotOnce() throws {
    try withSandbox { program, run in
      try program.write("hubspot: { emails: { Welcome: 7 } }\n", to: "abm.yaml")
      let prepared = try run(
        "full",
        """
        curl -fs -X POST "$SANDBOX/sandbox/generate" -H 'Content-Type: application/json' \
          -d "{\\"contacts\\": 3, \\"modifiedAt\\": $(($(date +%s) - 3600))000}" >/dev/null || exit 9
        abm-rules hubspot doctor --create >/dev/null 2>&1; abm-rules migrate >/dev/null || exit 8
        abm-rules hubspot sync
        """)
      #expect(prepared.code == 0, "\(prepared.text)")
      #expect(prepared.output.contains("contacts (all): 3 new"))
      // The token of a reader writes nothing, and nothing of it is lost.
      let refused = try run("reader", "abm-rules run --executor hubspot")
      #expect(refused.errors.contains("the token lacks"), "\(refused.text)")
      let state = #"curl -fs "$SANDBOX/sandbox/state" | grep -oE '"(tasks|send|list_member)":[0-9]+'"#
      #expect(try run("full", state).output == "\"list_member\":0\n\"send\":0\n\"tasks\":0\n")

      let ids = try run("full", "abm-rules outbox list | grep -oE '^[0-9]+ ' | tr -d '\\n'").output
      #expect(try run("full", "abm-rules outbox retry \(ids)").code == 0)
      let first = try run("full", "abm-rules run --executor hubspot")
      #expect(first.errors.contains("done in HubSpot"), "\(first.text)")
      let second = try run("full", "abm-rules run --executor hubspot")
      #expect(second.output.contains("0 actions decided"), "\(second.text)")
      #expect(try run("full", state).output == "\"list_member\":3\n\"send\":3\n\"tasks\":3\n")
      #expect(try run("full", "abm-rules outbox list").output.contains("12 done") == false)
    }
  }
}
