import Glibc

/// Texts one after another in one array, by place.
struct TextArena: Sendable {
  private(set) var bytes: [UInt8]
  /// Where each ends, counted from the start of its page: four bytes for each text rather than eight.
  private(set) var ends: [UInt32]
  /// Where each page starts in `bytes`.
  private(set) var pages: [Int]

  init(bytes: [UInt8] = [], ends: [UInt32] = [], pages: [Int] = []) {
    (self.bytes, self.ends, self.pages) = (bytes, ends, pages)
  }

  /// A page has so many texts, of 4 GiB together at most.
  private static let pageBits = 12

  var count: Int { ends.count }

  mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
    if count & (1 << TextArena.pageBits - 1) == 0 { pages.append(bytes.count) }
    bytes.append(contentsOf: text)
    ends.append(UInt32(bytes.count - pages[pages.count - 1]))
  }

  /// Gives back the room for more texts.
  mutating func shrink() {
    bytes = filled(bytes.count) { bytes[$0] }
    ends = filled(ends.count) { ends[$0] }
    pages = filled(pages.count) { pages[$0] }
  }

  func withBytes<R>(of place: Int, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    bytes.withUnsafeBufferPointer { all in body(UnsafeBufferPointer(rebasing: all[range(of: place)])) }
  }

  /// Whether the text at a place has these bytes.
  func holds(_ wanted: UnsafeBufferPointer<UInt8>, at place: Int) -> Bool {
    let range = range(of: place)
    guard wanted.count == range.count else { return false }
    guard let theirs = wanted.baseAddress, !range.isEmpty else { return true }
    return bytes.withUnsafeBufferPointer { ours in
      ours.baseAddress.map { memcmp($0 + range.lowerBound, theirs, range.count) == 0 } ?? false
    }
  }

  private func range(of place: Int) -> Range<Int> {
    let page = pages[place >> TextArena.pageBits]
    let start = place & (1 << TextArena.pageBits - 1) == 0 ? page : page + Int(ends[place - 1])
    return start..<page + Int(ends[place])
  }

  /// Whether each text starts where the one before it ends, and the last ends with the bytes: a file may hold anything.
  var isSound: Bool {
    guard pages.count == (count + 1 << TextArena.pageBits - 1) >> TextArena.pageBits else { return false }
    var end = 0
    for place in 0..<count {
      if place & (1 << TextArena.pageBits - 1) == 0, pages[place >> TextArena.pageBits] != end { return false }
      let next = pages[place >> TextArena.pageBits] + Int(ends[place])
      guard next >= end else { return false }
      end = next
    }
    return end == bytes.count
  }

  /// The texts by place, for loops over very many of them.
  struct Pointers {
    fileprivate let bytes: UnsafePointer<UInt8>
    fileprivate let ends: UnsafePointer<UInt32>
    fileprivate let pages: UnsafePointer<Int>

    @inline(__always)
    subscript(place: Int) -> UnsafeBufferPointer<UInt8> {
      let page = bytes + pages[place >> TextArena.pageBits]
      let start = place & (1 << TextArena.pageBits - 1) == 0 ? 0 : Int(ends[place - 1])
      return UnsafeBufferPointer(start: page + start, count: Int(ends[place]) - start)
    }
  }

  func withPointers(_ body: (Pointers) -> Void) {
    withAddress(of: bytes) { bytes in
      withAddress(of: ends) { ends in
        withAddress(of: pages) { pages in body(Pointers(bytes: bytes, ends: ends, pages: pages)) }
      }
    }
  }
}

/// Calls `body` with where the values stand, or some place where there are none: what is empty has no address.
private func withAddress<T: FixedWidthInteger>(of values: [T], _ body: (UnsafePointer<T>) -> Void) {
  values.withUnsafeBufferPointer { values in
    if let address = values.baseAddress {
      body(address)
    } else {
      withUnsafePointer(to: T.zero, body)
    }
  }
}
