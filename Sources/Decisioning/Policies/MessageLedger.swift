import BusinessTime
import RuleEngine
import RuleSemantics

/// The messages that contacts got, in the past and so far in this run, and what they were recommended in this run.
struct MessageLedger {
  /// What was sent, so that it is not sent again.
  enum Content: Hashable {
    case asset(AssetID)
    /// An asset of the CRM, or the template of an email.
    case outside(String)
  }

  private struct Message {
    var at: Instant
    var content: Content?
    var isTransactional: Bool
  }

  private let table: EventTable
  private let texts: TextPool
  private let now: Instant
  private let assetColumn: Column
  private let templateColumn: Column
  private let transactionalColumn: Column
  private var sent: [Int32: [Message]] = [:]
  private var recommended: [Int32: [AssetID]] = [:]
  /// What happened in this run, in its order, for `undo`.
  private var log: [Entry] = []

  private enum Entry {
    case message(to: Int32)
    case recommendation(to: Int32, count: Int)
  }

  init(_ snapshot: Snapshot, schema: EventSchema, now: Instant) {
    table = snapshot.events.first ?? .empty
    texts = snapshot.texts
    self.now = now
    func column(_ name: String) -> Column {
      schema.record.index(of: name).flatMap { table.columns.indices.contains($0.index) ? table.columns[$0.index] : nil }
        ?? .absent
    }
    let table = snapshot.events.first ?? .empty
    assetColumn = column(EventSchema.messageFields[0])
    templateColumn = column(EventSchema.messageFields[1])
    transactionalColumn = column(EventSchema.messageFields[3])
  }

  /// What went out, oldest first, instead of what a snapshot holds.
  init(_ sent: [SentMessage], _ program: CheckedProgram, now: Instant) {
    table = .empty
    texts = TextPool()
    self.now = now
    assetColumn = .absent
    templateColumn = .absent
    transactionalColumn = .absent
    for message in sent {
      self.sent[message.row, default: []].append(
        Message(
          at: message.at, content: message.content.map { Content($0, program) },
          isTransactional: message.isTransactional))
    }
  }

  var mark: Int { log.count }

  mutating func add(_ content: Content?, to contact: Int32, isTransactional: Bool) {
    sent[contact, default: []].append(Message(at: now, content: content, isTransactional: isTransactional))
    log.append(.message(to: contact))
  }

  mutating func addRecommended(_ assets: [AssetID], to contact: Int32) {
    recommended[contact, default: []] += assets
    log.append(.recommendation(to: contact, count: assets.count))
  }

  /// Forgets what was added since the mark.
  mutating func undo(to mark: Int) {
    while log.count > mark {
      switch log.removeLast() {
      case .message(let contact): sent[contact]?.removeLast()
      case .recommendation(let contact, let count): recommended[contact]?.removeLast(count)
      }
    }
  }

  /// What the contact was recommended in this run.
  func recommended(to contact: Int32) -> [AssetID] { recommended[contact] ?? [] }

  /// The declared assets that the contact got after `start`, in any order.
  func assets(sentTo contact: Int32, after start: Instant) -> [AssetID] {
    var assets: [AssetID] = []
    for index in rows(of: contact)
    where table.times[index] > start.milliseconds && table.times[index] <= now.milliseconds {
      if case .asset(let asset) = content(at: index) { assets.append(asset) }
    }
    for message in sent[contact] ?? [] {
      if case .asset(let asset) = message.content { assets.append(asset) }
    }
    return assets
  }

  /// When the contact got messages that count for caps after `start`, ascending. Transactional ones do not count.
  func countedTimes(of contact: Int32, after start: Instant) -> [Instant] {
    var times: [Instant] = []
    for index in rows(of: contact) {
      let at = table.times[index]
      if at > start.milliseconds, at <= now.milliseconds, !isTransactional(at: index) {
        times.append(Instant(milliseconds: at))
      }
    }
    return times + (sent[contact] ?? []).filter { !$0.isTransactional && $0.at > start }.map(\.at)
  }

  /// When the contact last got the asset after `start`; `nil` when not.
  func lastSent(_ content: Content, to contact: Int32, after start: Instant) -> Instant? {
    if let message = sent[contact]?.last(where: { $0.content == content && $0.at > start }) { return message.at }
    for index in rows(of: contact).reversed() {
      let at = table.times[index]
      if at > now.milliseconds { continue }
      if at <= start.milliseconds { return nil }
      if self.content(at: index) == content { return Instant(milliseconds: at) }
    }
    return nil
  }

  private func isTransactional(at index: Int) -> Bool {
    if case .flags(let flags) = transactionalColumn { flags[index] == 1 } else { false }
  }

  private func content(at index: Int) -> Content? {
    if case .assets(let assets) = assetColumn, assets[index] >= 0 { return .asset(AssetID(Int(assets[index]))) }
    if case .texts(let codes) = templateColumn, codes[index] >= 0 { return .outside(texts.text(codes[index])) }
    return nil
  }

  /// The contact's messages in the table, which is sorted by owner, then time.
  private func rows(of contact: Int32) -> Range<Int> {
    let start = firstIndex { $0 >= contact }
    return start..<firstIndex { $0 > contact }
  }

  private func firstIndex(where isPast: (Int32) -> Bool) -> Int {
    var low = 0
    var high = table.count
    while low < high {
      let middle = (low + high) / 2
      if isPast(table.owners[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
