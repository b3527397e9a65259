import Glibc

/// Reads a CSV file as RFC 4180 writes it, one record after another, in memory for one record: quotes, line ends inside
/// quotes, CRLF, a byte order mark; columns separated by the comma, semicolon or tab that the header uses most. A class
/// because it owns the memory in which the current record lies.
package final class CSVReader {
  /// Why a record is none. Columns count from 1.
  package enum Problem: Hashable, Sendable {
    // What follows the first line of such a record is read anew.
    case quoteNeverClosed
    case textAfterQuote(column: Int)
    case tooLong
    // Such a record ends where it seems to.
    case malformedUTF8(column: Int)
    case holdsNUL(column: Int)

    package var description: String {
      switch self {
      case .quoteNeverClosed: "a quote is opened and never closed"
      case .textAfterQuote(let column): "there is text after the closing quote of column \(column)"
      case .tooLong: "the row is longer than \(CSVReader.maximumRecord >> 20) MB"
      case .malformedUTF8(let column): "column \(column) is not UTF-8"
      case .holdsNUL(let column): "column \(column) holds a NUL byte"
      }
    }
  }

  /// The longest record that is read.
  static let maximumRecord = 16 << 20

  let source: ByteSource
  package private(set) var header: [String] = []
  package private(set) var separator = UInt8(ascii: ",")
  /// The line of the file on which the current record starts, from 1.
  package private(set) var line = 0
  /// The values of the current record; they hold until the next. Empty where there is a problem.
  private(set) var fields: [Bytes] = []
  package private(set) var problem: Problem?
  /// Whether a quote stood inside a value that does not start with one; it was taken as it is.
  private(set) var hasOddQuote = false

  private var buffer: UnsafeMutableBufferPointer<UInt8>
  private var position = 0
  private var end = 0
  private var isAtEnd = false
  /// The line of `position`.
  private var nextLine = 1
  /// Of the current record, its line end not included. With a problem, its first line.
  private var recordStart = 0
  private var recordEnd = 0
  private var spans: [Span] = []
  /// What `scanRecord` stopped at.
  private var failure: Problem?

  private struct Span {
    var start: Int
    var end: Int
    var holdsQuotes: Bool
  }

  private static let initialCapacity = 1 << 19

  /// Reads the header. Throws for a file that cannot be read or has none.
  package init(path: String) throws(StoreError) {
    source = try ByteSource(path: path)
    buffer = .allocate(capacity: CSVReader.initialCapacity)
    try fill()
    if end >= 3, buffer[0] == 0xEF, buffer[1] == 0xBB, buffer[2] == 0xBF { position = 3 }
    separator = detectSeparator()
    guard try next() else { throw .emptyFile(path: path) }
    guard problem == nil else { throw .notText(path: path, format: "no table of UTF-8 text") }
    header = fields.map { $0.trimmed.text }
  }

  deinit {
    buffer.deallocate()
  }

  /// The values of the current record, to keep.
  package var texts: [String] { fields.map(\.text) }

  /// With a problem: the record as it stands in the file, or its first line; without its line end. Otherwise quotes in
  /// it may have been moved.
  var rawRecord: Bytes {
    Bytes(rebasing: UnsafeBufferPointer(buffer)[recordStart..<recordEnd])
  }

  /// Moves to the next record; `false` after the last. Empty lines are none.
  package func next() throws(StoreError) -> Bool {
    while true {
      try skipEmptyLines()
      guard position < end else { return false }
      line = nextLine
      problem = nil
      failure = nil
      while !scanRecord() {
        guard end - position <= CSVReader.maximumRecord else {
          try rejectLine(.tooLong)
          return true
        }
        try fill()
      }
      if let failure { try rejectLine(failure) }
      return true
    }
  }

  private func skipEmptyLines() throws(StoreError) {
    while true {
      if position == end {
        if isAtEnd { return }
        try fill()
        if position == end { return }
      }
      switch buffer[position] {
      case 0x0A: nextLine += 1
      case 0x0D: break
      default: return
      }
      position += 1
    }
  }

  /// Takes the record at `position`. `false` when more bytes are needed to know where it ends.
  private func scanRecord() -> Bool {
    let bytes = UnsafePointer(buffer.baseAddress.unsafelyUnwrapped)
    spans.removeAll(keepingCapacity: true)
    hasOddQuote = false
    var lines = 0
    var index = position
    let separator = separator
    while true {
      if index < end, bytes[index] == 0x22 {
        switch scanQuoted(bytes, &index, &lines) {
        case .needsMore: return false
        case .failed: return true
        case .done: break
        }
      } else {
        let start = index
        while index < end {
          let byte = bytes[index]
          if byte == separator || byte == 0x0A || byte == 0x0D { break }
          if byte == 0x22 { hasOddQuote = true }
          index &+= 1
        }
        if index == end, !isAtEnd { return false }
        spans.append(Span(start: start, end: index, holdsQuotes: false))
      }
      if index == end { break }
      if bytes[index] != separator { break }
      index &+= 1
      // A separator at the very end of the file is followed by one more, empty value.
      if index == end, !isAtEnd { return false }
    }
    finishRecord(at: index, lines: lines)
    return true
  }

  private enum QuotedScan { case done, needsMore, failed }

  /// Takes a value in quotes and leaves `index` behind it.
  private func scanQuoted(_ bytes: UnsafePointer<UInt8>, _ index: inout Int, _ lines: inout Int) -> QuotedScan {
    let start = index + 1
    var search = start
    var holdsQuotes = false
    while true {
      guard search < end, let found = memchr(bytes + search, 0x22, end - search) else {
        return needMoreOrFail(.quoteNeverClosed)
      }
      let quote = UnsafePointer(found.assumingMemoryBound(to: UInt8.self)) - bytes
      if quote + 1 == end, !isAtEnd { return .needsMore }
      if quote + 1 < end, bytes[quote + 1] == 0x22 {
        holdsQuotes = true
        search = quote + 2
        continue
      }
      index = quote + 1
      while index < end, bytes[index] == 0x20 { index += 1 }
      if index == end, !isAtEnd { return .needsMore }
      if index < end, bytes[index] != separator, bytes[index] != 0x0A, bytes[index] != 0x0D {
        failure = .textAfterQuote(column: spans.count + 1)
        return .failed
      }
      for place in start..<quote where bytes[place] == 0x0A { lines += 1 }
      spans.append(Span(start: start, end: quote, holdsQuotes: holdsQuotes))
      return .done
    }
  }

  private func needMoreOrFail(_ reason: Problem) -> QuotedScan {
    // A quote that is open for longer than any record is taken for one that is never closed, so that one stray quote
    // does not swallow the file.
    if !isAtEnd, end - position <= CSVReader.maximumRecord { return .needsMore }
    failure = reason
    return .failed
  }

  /// Lends out the values and moves past the line end.
  private func finishRecord(at index: Int, lines: Int) {
    recordStart = position
    recordEnd = index
    fields.removeAll(keepingCapacity: true)
    checkText()
    if problem == nil { lendFields() }
    position = index
    nextLine += lines
    if position < end, buffer[position] == 0x0D { position += 1 }
    if position < end, buffer[position] == 0x0A {
      position += 1
      nextLine += 1
    }
  }

  /// The whole record at once, since almost every one is right.
  private func checkText() {
    let isRight = rawRecord.isUTF8 && !rawRecord.holdsNUL
    guard !isRight else { return }
    for (index, span) in spans.enumerated() {
      let value = Bytes(rebasing: UnsafeBufferPointer(buffer)[span.start..<span.end])
      if value.holdsNUL {
        problem = .holdsNUL(column: index + 1)
        return
      }
      if !value.isUTF8 {
        problem = .malformedUTF8(column: index + 1)
        return
      }
    }
  }

  private func lendFields() {
    for span in spans {
      let stop = span.holdsQuotes ? undouble(span) : span.end
      fields.append(Bytes(rebasing: UnsafeBufferPointer(buffer)[span.start..<stop]))
    }
  }

  /// Makes one quote of two, in place; where the value ends now.
  private func undouble(_ span: Span) -> Int {
    var target = span.start
    var index = span.start
    while index < span.end {
      buffer[target] = buffer[index]
      index += buffer[index] == 0x22 ? 2 : 1
      target += 1
    }
    return target
  }

  /// Leaves only the first line of the record at `position`, and goes on after it.
  private func rejectLine(_ reason: Problem) throws(StoreError) {
    problem = reason
    fields.removeAll(keepingCapacity: true)
    spans.removeAll(keepingCapacity: true)
    var searched = position
    while true {
      if let found = UnsafeBufferPointer(buffer)[searched..<end].firstIndex(of: 0x0A) {
        setRawLine(from: position, to: found)
        position = found + 1
        nextLine += 1
        return
      }
      if isAtEnd {
        setRawLine(from: position, to: end)
        position = end
        return
      }
      // The start of the line is enough to know it by; the rest need not be kept.
      if end - position > CSVReader.maximumRecord { end = position + CSVReader.keptOfLongLine }
      searched = end
      let before = position
      try fill()
      searched -= before - position
    }
  }

  private static let keptOfLongLine = 1024

  private func setRawLine(from start: Int, to end: Int) {
    recordStart = start
    recordEnd = end > start && buffer[end - 1] == 0x0D ? end - 1 : end
  }

  /// Reads more behind `end`, after moving what is left to the front.
  private func fill() throws(StoreError) {
    guard !isAtEnd, let base = buffer.baseAddress else { return }
    if position > 0 {
      memmove(base, base + position, end - position)
      end -= position
      position = 0
    }
    if end == buffer.count {
      let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: buffer.count * 2)
      _ = larger.initialize(from: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(buffer)[..<end]))
      buffer.deallocate()
      buffer = larger
    }
    let free = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: buffer[end...]))
    let count = try source.read(into: free)
    end += count
    isAtEnd = count == 0
  }

  /// The separator that stands most often in the first line, outside quotes; a comma where there is none.
  private func detectSeparator() -> UInt8 {
    var counts: [UInt8: Int] = [:]
    var isQuoted = false
    var isEmpty = true
    for byte in UnsafeBufferPointer(buffer)[position..<end] {
      switch byte {
      case 0x22: isQuoted.toggle()
      case 0x0A where !isQuoted, 0x0D where !isQuoted:
        if !isEmpty { return mostFrequent(counts) }
        continue
      case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t"):
        if !isQuoted { counts[byte, default: 0] += 1 }
      default: break
      }
      isEmpty = false
    }
    return mostFrequent(counts)
  }

  private func mostFrequent(_ counts: [UInt8: Int]) -> UInt8 {
    let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
    let most = counts.values.max() ?? 0
    return candidates.first { counts[$0, default: 0] == most } ?? UInt8(ascii: ",")
  }
}
