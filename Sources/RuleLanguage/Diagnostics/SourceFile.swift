/// Names one file of a rule book: its position in `SourceBook.files`.
package struct FileID: Hashable, Sendable {
  package let index: Int

  package init(_ index: Int) {
    self.index = index
  }
}

/// A half-open range of UTF-8 bytes in one file. Offsets are bytes from the start of the text.
package struct SourceRange: Hashable, Sendable {
  package var file: FileID
  package var start: Int
  package var end: Int

  package init(file: FileID, start: Int, end: Int) {
    self.file = file
    self.start = start
    self.end = end
  }

  package var isEmpty: Bool { start == end }

  /// The smallest range that holds both; both lie in one file.
  package func union(_ other: SourceRange) -> SourceRange {
    SourceRange(file: file, start: min(start, other.start), end: max(end, other.end))
  }

  /// The empty range at the end of this one.
  package var after: SourceRange { SourceRange(file: file, start: end, end: end) }
}

/// A position as people count: lines and columns from 1, columns in Unicode scalars.
package struct SourcePosition: Hashable, Sendable {
  package var line: Int
  package var column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }
}

/// The text of one file. Malformed UTF-8 was replaced by U+FFFD when it was read, and is reported by the lexer.
package struct SourceFile: Sendable {
  package let id: FileID
  /// The path as the user wrote it, relative to where the program runs.
  package let path: String
  package let bytes: [UInt8]
  /// The byte offset at which each line starts; the first is 0.
  package let lineStarts: [Int]

  package init(id: FileID, path: String, bytes: [UInt8]) {
    self.id = id
    self.path = path
    self.bytes = bytes
    var starts = [0]
    for (offset, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      starts.append(offset + 1)
    }
    lineStarts = starts
  }

  package init(id: FileID = FileID(0), path: String, text: String) {
    self.init(id: id, path: path, bytes: Array(text.utf8))
  }

  package func text(_ range: SourceRange) -> String {
    String(decoding: bytes[range.start..<range.end], as: UTF8.self)
  }

  /// The zero-based index of the line that holds `offset`.
  package func lineIndex(at offset: Int) -> Int {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  package func position(at offset: Int) -> SourcePosition {
    let line = lineIndex(at: offset)
    var column = 1
    for byte in bytes[lineStarts[line]..<min(offset, bytes.count)] where byte & 0xC0 != 0x80 {
      column += 1
    }
    return SourcePosition(line: line + 1, column: column)
  }

  /// The text of one line, without its line end.
  package func lineText(_ index: Int) -> String {
    var end = index + 1 < lineStarts.count ? lineStarts[index + 1] - 1 : bytes.count
    if end > lineStarts[index], bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return String(decoding: bytes[lineStarts[index]..<end], as: UTF8.self)
  }
}

/// All files of a rule book, in the order of their paths.
package struct SourceBook: Sendable {
  package private(set) var files: [SourceFile] = []

  package init() {}

  @discardableResult
  package mutating func add(path: String, bytes: [UInt8]) -> SourceFile {
    let file = SourceFile(id: FileID(files.count), path: path, bytes: bytes)
    files.append(file)
    return file
  }

  package subscript(id: FileID) -> SourceFile { files[id.index] }

  package func text(_ range: SourceRange) -> String { self[range.file].text(range) }
}
