/// How many letters must be added, dropped, changed or swapped with their neighbor to turn one word into the other
/// (the restricted Damerau-Levenshtein distance), without regard to case.
package func editDistance(_ left: String, _ right: String) -> Int {
  let left = Array(left.lowercased().unicodeScalars)
  let right = Array(right.lowercased().unicodeScalars)
  if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
  var beforePrevious = [Int](repeating: 0, count: right.count + 1)
  var previous = Array(0...right.count)
  var current = previous
  for row in 1...left.count {
    current[0] = row
    for column in 1...right.count {
      let change = left[row - 1] == right[column - 1] ? 0 : 1
      var best = min(previous[column] + 1, current[column - 1] + 1, previous[column - 1] + change)
      if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
        best = min(best, beforePrevious[column - 2] + 1)
      }
      current[column] = best
    }
    (beforePrevious, previous, current) = (previous, current, beforePrevious)
  }
  return previous[right.count]
}

/// The candidate that `word` was most likely meant to be; `nil` when none is near enough: one slip in up to four
/// letters, two in up to eight, then a third of them. Of equally near ones the first is taken.
package func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
  let length = word.unicodeScalars.count
  guard length <= 100 else { return nil }
  var best: (distance: Int, word: String)?
  for candidate in candidates {
    let candidateLength = candidate.unicodeScalars.count
    let allowed = allowedSlips(in: min(length, candidateLength))
    if abs(candidateLength - length) > allowed { continue }
    let distance = editDistance(word, candidate)
    if distance <= allowed, distance < best?.distance ?? .max { best = (distance, candidate) }
  }
  return best?.word
}

private func allowedSlips(in length: Int) -> Int {
  switch length {
  case ...1: 0
  case ...4: 1
  case ...8: 2
  default: length / 3
  }
}
