import Glibc
import RuleSemantics
import TextMatching

extension TextPool {
  /// The code of a text, which is added when it is new.
  package mutating func code(for text: String) -> Int32 {
    var text = text
    return text.withUTF8 { code(of: $0) }
  }

  /// The same for the bytes of a text; what is no UTF-8 in them is replaced as `String` does it.
  package mutating func code(forUTF8 bytes: UnsafeBufferPointer<UInt8>) -> Int32 {
    isASCII(bytes) ? code(of: bytes) : code(for: String(decoding: bytes, as: UTF8.self))
  }

  /// Calls `body` with the code of each of many texts, in their order. Where each is looked up is read beforehand, so
  /// that waiting for memory overlaps.
  package mutating func withCodes(forUTF8 all: [UnsafeBufferPointer<UInt8>], _ body: (Int32) -> Void) {
    let hashes = all.map { hash($0) }
    for hash in hashes { added.lookAt(hash) }
    for (bytes, hash) in zip(all, hashes) {
      body(isASCII(bytes) ? code(of: bytes, hash) : code(for: String(decoding: bytes, as: UTF8.self)))
    }
  }

  /// The code of a text that is there.
  package func existingCode(for text: String) -> Int32? {
    var text = text
    return text.withUTF8 { bytes in find(bytes, hash(bytes)) }
  }

  /// Calls `body` with the UTF-8 of a text.
  func withBytes<R>(of code: Int32, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    let first = firstAdded
    if let base, Int(code) < first { return base.arena.withBytes(of: Int(code), body) }
    return added.arena.withBytes(of: Int(code) - first, body)
  }

  /// Calls `body` with the bytes of all texts, for loops over very many of them.
  func withAllBytes(_ body: (TextBytes) -> Void) {
    (base?.folded ?? []).withUnsafeBufferPointer { baseFolded in
      added.folded.withUnsafeBufferPointer { addedFolded in
        (base?.arena ?? TextArena()).withPointers { base in
          added.arena.withPointers { added in
            body(
              TextBytes(
                firstAdded: Int32(firstAdded), base: base, added: added, baseFolded: baseFolded,
                addedFolded: addedFolded))
          }
        }
      }
    }
  }

  /// The codes of the case-folded texts of others; -1 stays.
  func folded(_ codes: [Int32]) -> [Int32] {
    let first = firstAdded
    return (base?.folded ?? []).withUnsafeBufferPointer { base in
      added.folded.withUnsafeBufferPointer { added in
        map1(codes) { code in code < 0 ? code : Int(code) < first ? base[Int(code)] : added[Int(code) - first] }
      }
    }
  }

  /// Whether a test of one text against another holds, byte by byte: texts that look alike but are written with
  /// different characters differ.
  func holds(_ text: Int32, _ test: CheckedExpression.TextTest, _ part: Int32) -> Bool {
    withBytes(of: text) { text in withBytes(of: part) { part in RuleEngine.holds(text, test, part) } }
  }

  private func find(_ bytes: UnsafeBufferPointer<UInt8>, _ hash: UInt32) -> Int32? {
    if let code = base?.find(bytes, hash) { return code }
    return added.find(bytes, hash).map { Int32(firstAdded) + $0 }
  }

  private mutating func code(of bytes: UnsafeBufferPointer<UInt8>) -> Int32 { code(of: bytes, hash(bytes)) }

  private mutating func code(of bytes: UnsafeBufferPointer<UInt8>, _ hash: UInt32) -> Int32 {
    if let code = find(bytes, hash) { return code }
    let place = added.append(bytes, hash)
    let code = Int32(firstAdded) + place
    added.folded.append(code)
    if !isFolded(bytes) {
      let folded = self.code(for: foldCase(String(decoding: bytes, as: UTF8.self)))
      added.folded[Int(place)] = folded
    }
    return code
  }
}

/// The bytes of the texts of a pool, by code.
struct TextBytes {
  fileprivate let firstAdded: Int32
  fileprivate let base: TextArena.Pointers
  fileprivate let added: TextArena.Pointers
  fileprivate let baseFolded: UnsafeBufferPointer<Int32>
  fileprivate let addedFolded: UnsafeBufferPointer<Int32>

  @inline(__always)
  subscript(code: Int32) -> UnsafeBufferPointer<UInt8> {
    code < firstAdded ? base[Int(code)] : added[Int(code - firstAdded)]
  }

  /// The code of the case-folded text.
  @inline(__always)
  func folded(_ code: Int32) -> Int32 {
    code < firstAdded ? baseFolded[Int(code)] : addedFolded[Int(code - firstAdded)]
  }
}

func holds(
  _ text: UnsafeBufferPointer<UInt8>, _ test: CheckedExpression.TextTest, _ part: UnsafeBufferPointer<UInt8>
) -> Bool {
  guard part.count <= text.count, let start = text.baseAddress, let wanted = part.baseAddress else {
    return part.isEmpty
  }
  switch test {
  case .contains: return isFound(wanted, part.count, start, text.count)
  case .startsWith: return memcmp(start, wanted, part.count) == 0
  case .endsWith: return memcmp(start + text.count - part.count, wanted, part.count) == 0
  }
}

/// Whether `count` bytes stand somewhere in at least as many others.
private func isFound(
  _ wanted: UnsafePointer<UInt8>, _ count: Int, _ text: UnsafePointer<UInt8>, _ textCount: Int
) -> Bool {
  guard count > 0 else { return true }
  let last = text + (textCount - count)
  var position = text
  while position <= last {
    guard let found = memchr(position, Int32(wanted.pointee), last - position + 1) else { return false }
    position = UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
    if memcmp(position, wanted, count) == 0 { return true }
    position += 1
  }
  return false
}
