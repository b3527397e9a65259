package import BusinessTime
package import ContactStore
package import HubSpot
package import Logging
package import Service
package import ServiceLifecycle
import UnixSignals

/// The program that is always on: what happens and what time brings is decided and carried out.
///
/// ```
/// webhooks, events ──▶ inbox ──▶ database ──▶ evaluation ──▶ outbox ──▶ dispatch
///                                    ▲             ▲
///                       sync ────────┘    clock, rule book
/// ```
/// Each arrow is a loop that sleeps until it is woken by the one before it, or its time comes.
package struct Daemon: Sendable {
  /// What it works with beside the database.
  package struct Parts: Sendable {
    package var dispatch: (any OutboxDispatch)?
    package var records: (any RecordRefresh)?
    /// The secret that webhooks are signed with.
    package var webhookSecret: String?
    package var eventsToken: String?
    package var alert: (@Sendable (String) async throws -> Void)?
    /// Where what is measured goes, also by the client of HubSpot.
    package var metrics = MetricsRegistry()
    /// How far the machine's clock is from the time that is decided by, in milliseconds; `nil` where nobody watches it.
    package var clockDeviation: (@Sendable () -> Int64)?

    package init() {}
  }

  private let configuration: Configuration
  private let store: Store
  private let inbox: Inbox
  private let parts: Parts
  private let context: LoopContext
  private let onListening: @Sendable (Int) -> Void

  package init(
    _ configuration: Configuration, book: RuleBook, store: Store, inbox: Inbox, parts: Parts,
    now: @escaping @Sendable () -> Instant, logger: Logger, onListening: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.store = store
    self.inbox = inbox
    self.parts = parts
    context = LoopContext(
      state: DaemonState(book: book, startedAt: now()), now: now, logger: logger,
      metrics: parts.metrics)
    self.onListening = onListening
  }

  package var state: DaemonState { context.state }

  /// Until SIGTERM or SIGINT; then each loop finishes what it is at.
  package func run() async throws {
    try await ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: try services(), gracefulShutdownSignals: [.sigterm, .sigint], logger: context.logger)
    ).run()
  }

  package func services() throws -> [any ServiceLifecycle.Service] {
    let settings = configuration.daemon
    let (evaluate, dispatch, work, forget) = (Wakeup(), Wakeup(), Wakeup(), Wakeup())
    var services: [any ServiceLifecycle.Service] = []
    func add(
      _ wakeup: Wakeup = Wakeup(), isHasty: Bool = false, restMilliseconds: Int64 = 0,
      _ step: @escaping @Sendable () async -> Instant?
    ) {
      services.append(
        Loop(wakeup: wakeup, now: context.now, isHasty: isHasty, restMilliseconds: restMilliseconds, step: step))
    }
    let writer = InboxWriter(inbox, now: context.now) { work.signal() }
    let server = WebServer(
      context: context, settings: settings, writer: writer,
      signature: parts.webhookSecret.map {
        WebhookSignature(secret: $0, acceptsOlderSchemes: settings.acceptsOlderSignatures)
      }, eventsToken: parts.eventsToken, clockDeviation: parts.clockDeviation,
      onListening: onListening)
    services.append(server.application())

    let inboxLoop = InboxLoop(context: context, inbox: inbox, store: store, records: parts.records) {
      evaluate.signal()
      forget.signal()
    }
    add(work) { await inboxLoop.step() }
    add(forget) { await inboxLoop.removeDone() }
    let checkpoints = try CheckpointLoop(context: context, store: store)
    add { await checkpoints.step() }
    let evaluation = EvaluationLoop(context: context, store: store, settings: settings) { dispatch.signal() }
    add(evaluate) { await evaluation.step() }
    if let outlet = parts.dispatch {
      let loop = DispatchLoop(context: context, dispatch: outlet, store: store)
      add(dispatch, restMilliseconds: DispatchLoop.restMilliseconds) { await loop.step() }
    }
    let watch = RuleBookLoop(context: context, store: store, paths: [configuration.rules]) { evaluate.signal() }
    add(isHasty: true) { await watch.step() }
    if let records = parts.records, settings.syncSeconds > 0 {
      let sync = SyncLoop(context: context, records: records, everySeconds: settings.syncSeconds) { evaluate.signal() }
      // It only reads, and each page is kept or not.
      add(isHasty: true) { await sync.step() }
    }
    if let folder = settings.backupFolder {
      let backup = BackupLoop(context: context, store: store, folder: folder, settings: settings)
      add(isHasty: true) { await backup.step() }
    }
    let alerts = AlertLoop(
      context: context, store: store, inbox: inbox, settings: settings,
      isSynced: parts.records != nil && settings.syncSeconds > 0, clockDeviation: parts.clockDeviation,
      send: parts.alert)
    add { await alerts.step() }
    return services
  }
}
