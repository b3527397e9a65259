import BusinessTime
import Glibc
import RuleEngine
import RuleSemantics

/// The loaded columns of a database in a file beside it, so that the next start reads them instead of every record.
///
/// The file is used only if no row changed since (`KeptColumns` tells) and the rule book reads the same fields with the
/// same meanings. It holds nothing that is not in the database, and may be deleted at any time. Whatever is not as
/// expected means that the database is read.
package struct ColumnFile {
  /// When columns are kept.
  package struct Policy: Hashable, Sendable {
    /// Fewer contacts and events than this are read from the database as fast.
    package var leastRows: Int

    package init(leastRows: Int = 20_000) {
      self.leastRows = leastRows
    }
  }

  let policy: Policy
  private let path: String
  /// What the rows and codes of the columns depend on.
  private let key: [UInt8]

  init(database: String, policy: Policy, program: CheckedProgram, reads: ReadSet) {
    self.policy = policy
    path = database + ".columns"
    key = ColumnFile.key(program, reads)
  }

  /// Takes the file of a database away; the next load that is worth it makes another.
  static func remove(beside database: String) {
    unlink(database + ".columns")
  }

  struct Content {
    var snapshot: Snapshot
    /// By row, the `_id` of each record.
    var contacts: [Int64]
    var accounts: [Int64]
    var deals: [Int64]
    var suppressed: [UInt8]
  }

  private static let magic: UInt64 = 0x3273_6e6d_756c_6f63  // "columns2"

  /// Whether there are so many rows that reading the file is faster.
  func isWorthIt(_ snapshot: Snapshot) -> Bool {
    snapshot.events.reduce(snapshot.contacts.count) { $0 + $1.count } >= policy.leastRows
  }

  // MARK: - Reading

  /// The columns that were kept under a token; `nil` when the file does not have them.
  func read(_ token: [UInt8]) -> Content? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var facts = stat()
    guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
    var reader = ByteReader(left: Int(facts.st_size))
    func source(_ memory: UnsafeMutableRawBufferPointer) -> Bool { ColumnFile.fill(memory, from: file) }
    guard reader.number(source) == ColumnFile.magic, reader.array(of: UInt8.self, source) == token,
      reader.array(of: UInt8.self, source) == key,
      let contacts = reader.array(of: Int64.self, source), let accounts = reader.array(of: Int64.self, source),
      let deals = reader.array(of: Int64.self, source), let suppressed = reader.array(of: UInt8.self, source)
    else { return nil }
    let checksum = reader.checksum.value
    guard reader.number(source) == checksum, let snapshot = Snapshot.read(byteCount: reader.left, source),
      snapshot.contacts.count == contacts.count, snapshot.accounts.count == accounts.count,
      snapshot.deals.count == deals.count, suppressed.count == contacts.count
    else { return nil }
    return Content(
      snapshot: snapshot, contacts: contacts, accounts: accounts, deals: deals, suppressed: suppressed)
  }

  private static func fill(_ memory: UnsafeMutableRawBufferPointer, from file: Int32) -> Bool {
    var done = 0
    while done < memory.count {
      let count = Glibc.read(file, memory.baseAddress.map { $0 + done }, memory.count - done)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  // MARK: - Writing

  /// Writes the columns to a file of its own and then puts it in place, so that nobody reads half of it. A disk that is
  /// full or a folder that may not be written to costs nothing but the next start.
  func write(_ content: Content, _ token: [UInt8]) {
    let temporary = "\(path).\(getpid())"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard file >= 0 else { return }
    let isWritten = (try? write(content, token, to: file)) != nil
    guard close(file) == 0, isWritten, rename(temporary, path) == 0 else {
      unlink(temporary)
      return
    }
  }

  private struct Failure: Error {}

  private func write(_ content: Content, _ token: [UInt8], to file: Int32) throws {
    func sink(_ memory: UnsafeRawBufferPointer) throws {
      var done = 0
      while done < memory.count {
        let count = Glibc.write(file, memory.baseAddress.map { $0 + done }, memory.count - done)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { throw Failure() }
        done += count
      }
    }
    var writer = ByteWriter()
    try writer.put(ColumnFile.magic, sink)
    try writer.put(token, sink)
    try writer.put(key, sink)
    try writer.put(content.contacts, sink)
    try writer.put(content.accounts, sink)
    try writer.put(content.deals, sink)
    try writer.put(content.suppressed, sink)
    try writer.put(writer.checksum.value, sink)
    try content.snapshot.write(sink)
  }

  // MARK: - What the columns depend on

  /// What is read, in which types, with the names of choices and assets in their order and what stands for a missing
  /// value. Which columns of which tables these are in the database follows from the database itself.
  private static func key(_ program: CheckedProgram, _ reads: ReadSet) -> [UInt8] {
    var lines = ["deals \(reads.readsDeals)"]
    func describe(_ kind: String, _ schema: RecordSchema, _ fields: Set<FieldIndex>) {
      lines.append("\(kind) \(schema.fields.count)")
      for (index, field) in schema.fields.enumerated() {
        let isRead = fields.contains(FieldIndex(index))
        lines.append(
          "\(index) \(field.name) \(field.isKey) \(isRead) \(type(field.type, program)) \(value(field.missingMeans))")
      }
    }
    describe("contact", program.contact, reads.contactFields)
    describe("account", program.account, reads.accountFields)
    describe("deal", program.deal, reads.dealFields)
    for (index, event) in program.events.enumerated() {
      let fields = reads.eventFields[EventID(index)]
      describe("event \(event.name) \(event.isForAccount) \(fields != nil)", event.record, fields ?? [])
    }
    lines.append("assets")
    lines += program.assets.map { "\($0.name) \($0.formerName ?? "")" }
    // Another build may fold texts or read values otherwise.
    var facts = stat()
    if stat("/proc/self/exe", &facts) == 0 {
      lines.append("\(facts.st_dev) \(facts.st_ino) \(facts.st_size) \(facts.st_mtim.tv_sec) \(facts.st_mtim.tv_nsec)")
    }
    return Array(lines.joined(separator: "\n").utf8)
  }

  private static func type(_ type: ValueType, _ program: CheckedProgram) -> String {
    switch type {
    case .text, .error: "text"
    case .number: "number"
    case .flag: "flag"
    case .date: "date"
    case .time: "time"
    case .asset: "asset"
    case .choice(let set): "choice of \(program[set].values.joined(separator: ","))"
    case .list(let member): "list of \(ColumnFile.type(member, program))"
    }
  }

  private static func value(_ value: Value?) -> String {
    switch value {
    case nil, .missing?: "missing"
    case .text(let text)?: "text \(text.utf8.count) \(text)"
    case .number(let number)?: "number \(number.bitPattern)"
    case .flag(let flag)?: "flag \(flag)"
    case .date(let date)?: "date \(date.dayNumber)"
    case .time(let time)?: "time \(time.milliseconds)"
    case .choice(_, let position)?: "choice \(position)"
    case .asset(let asset)?: "asset \(asset.index)"
    case .list(let values)?: "list \(values.map { ColumnFile.value($0) }.joined(separator: ","))"
    }
  }
}
