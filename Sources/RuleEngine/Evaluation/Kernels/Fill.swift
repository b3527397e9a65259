/// An array of what `element` gives for each position, without filling it first.
@inline(__always)
func filled<T>(_ count: Int, _ element: (Int) -> T) -> [T] {
  Array(unsafeUninitializedCapacity: count) { result, initialized in
    initialized = count
    for index in 0..<count { result.initializeElement(at: index, to: element(index)) }
  }
}
