import CZlib
import Glibc

/// The bytes of a file from first to last; a gzip file, known by its first bytes, gives what is packed in it. A class,
/// since it owns an open file.
final class ByteSource {
  let path: String
  /// The size of the file as it lies on the disk, for progress.
  let totalBytes: Int
  private(set) var readBytes = 0
  private let descriptor: Int32
  private let input: UnsafeMutableBufferPointer<UInt8>
  private var inputStart = 0
  private var inputEnd = 0
  private var isAtEndOfFile = false
  private var inflater: Inflater?

  private static let chunk = 1 << 18

  init(path: String) throws(StoreError) {
    self.path = path
    descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else {
      throw errno == ENOENT
        ? .missingFile(path: path) : .unreadableFile(path: path, reason: FileFacts.lastError())
    }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT != S_IFDIR else {
      close(descriptor)
      throw .unreadableFile(path: path, reason: "it is a folder")
    }
    totalBytes = Int(facts.st_size)
    input = .allocate(capacity: ByteSource.chunk)
    try fillInput()
    if inputEnd >= 2, input[0] == 0x1F, input[1] == 0x8B { inflater = Inflater() }
    try refuseOtherFormats()
  }

  deinit {
    close(descriptor)
    input.deallocate()
  }

  /// Fills the start of `buffer`; how many bytes, 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(StoreError) -> Int {
    while true {
      if inputStart == inputEnd { try fillInput() }
      guard let inflater else {
        let count = min(buffer.count, inputEnd - inputStart)
        let available = UnsafeRawBufferPointer(input)[inputStart..<inputStart + count]
        if count > 0 { buffer.copyBytes(from: available) }
        inputStart += count
        return count
      }
      if inputStart == inputEnd {
        guard inflater.isBetweenMembers else { throw .truncatedFile(path: path) }
        return 0
      }
      let available = UnsafeMutableBufferPointer(rebasing: input[inputStart..<inputEnd])
      guard let step = inflater.inflate(available, into: buffer) else { throw .damagedFile(path: path) }
      inputStart += step.consumed
      if step.produced > 0 { return step.produced }
    }
  }

  private func fillInput() throws(StoreError) {
    guard !isAtEndOfFile else { return }
    inputStart = 0
    inputEnd = 0
    while true {
      let count = systemRead(descriptor, input.baseAddress, input.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .unreadableFile(path: path, reason: FileFacts.lastError()) }
      inputEnd = count
      readBytes += count
      isAtEndOfFile = count == 0
      return
    }
  }

  /// What people export by mistake is told apart from a damaged text.
  private func refuseOtherFormats() throws(StoreError) {
    guard inputEnd >= 2 else { return }
    switch (input[0], input[1]) {
    case (0xFF, 0xFE), (0xFE, 0xFF): throw .notText(path: path, format: "in UTF-16")
    case (0x50, 0x4B): throw .notText(path: path, format: "a ZIP archive or an Excel workbook")
    case (0xD0, 0xCF): throw .notText(path: path, format: "an old Excel workbook")
    case (0x25, 0x50): throw .notText(path: path, format: "a PDF")
    default: break
    }
  }
}

/// zlib's state for a gzip file, which may consist of several members one after another. A class: zlib keeps pointers
/// to the stream.
private final class Inflater {
  private let stream: UnsafeMutablePointer<z_stream>
  /// Whether the file may end here.
  private(set) var isBetweenMembers = false

  init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, and 16 more for gzip instead of zlib.
    let result = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(result == Z_OK, "zlib has memory and its own version")
  }

  deinit {
    inflateEnd(stream)
    stream.deinitialize(count: 1)
    stream.deallocate()
  }

  /// Unpacks as much as fits; `nil` when the bytes are not what gzip writes.
  func inflate(
    _ input: UnsafeMutableBufferPointer<UInt8>, into output: UnsafeMutableRawBufferPointer
  ) -> (consumed: Int, produced: Int)? {
    if isBetweenMembers {
      // Zeros after the last member are padding, as on tapes.
      if input.allSatisfy({ $0 == 0 }) { return (input.count, 0) }
      guard inflateReset(stream) == Z_OK else { return nil }
      isBetweenMembers = false
    }
    stream.pointee.next_in = input.baseAddress
    stream.pointee.avail_in = UInt32(input.count)
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(min(output.count, Int(UInt32.max)))
    let room = stream.pointee.avail_out
    let result = CZlib.inflate(stream, Z_NO_FLUSH)
    guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else { return nil }
    isBetweenMembers = result == Z_STREAM_END
    return (input.count - Int(stream.pointee.avail_in), Int(room - stream.pointee.avail_out))
  }
}

/// `read` of the system, which the methods of the same name hide.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, buffer, count)
}
