import BusinessTime
import Decisioning
import RuleDiagnostics
import RuleSemantics

extension TestReport {
  /// JUnit XML, as build servers read it: a suite for each file, a case for each test.
  package var junit: String {
    let files = Dictionary(grouping: results) { book.source[$0.range.file].path }.sorted { $0.key < $1.key }
    var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>"]
    lines.append("<testsuites name=\"abm-rules\" \(counts(results))>")
    for (path, results) in files {
      lines.append("  <testsuite name=\"\(escaped(path))\" \(counts(results))>")
      for result in results { lines += testCase(result, path) }
      lines.append("  </testsuite>")
    }
    lines.append("</testsuites>")
    return lines.joined(separator: "\n") + "\n"
  }

  private func counts(_ results: [TestResult]) -> String {
    let failures = results.count { $0.verdict != .passed }
    return "tests=\"\(results.count)\" failures=\"\(failures)\" errors=\"0\""
  }

  private func testCase(_ result: TestResult, _ path: String) -> [String] {
    let head =
      "    <testcase name=\"\(escaped(result.title))\" classname=\"\(escaped(path))\" file=\"\(escaped(path))\" "
      + "line=\"\(line(of: result.range))\""
    switch result.verdict {
    case .passed: return [head + "/>"]
    case .failed(let failures):
      return [head + ">"] + failures.map(failure) + ["    </testcase>"]
    }
  }

  private func failure(_ failure: TestFailure) -> String {
    let zone = Zone(identifier: book.program.policy.zone) ?? .utc
    let place = "\(book.source[failure.range.file].path):\(line(of: failure.range)) at \(failure.at.text(in: zone))"
    let text = ([place] + failure.trace).joined(separator: "\n")
    return "      <failure message=\"\(escaped(failure.message))\" type=\"expectation\">\(escaped(text))</failure>"
  }

  /// Attribute values keep their line breaks; what XML has no way to write is left out.
  private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n": result += "&#10;"
      case "\t": result += "&#9;"
      case "\r": result += "&#13;"
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: continue
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
