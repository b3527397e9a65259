import GRDB
import HTTPTypes
import Hummingbird
package import Logging
import NIOCore
import NIOFoundationEssentialsCompat
import ServiceLifecycle
import Synchronization

/// A local stand-in for HubSpot: the part of the API that is used, over a file of its own. It shares no code with the
/// client, so that a mistake of one does not hide in the other.
package struct Sandbox: Service {
  private let host: String
  private let port: Int
  private let database: SandboxDatabase
  private let gate: Gate
  private let logger: Logger
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation
  private let onListening: @Sendable (Int) -> Void

  /// - Parameters:
  ///   - port: 0 for any that is free.
  ///   - path: of the database file; in memory where it is `nil`.
  ///   - onListening: told the port.
  package init(
    host: String = "127.0.0.1", port: Int = 0, database path: String? = nil, configuration: SandboxConfiguration,
    logger: Logger, onListening: @escaping @Sendable (Int) -> Void = { _ in }
  ) throws(SandboxError) {
    self.host = host
    self.port = port
    database = try SandboxDatabase(path, configuration: configuration)
    gate = Gate(configuration)
    self.logger = logger
    self.onListening = onListening
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Until it is told to stop.
  package func run() async throws {
    let delivery = WebhookDelivery(database: database, gate: gate, signals: signals, logger: logger)
    let onListening = onListening
    let application = Application(
      router: router(),
      configuration: ApplicationConfiguration(address: .hostname(host, port: port), serverName: nil),
      services: [delivery],
      onServerRunning: { channel in onListening(channel.localAddress?.port ?? 0) },
      logger: logger)
    do { try await application.run() } catch  where "\(error)".contains("bind") {
      throw SandboxError.address("\(host):\(port)", reason: "it is in use")
    }
  }

  private func router() -> Router<SandboxContext> {
    let router = Router(context: SandboxContext.self)
    let signal = signal
    let service = SandboxService(database: database, gate: gate, webhooksAdded: { signal.yield() })
    let routes =
      ObjectRoutes.all + BatchRoutes.all + AssociationRoutes.all + ListRoutes.all + PropertyRoutes.all
      + MarketingRoutes.all + AutomationRoutes.all + AccountRoutes.all
    for route in routes {
      for path in route.paths {
        router.on(RouterPath(path), method: HTTPRequest.Method(rawValue: route.method) ?? .get) { request, context in
          await service.respond(request, context, route)
        }
      }
    }
    for route in ControlRoutes.all {
      router.on(RouterPath(route.paths[0]), method: HTTPRequest.Method(rawValue: route.method) ?? .get) {
        request, context in
        await service.control(request, context, route)
      }
    }
    addControls(to: router, service)
    return router
  }

  private func addControls(to router: Router<SandboxContext>, _ service: SandboxService) {
    let (gate, database) = (gate, database)
    router.get("/") { request, _ -> Response in
      let name = request.uri.queryParameters["type"].map(String.init)
      let page = try await database.queue.read { database in
        try SandboxPage.html(database, type: try name.map { try ObjectType.named($0) })
      }
      return Response(
        status: .ok, headers: [.contentType: "text/html;charset=utf-8"],
        body: .init(byteBuffer: ByteBuffer(string: page)))
    }
    router.get("/sandbox/faults") { _, _ -> Response in
      Self.reply(try gate.configuration.json)
    }
    router.on("/sandbox/faults", method: .put) { request, _ -> Response in
      let text = String(buffer: try await request.body.collect(upTo: 1 << 20))
      do throws(SandboxError) {
        var configuration = try SandboxConfiguration.parse(text)
        // What the sandbox was started with stays, unless the call says otherwise.
        configuration.webhooks.target = configuration.webhooks.target ?? gate.configuration.webhooks.target
        gate.replace(configuration)
      } catch {
        return Self.reply(["message": .text("\(error)")], status: .badRequest)
      }
      return Response(status: .noContent)
    }
    router.get("/sandbox/requests") { _, _ -> Response in
      Self.reply([
        "results": .list(
          gate.counts.map { counted, count in
            [
              "method": .text(counted.method), "path": .text(counted.path), "status": .integer(Int64(counted.status)),
              "count": .integer(Int64(count)),
            ]
          })
      ])
    }
    for path in [
      "/account-info/v3/api-usage/daily/private-apps", "/account-info/:version/api-usage/daily/private-apps",
    ] {
      router.get(RouterPath(path)) { _, _ -> Response in
        let configuration = gate.configuration
        return Self.reply([
          "results": [
            [
              "name": "private-apps-api-calls-daily", "usageLimit": .integer(Int64(configuration.limits.daily)),
              "currentUsage": .integer(Int64(gate.today)), "fetchStatus": "SUCCESS", "resetsAt": "",
              "collectedAt": .text(Timestamp.text(Timestamp.now)),
            ]
          ]
        ])
      }
    }
  }

  private static func reply(_ json: JSON, status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status, headers: [.contentType: "application/json"], body: .init(byteBuffer: ByteBuffer(data: json.data)))
  }
}
