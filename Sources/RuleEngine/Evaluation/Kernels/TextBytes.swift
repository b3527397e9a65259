import Glibc
import RuleSemantics

extension TextPool {
  /// Calls `body` with the UTF-8 of a text.
  func withBytes<R>(of code: Int32, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
    bytes.withUnsafeBufferPointer { all in body(UnsafeBufferPointer(rebasing: all[range(of: code)])) }
  }

  /// Whether a test of one text against another holds, byte by byte: texts that look alike but are written with
  /// different characters differ.
  func holds(_ text: Int32, _ test: CheckedExpression.TextTest, _ part: Int32) -> Bool {
    withBytes(of: text) { text in
      withBytes(of: part) { part in
        guard part.count <= text.count, let start = text.baseAddress, let wanted = part.baseAddress else {
          return part.isEmpty
        }
        switch test {
        case .contains: return isFound(wanted, part.count, start, text.count)
        case .startsWith: return memcmp(start, wanted, part.count) == 0
        case .endsWith: return memcmp(start + text.count - part.count, wanted, part.count) == 0
        }
      }
    }
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
