/// The text after the edits, which are of one file; an edit that overlaps one before it is left out.
///
/// - Returns: the bytes, and how many edits were made.
package func applying(_ edits: [TextEdit], to bytes: [UInt8]) -> (bytes: [UInt8], applied: Int) {
  var result: [UInt8] = []
  result.reserveCapacity(bytes.count)
  var position = 0
  var applied = 0
  let ordered = edits.enumerated().sorted {
    ($0.element.range.start, $0.element.range.end, $0.offset) < (
      $1.element.range.start, $1.element.range.end, $1.offset
    )
  }
  for (_, edit) in ordered where edit.range.start >= position && edit.range.end <= bytes.count {
    result += bytes[position..<edit.range.start]
    result += edit.replacement.utf8
    position = edit.range.end
    applied += 1
  }
  result += bytes[position...]
  return (result, applied)
}
