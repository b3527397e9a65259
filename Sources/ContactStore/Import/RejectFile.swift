import Glibc

/// The rows that an import did not take, as a CSV file that can be mended and imported: two columns more in front, the
/// line and the reason, which an import ignores. A class: it owns an open file, which is made with the first row.
final class RejectFile {
  let path: String
  private let header: [String]
  private let separator: UInt8
  private var file: UnsafeMutablePointer<FILE>?
  private var line: [UInt8] = []

  init(path: String, header: [String], separator: UInt8) {
    self.path = path
    self.header = header
    self.separator = separator
  }

  deinit {
    if let file { fclose(file) }
  }

  /// A record with a problem is written as it stands, in one column.
  func add(line number: Int, reason: String, fields: [Bytes], raw: Bytes) throws(StoreError) {
    if file == nil {
      file = fopen(path, "w")
      guard file != nil else { throw .unwritableFile(path: path, reason: FileFacts.lastError()) }
      let names = ["line", "reason"] + header
      for (index, name) in names.enumerated() { append(Array(name.utf8), isFirst: index == 0) }
      try endLine()
    }
    append(Array("\(number)".utf8), isFirst: true)
    append(Array(reason.utf8), isFirst: false)
    if fields.isEmpty { append(raw, isFirst: false) }
    for field in fields { append(field, isFirst: false) }
    try endLine()
  }

  /// Closes the file; `nil` when there was no row.
  func finish() throws(StoreError) -> String? {
    guard let file else { return nil }
    self.file = nil
    guard fclose(file) == 0 else { throw .unwritableFile(path: path, reason: FileFacts.lastError()) }
    return path
  }

  private func append(_ value: some Collection<UInt8>, isFirst: Bool) {
    if !isFirst { line.append(separator) }
    let needsQuotes = value.contains { $0 == separator || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
    guard needsQuotes else {
      line.append(contentsOf: value)
      return
    }
    line.append(0x22)
    for byte in value {
      if byte == 0x22 { line.append(0x22) }
      line.append(byte)
    }
    line.append(0x22)
  }

  private func endLine() throws(StoreError) {
    line.append(0x0A)
    defer { line.removeAll(keepingCapacity: true) }
    guard fwrite(line, 1, line.count, file) == line.count else {
      throw .unwritableFile(path: path, reason: FileFacts.lastError())
    }
  }
}
