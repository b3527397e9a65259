import HubSpot
import Testing

/// Against answers that HubSpot's own helper gives.
@Suite("Webhook signatures")
struct WebhookSignatureTests {
  private static let secret = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
  private static let uri = "https://www.example.com/webhook_uri"
  private static let event =
    #"[{"eventId":1,"subscriptionId":12345,"portalId":62515,"occurredAt":1564113600000,"subscriptionType":"contact.creation","attemptNumber":0,"objectId":123,"changeSource":"CRM","changeFlag":"NEW","appId":54321}]"#
  private static let third = "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="
  private static let sent: Int64 = 1_693_657_560_000

  private func delivery(_ body: String, method: String = "POST", uri: String = uri) -> WebhookSignature.Delivery {
    WebhookSignature.Delivery(method: method, uri: uri, body: Array(body.utf8))
  }

  private func third(_ body: String = "{'example_field':'example_value'}", uri: String = uri)
    -> WebhookSignature.Delivery
  {
    var delivery = delivery(body, uri: uri)
    (delivery.signatureV3, delivery.timestamp) = (Self.third, "\(Self.sent)")
    return delivery
  }

  private let older = WebhookSignature(secret: secret, acceptsOlderSchemes: true)

  @Test func theFirstSchemeSignsSecretAndBody() {
    var delivery = delivery(Self.event)
    delivery.version = "v1"
    delivery.signature = "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"
    #expect(older.verify(delivery, now: 0) == .genuine)
    #expect(WebhookSignature(secret: "another", acceptsOlderSchemes: true).verify(delivery, now: 0) == .forged)
    #expect(WebhookSignature(secret: Self.secret).verify(delivery, now: 0) == .unsigned)
    delivery.body.append(32)
    #expect(older.verify(delivery, now: 0) == .forged)
  }

  @Test(arguments: [
    ("GET", "", "eee2dddcc73c94d699f5e395f4b9d454a069a6855fbfa152e91e88823087200e"),
    (
      "POST", #"{"example_field":"example_value"}"#, "9569219f8ba981ffa6f6f16aa0f48637d35d728c7e4d93d0d52efaa512af7900"
    ),
  ])
  func theSecondSchemeSignsMethodAndAddressToo(method: String, body: String, signature: String) {
    var delivery = delivery(body, method: method)
    (delivery.version, delivery.signature) = ("v2", signature)
    #expect(older.verify(delivery, now: 0) == .genuine)
    delivery.uri += "/"
    #expect(older.verify(delivery, now: 0) == .forged)
  }

  @Test func theThirdSchemeIsGoodForFiveMinutes() {
    let signature = WebhookSignature(secret: Self.secret)
    #expect(signature.verify(third(), now: Self.sent) == .genuine)
    #expect(signature.verify(third(), now: Self.sent + 299_999) == .genuine)
    #expect(signature.verify(third(), now: Self.sent + 300_000) == .stale)
    #expect(signature.verify(third(), now: Self.sent - 30_000) == .genuine)
    #expect(signature.verify(third(), now: Self.sent - 30_001) == .early)
    #expect(signature.verify(third("{}"), now: Self.sent) == .forged)
    // A forged one that is late is forged.
    #expect(signature.verify(third("{}"), now: Self.sent + 400_000) == .forged)
  }

  @Test func aThirdSignatureThatIsWrongIsNotSavedByAnOlderOne() {
    var delivery = third("{}")
    (delivery.version, delivery.signature) = ("v1", "00")
    #expect(older.verify(delivery, now: Self.sent) == .forged)
    (delivery.signatureV3, delivery.timestamp) = ("not base64!", "\(Self.sent)")
    #expect(older.verify(delivery, now: Self.sent) == .forged)
    delivery.timestamp = "yesterday"
    #expect(older.verify(delivery, now: Self.sent) == .forged)
    #expect(older.verify(self.delivery("{}"), now: 0) == .unsigned)
  }

  /// The address is signed with these escapes undone, and no others.
  @Test func escapesOfTheAddressAreUndoneBeforeSigning() {
    let signature = WebhookSignature(secret: Self.secret)
    #expect(signature.verify(third(uri: "https%3A//www.example.com%2fwebhook_uri"), now: Self.sent) == .genuine)
    #expect(signature.verify(third(uri: "https://www.example.com/webhook%5Furi"), now: Self.sent) == .forged)
  }
}
