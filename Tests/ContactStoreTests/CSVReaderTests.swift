import ContactStore
import Foundation
import TestSupport
import Testing

@Suite("CSV")
struct CSVReaderTests {
  private struct Read: Equatable {
    var header: [String]
    var records: [[String]] = []
    var lines: [Int] = []
    var problems: [String] = []
  }

  private func read(_ path: String) throws -> Read {
    let reader = try CSVReader(path: path)
    var result = Read(header: reader.header)
    while try reader.next() {
      if let problem = reader.problem {
        result.problems.append("\(reader.line): \(problem.description)")
      } else {
        result.records.append(reader.texts)
        result.lines.append(reader.line)
      }
    }
    return result
  }

  private func read(_ text: String, _ folder: Folder) throws -> Read {
    try read(try folder.file("t.csv", text))
  }

  @Test(arguments: [
    ("a,b\n1,2\n", [["1", "2"]]), ("a,b\n1,2", [["1", "2"]]), ("a,b\r\n1,\r\n\r\n,2", [["1", ""], ["", "2"]]),
    ("a,b\r1,2\r3,4", [["1", "2"], ["3", "4"]]), ("a\n\"x\"\"y\"\n\"\"\n\"\"\"\"\n", [["x\"y"], [""], ["\""]]),
    ("a,b\n\"1\n2\",\"3\r\n4\"\n", [["1\n2", "3\r\n4"]]), ("a,b\n\"1\" ,2\n", [["1", "2"]]),
    ("a,b\n1\"2,x\n", [["1\"2", "x"]]), ("a,b\n1,2,3\n1\n", [["1", "2", "3"], ["1"]]), ("a,b\n,\n", [["", ""]]),
    ("a,b\n1,", [["1", ""]]), ("\na;b,c\n1;2\n", [["1;2"]]), ("\"a;x\";b;c\n1,5;2;3\n", [["1,5", "2", "3"]]),
  ])
  func readsWhatProgramsWrite(text: String, expected: [[String]]) throws {
    let folder = try Folder()
    let result = try read(text, folder)
    #expect(result.records == expected)
    #expect(result.problems.isEmpty)
  }

  @Test func countsLinesOfTheFileNotOfRecords() throws {
    let folder = try Folder()
    let result = try read("a,b\n\"1\n\n2\",x\n\n3,y\r\n4,\"z\n\"\n5,x\n", folder)
    #expect(result.lines == [2, 6, 7, 9])
  }

  @Test func oneStrayQuoteDoesNotSwallowTheFile() throws {
    let folder = try Folder()
    let after = try read("a,b\n\"1\"2,x\n3,y\n", folder)
    #expect(after.problems == ["2: there is text after the closing quote of column 1"])
    #expect(after.records == [["3", "y"]])
    let open = try read("a,b\n1,x\n2,\"y\n3,z\n4,z\n", folder)
    #expect(open.problems == ["3: a quote is opened and never closed"])
    #expect(open.records == [["1", "x"], ["3", "z"], ["4", "z"]])
    let pair = try read("a,b\n1,\"x\n2,\"y\n3,z\n", folder)
    #expect(
      pair.problems == [
        "2: there is text after the closing quote of column 2", "3: a quote is opened and never closed",
      ])
    #expect(pair.records == [["3", "z"]])
  }

  @Test func aRecordWithoutEndIsGivenUp() throws {
    let folder = try Folder()
    let long = String(repeating: "x", count: 17 << 20)
    let result = try read("a,b\n1,\(long)\n2,y\n\"3\(long)\n4,z\n", folder)
    #expect(result.problems == ["2: the row is longer than 16 MB", "4: a quote is opened and never closed"])
    #expect(result.records == [["2", "y"], ["4", "z"]])
  }

  /// More on request: `scripts/fuzz` sets `FUZZ_ROUNDS`.
  private static func rounds(_ usual: Int) -> Int {
    max(usual, ProcessInfo.processInfo.environment["FUZZ_ROUNDS"].flatMap { Int($0) } ?? 0)
  }

  /// Whatever the values and the quoting, reading gives back what was written.
  @Test func whatIsWrittenIsReadBack() throws {
    let folder = try Folder()
    var random = SeededGenerator(seed: 1)
    let pieces = ["a", "Ä", "\"", ",", ";", "\t", "\n", "\r\n", " ", "😀", "", "0", "long word"]
    for round in 0..<Self.rounds(300) {
      let separator = [",", ";", "\t"].randomElement(using: &random) ?? ","
      let width = Int.random(in: 1...6, using: &random)
      let header = (0..<max(width, 2)).map { "c\($0)" }
      let records = (0..<Int.random(in: 0...30, using: &random)).map { _ in
        header.map { _ in
          (0..<Int.random(in: 0...5, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
        }
      }
      let lineEnd = Bool.random(using: &random) ? "\n" : "\r\n"
      var text = Bool.random(using: &random) ? "\u{FEFF}" : ""
      text += header.joined(separator: separator) + lineEnd
      for record in records {
        let cells = record.map { cell in
          let needs = cell.contains { "\"\n\r\r\n".contains($0) } || cell.contains(separator)
          return needs || Bool.random(using: &random) ? "\"" + cell.replacing("\"", with: "\"\"") + "\"" : cell
        }
        text += cells.joined(separator: separator) + lineEnd
      }
      let result = try read(text, folder)
      #expect(result.header == header, "round \(round)")
      #expect(result.records == records, "round \(round)")
      #expect(result.problems.isEmpty, "round \(round)")
    }
  }

  /// Bytes that nobody meant as CSV, and CSV that was damaged, give records or problems, never anything worse; every
  /// byte belongs to some line, and lines only go forward.
  @Test func anythingCanBeRead() throws {
    let folder = try Folder()
    let seed = ProcessInfo.processInfo.environment["FUZZ_SEED"].flatMap { UInt64($0) }
    var random = SeededGenerator(seed: seed ?? 2)
    let alphabet: [UInt8] = [0x22, 0x22, 0x2C, 0x3B, 0x09, 0x0A, 0x0D, 0x00, 0x20, 0x61, 0xC3, 0xA4, 0xFF, 0xF0, 0x9F]
    let valid = Array(
      (["name,note,count"] + (0..<40).map { "\"n\($0)\",\"a \"\"b\"\" ä\",\($0)" }).joined(separator: "\n").utf8)
    for round in 0..<Self.rounds(1500) {
      var bytes: [UInt8]
      if round % 2 == 0 {
        bytes = (0..<Int.random(in: 1...400, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
      } else {
        bytes = valid
        for _ in 0..<Int.random(in: 1...12, using: &random) {
          let place = Int.random(in: 0..<bytes.count, using: &random)
          switch Int.random(in: 0..<3, using: &random) {
          case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
          case 1: bytes.remove(at: place)
          default: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: place)
          }
        }
      }
      let path = try folder.file("fuzz.csv", Data(bytes))
      let lineCount = bytes.count { $0 == 0x0A } + 1
      do {
        let reader = try CSVReader(path: path)
        var last = 0
        var records = 0
        while try reader.next() {
          records += 1
          #expect(reader.line >= last && reader.line <= lineCount, "round \(round)")
          #expect((reader.problem == nil) != reader.texts.isEmpty, "round \(round)")
          last = reader.line
          guard records <= bytes.count else {
            Issue.record("round \(round) does not end")
            break
          }
        }
      } catch {
        #expect(isRefusal(error), "round \(round)")
      }
    }
  }

  /// Whether the file was refused as a whole, as random bytes may well be.
  private func isRefusal(_ error: any Error) -> Bool {
    switch error as? StoreError {
    case .emptyFile, .notText, .damagedFile, .truncatedFile: true
    default: false
    }
  }
}
