/// A part of a calendar file that could not be read as it is meant.
package struct HolidayProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// Counted from 1; the first line of a folded one.
  package var line: Int
  package var reason: Reason

  package enum Reason: Error, Hashable, Sendable {
    case noCalendar
    case malformedLine
    case unopenedEnd(component: String)
    case unclosedBegin(component: String)
    case missingStart
    case repeatedProperty(String)
    case unsupportedProperty(String)
    case malformedValue(property: String, value: String)
    case endBeforeStart
    case endAndDuration
    case replacementWithoutIdentifier
    case unsupportedFrequency(String)
    case unsupportedRulePart(String)
    case malformedRulePart(String)
    case countAndUntil
  }

  /// One sentence in lower case, without the line.
  package var description: String {
    switch reason {
    case .noCalendar: "there is no BEGIN:VCALENDAR, so this is no calendar file"
    case .malformedLine: "expected NAME:VALUE"
    case .unopenedEnd(let component): "END:\(component) closes nothing"
    case .unclosedBegin(let component): "BEGIN:\(component) is not closed"
    case .missingStart: "the event has no DTSTART"
    case .repeatedProperty(let name): "the event has a second \(name)"
    case .unsupportedProperty(let name): "\(name) is not supported"
    case .malformedValue(let property, let value): "`\(value)` is no value for \(property)"
    case .endBeforeStart: "the event ends before it starts"
    case .endAndDuration: "the event has both DTEND and DURATION"
    case .replacementWithoutIdentifier: "RECURRENCE-ID needs the UID of the event that it changes"
    case .unsupportedFrequency(let frequency): "only FREQ=YEARLY is supported, not `\(frequency)`"
    case .unsupportedRulePart(let part): "the rule part `\(part)` is not supported"
    case .malformedRulePart(let part): "`\(part)` is no part of a rule"
    case .countAndUntil: "a rule has COUNT or UNTIL, not both"
    }
  }
}
