import Dispatch

/// An array of what `element` gives for each position, without filling it first.
@inline(__always)
func filled<T>(_ count: Int, _ element: (Int) -> T) -> [T] {
  Array(unsafeUninitializedCapacity: count) { result, initialized in
    initialized = count
    for index in 0..<count { result.initializeElement(at: index, to: element(index)) }
  }
}

/// An array that `fill` writes, range by range: every element of each range, from its first position on. Several threads
/// share large arrays between them.
@inline(__always)
func filled<T>(_ count: Int, threads: Int, _ fill: (Range<Int>, UnsafeMutablePointer<T>) -> Void) -> [T] {
  Array(unsafeUninitializedCapacity: count) { result, initialized in
    initialized = count
    guard let base = result.baseAddress else { return }
    // Neighboring rows may be much more work than others, so that each thread takes several ranges.
    let portions = threads == 1 ? 1 : max(1, min(8 * threads, count / 2048))
    guard portions > 1 else { return fill(0..<count, base) }
    withoutActuallyEscaping(fill) { fill in
      // It reads what does not change meanwhile.
      nonisolated(unsafe) let fill = fill
      // Each portion writes its own elements.
      nonisolated(unsafe) let start = base
      DispatchQueue.concurrentPerform(iterations: portions) { portion in
        let range = portion * count / portions..<(portion + 1) * count / portions
        fill(range, start + range.lowerBound)
      }
    }
  }
}
