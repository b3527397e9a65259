import BusinessTime
import RuleSemantics

/// Turns values that were stored for one type into those of another, by what they say as text.
struct ColumnConversion {
  private let old: StorageType
  private let parser: ValueParser

  init(layout: TableLayout, field: Int, from old: StorageType, program: CheckedProgram) {
    self.old = old
    let schema = TableLayout.record(layout.kind, program).fields[field]
    parser = ValueParser(
      field == layout.keyField ? .text : schema.type, missingSpellings: schema.missingSpellings, program: program,
      style: .stored)
  }

  /// `.null` for a value that has no counterpart. A text holds until the next call.
  func convert(_ value: StoredValue) -> StoredValue {
    var text = ColumnConversion.spelling(of: value, old)
    return text.withUTF8 { bytes in
      switch parser.parse(bytes) {
      case .missing, .outside, .malformed: .null
      case .integer(let value): .integer(value)
      case .real(let value): .real(value)
      case .text(let value), .unresolved(let value): .text(keep(value))
      }
    }
  }

  /// The parser may hand back bytes of its argument, which do not outlive the call.
  private func keep(_ bytes: Bytes) -> Bytes {
    memory.replace(with: bytes)
  }

  private let memory = Memory()

  /// Holds the bytes of one value; a class because the conversion hands out pointers into it.
  private final class Memory {
    private var buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 64)

    func replace(with bytes: Bytes) -> Bytes {
      if buffer.count < bytes.count {
        let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: bytes.count * 2)
        _ = larger.initialize(from: bytes)
        buffer.deallocate()
        buffer = larger
      } else {
        _ = buffer.initialize(from: bytes)
      }
      return Bytes(rebasing: buffer[..<bytes.count])
    }

    deinit { buffer.deallocate() }
  }

  /// What a person would write for it.
  static func spelling(of value: StoredValue, _ storage: StorageType) -> String {
    switch (value, storage) {
    case (.null, _): ""
    case (.integer(let value), .flag): value == 1 ? "yes" : "no"
    case (.integer(let value), .time): Instant(milliseconds: value).description
    case (.integer(let value), _): "\(value)"
    case (.real(let value), _): Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    case (.text(let value), .list): JSONList.members(value).joined(separator: ";")
    case (.text(let value), _): value.text
    }
  }
}
