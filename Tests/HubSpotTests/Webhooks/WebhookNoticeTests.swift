import HubSpot
import Testing

@Suite("Webhook notices")
struct WebhookNoticeTests {
  private func parse(_ json: String) throws -> [WebhookNotice] { try WebhookNotice.parse(Array(json.utf8)) }

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
    #expect(event.id == "9")
  }

  @Test(arguments: ["", "{}", "[1]", "nonsense"])
  func whatIsNoListOfEventsIsRefused(body: String) {
    #expect(throws: WebhookNotice.Malformed.self) { try parse(body) }
  }
}
