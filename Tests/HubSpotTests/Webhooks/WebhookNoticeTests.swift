import HubSpot
import Testing

@Suite("Webhook notices")
struct WebhookNoticeTests {
  private func parse(_ json: String) throws -> [WebhookNotice] {
    try WebhookNotice.parse(Array(json.utf8)).notices
  }

  @Test func eventsAreTakenApart() throws {
    let notices = try parse(
      """
      [{"subscriptionType": "contact.propertyChange", "objectId": 12, "propertyName": "email", "propertyValue": "x"},
       {"eventType": "company.creation", "objectId": "7"},
       {"subscriptionType": "object.propertyChange", "objectTypeId": "0-3", "objectId": 5},
       {"subscriptionType": "contact.associationChange", "fromObjectId": 12, "toObjectId": 7},
       {"subscriptionType": "contact.deletion", "objectId": 12},
       {"subscriptionType": "contact.privacyDeletion", "objectId": 12},
       {"subscriptionType": "contact.merge", "objectId": 20, "primaryObjectId": 12, "mergedObjectIds": [13], "newObjectId": 20},
       {"subscriptionType": "conversation.creation", "objectId": 1}, {"objectId": 1}]
      """)
    #expect(
      notices == [
        .changed(object: "contacts", id: "12"), .changed(object: "companies", id: "7"),
        .changed(object: "deals", id: "5"), .changed(object: "contacts", id: "12"),
        .deleted(object: "contacts", id: "12"), .erased(object: "contacts", id: "12"),
        .merged(object: "contacts", into: "20", from: ["12", "13"]),
      ])
  }

  @Test func customEventsSayWhoDidWhatAndWhen() throws {
    let notices = try parse(
      """
      [{"subscriptionType": "event.completed", "objectId": 12, "eventTypeId": "pe1_page_view", "eventId": 9,
        "occurredAt": 1700000000000, "objectTypeId": "0-1", "eventProperties": {"path": "/pricing", "seconds": 12}}]
      """)
    guard case .happened(let event) = try #require(notices.first) else {
      Issue.record("\(notices)")
      return
    }
    #expect(event.name == "pe1_page_view")
    #expect(event.contact == "12")
    #expect(event.properties == ["path": "/pricing", "seconds": "12"])
  }

  /// HubSpot's number of an event may be another's too, and another one when the event is told again.
  @Test func customEventsAreKnownByAllThatTheySay() throws {
    func id(number: Int, at: Int = 1_700_000_000_000, path: String = "/pricing") throws -> String? {
      let notices = try parse(
        """
        [{"subscriptionType": "event.completed", "objectId": 12, "eventTypeId": "pe1_page_view", "eventId": \(number),
          "occurredAt": \(at), "eventProperties": {"path": "\(path)", "seconds": 12}}]
        """)
      guard case .happened(let event) = try #require(notices.first) else { return nil }
      return event.id
    }
    #expect(try id(number: 9) == id(number: 10))
    #expect(try id(number: 9) != id(number: 9, path: "/about"))
    #expect(try id(number: 9) != id(number: 9, at: 1_700_000_000_001))
  }

  @Test func oneOddEventDoesNotKeepTheOthersOut() throws {
    let told = try WebhookNotice.parse(
      Array(
        """
        [{"subscriptionType": "contact.creation", "objectId": [12]}, 7,
         {"subscriptionType": "contact.creation", "objectId": 13}]
        """.utf8))
    #expect(told.notices == [.changed(object: "contacts", id: "13")])
    #expect(told.problems.count == 2)
  }

  @Test func eventsOfAnotherAccountAreLeftOut() throws {
    let body = Array(
      """
      [{"subscriptionType": "contact.privacyDeletion", "objectId": 12, "portalId": 1},
       {"subscriptionType": "contact.creation", "objectId": 13, "portalId": 2},
       {"subscriptionType": "contact.creation", "objectId": 14, "portalId": "2"}]
      """.utf8)
    let told = try WebhookNotice.parse(body, account: "2")
    #expect(told.notices == [.changed(object: "contacts", id: "13"), .changed(object: "contacts", id: "14")])
    #expect(told.foreign == 1)
    #expect(try WebhookNotice.parse(body).notices.count == 3)
  }

  @Test(arguments: ["", "{}", "nonsense"])
  func whatIsNoListOfEventsIsRefused(body: String) {
    #expect(throws: WebhookNotice.Malformed.self) { try parse(body) }
  }
}
