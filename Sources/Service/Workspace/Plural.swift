/// Numbers with their nouns, as people read them.
package enum Plural {
  /// `1 rule`, `12,400 contacts`
  package static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(grouped(number)) \(number == 1 ? noun : plural ?? noun + "s")"
  }

  /// `12,400`
  package static func grouped(_ number: Int) -> String {
    let digits = Array(String(abs(number)))
    var result = number < 0 ? "-" : ""
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return result
  }
}
