import CPCRE2
import Synchronization

/// A regular expression of a rule, in PCRE2's syntax, ready to search texts from any thread. It distinguishes case
/// unless it has the option `i`; `\w`, `\d` and `\b` know the letters and digits of every script.
package struct CompiledPattern: Sendable {
  private let code: PatternCode

  /// Compiles `pattern`, without its slashes, with the letters after them: `i` ignores case, and there are no others.
  package init(pattern: String, options: String) throws(PatternError) {
    code = try PatternCode(pattern: pattern, options: options)
  }

  /// Whether the pattern is found anywhere in `text`.
  package func matches(_ text: String) -> MatchResult {
    var text = text
    return text.withUTF8 { search($0, isValid: true) }
  }

  /// Whether the pattern is found anywhere in the text of these bytes. Bytes that are no UTF-8 are no text: they match
  /// nothing.
  package func matches(utf8 bytes: UnsafeBufferPointer<UInt8>) -> MatchResult {
    search(bytes, isValid: false)
  }

  private func search(_ bytes: UnsafeBufferPointer<UInt8>, isValid: Bool) -> MatchResult {
    guard let space = SearchSpace.borrow() else { return .limitExceeded }
    defer { space.giveBack() }
    return code.search(bytes, isValid: isValid, in: space)
  }
}

/// A compiled pattern and its memory. PCRE2 writes to it only while it is compiled: in `init`, and once more before the
/// first search, when machine code is made of it, which takes longer and is nothing to whoever only asks whether the
/// pattern is one.
// @unchecked: the pointer's target changes only before the first search, which waits for that under a lock, and `deinit`
// runs when nobody can hold it any more.
private final class PatternCode: @unchecked Sendable {
  private let pointer: OpaquePointer
  private let isMachineCode = Atomic(false)
  private let translating = Mutex(())

  init(pattern: String, options: String) throws(PatternError) {
    // What looks ahead of a match (start optimizations) makes the machine code of PCRE2 10.42, which Debian has, miss
    // some: `(1|)b*1` is not found in `1`, nor `(aab|a).*( |ab)a` in `aaba`.
    var flags =
      UInt32(PCRE2_UTF) | UInt32(PCRE2_UCP) | UInt32(PCRE2_NEVER_BACKSLASH_C) | UInt32(PCRE2_NO_START_OPTIMIZE)
    var seen: Set<Character> = []
    for letter in options {
      guard letter == "i" else { throw .unknownOption(letter) }
      guard seen.insert(letter).inserted else { throw .repeatedOption(letter) }
      flags |= UInt32(PCRE2_CASELESS)
    }
    var errorNumber: Int32 = 0
    var errorOffset = 0
    var pattern = pattern
    let compiled = pattern.withUTF8 { bytes in
      // An empty text may have no address, which PCRE2 takes for a mistake.
      withUnsafePointer(to: 0 as UInt8) { empty in
        pcre2_compile_8(bytes.baseAddress ?? empty, bytes.count, flags, &errorNumber, &errorOffset, nil)
      }
    }
    guard let compiled else {
      throw .malformed(
        message: PatternCode.message(errorNumber), byteOffset: min(max(errorOffset, 0), pattern.utf8.count))
    }
    pointer = compiled
  }

  deinit {
    pcre2_code_free_8(pointer)
  }

  private func makeMachineCode() {
    translating.withLock { _ in
      guard !isMachineCode.load(ordering: .relaxed) else { return }
      // Where the system allows no machine code to be made, PCRE2 interprets the pattern, within the same limits.
      _ = pcre2_jit_compile_8(pointer, UInt32(PCRE2_JIT_COMPLETE))
      isMachineCode.store(true, ordering: .releasing)
    }
  }

  func search(_ bytes: UnsafeBufferPointer<UInt8>, isValid: Bool, in space: SearchSpace) -> MatchResult {
    if !isMachineCode.load(ordering: .acquiring) { makeMachineCode() }
    let flags = isValid ? UInt32(PCRE2_NO_UTF_CHECK) : 0
    let result = withUnsafePointer(to: 0 as UInt8) { empty in
      pcre2_match_8(
        pointer, bytes.baseAddress ?? empty, bytes.count, 0, flags, space.matchData, space.matchContext)
    }
    switch result {
    // 0 says that the match has more groups than the one pair of offsets we keep.
    case 0...: return .yes
    case PCRE2_ERROR_NOMATCH: return .no
    case PCRE2_ERROR_UTF8_ERR21...PCRE2_ERROR_UTF8_ERR1: return .no
    default: return .limitExceeded
    }
  }

  private static func message(_ errorNumber: Int32) -> String {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { buffer in
      let length = pcre2_get_error_message_8(errorNumber, buffer.baseAddress, buffer.count)
      return String(decoding: buffer.prefix(Int(max(length, 0))), as: UTF8.self)
    }
  }
}

/// What one search needs to write to, kept for the next: as many exist as threads have searched at once.
// @unchecked: a space belongs to one thread from `borrow` to `giveBack`, which pass it on under a lock.
private final class SearchSpace: @unchecked Sendable {
  let matchData: OpaquePointer
  let matchContext: OpaquePointer
  private let stack: OpaquePointer?

  private static let idle = Mutex<[SearchSpace]>([])

  /// How many steps back a search may take: some hundredths of a second. A pattern that needs more for the length of
  /// a field is one that would need years for a slightly longer one.
  private static let matchLimit: UInt32 = 1_000_000
  private static let depthLimit: UInt32 = 10_000
  /// In kibibytes.
  private static let heapLimit: UInt32 = 16_384

  /// `nil` when there is no memory.
  static func borrow() -> SearchSpace? {
    if let space = idle.withLock({ $0.popLast() }) { return space }
    return SearchSpace()
  }

  func giveBack() {
    SearchSpace.idle.withLock { $0.append(self) }
  }

  private init?() {
    guard let matchData = pcre2_match_data_create_8(1, nil) else { return nil }
    guard let matchContext = pcre2_match_context_create_8(nil) else {
      pcre2_match_data_free_8(matchData)
      return nil
    }
    self.matchData = matchData
    self.matchContext = matchContext
    pcre2_set_match_limit_8(matchContext, SearchSpace.matchLimit)
    pcre2_set_depth_limit_8(matchContext, SearchSpace.depthLimit)
    pcre2_set_heap_limit_8(matchContext, SearchSpace.heapLimit)
    stack = pcre2_jit_stack_create_8(32 * 1024, 1024 * 1024, nil)
    pcre2_jit_stack_assign_8(matchContext, nil, stack.map(UnsafeMutableRawPointer.init))
  }

  deinit {
    pcre2_match_context_free_8(matchContext)
    pcre2_match_data_free_8(matchData)
    if let stack { pcre2_jit_stack_free_8(stack) }
  }
}
