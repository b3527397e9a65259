/// Goes through the lines of a calendar file and keeps its events. Other components, such as to-dos and the alarms of
/// an event, are passed over with everything in them.
struct ICalendarReader {
  let zone: Zone
  private(set) var events: [ICalendarEvent] = []
  private(set) var problems: [HolidayProblem] = []
  private var open: [(component: String, line: Int)] = []
  private var builder: ICalendarEventBuilder?
  private var hasCalendar = false

  init(zone: Zone) {
    self.zone = zone
  }

  mutating func read(_ line: ICalendarLine) {
    guard let property = line.property() else {
      problems.append(HolidayProblem(line: line.number, reason: .malformedLine))
      return
    }
    switch property.name {
    case "BEGIN": begin(property)
    case "END": end(property)
    default:
      // A property belongs to the innermost component.
      if open.last?.component == "VEVENT" { builder?.add(property) }
    }
  }

  mutating func finish() {
    for (component, line) in open {
      problems.append(HolidayProblem(line: line, reason: .unclosedBegin(component: component)))
    }
    closeEvent()
    if !hasCalendar { problems.append(HolidayProblem(line: 1, reason: .noCalendar)) }
  }

  private mutating func begin(_ property: ICalendarProperty) {
    let component = property.value.uppercased()
    if component == "VCALENDAR" { hasCalendar = true }
    if component == "VEVENT" {
      // An event inside an event: the END of the outer one is missing.
      if let index = open.lastIndex(where: { $0.component == "VEVENT" }) { closeUnfinished(downTo: index) }
      builder = ICalendarEventBuilder(line: property.line)
    }
    open.append((component, property.line))
  }

  private mutating func end(_ property: ICalendarProperty) {
    let component = property.value.uppercased()
    guard let index = open.lastIndex(where: { $0.component == component }) else {
      problems.append(property.problem(.unopenedEnd(component: component)))
      return
    }
    closeUnfinished(downTo: index + 1)
    open.removeLast()
    if component == "VEVENT" { closeEvent() }
  }

  /// Closes the components from the innermost one to the one at `index`, whose END is missing.
  private mutating func closeUnfinished(downTo index: Int) {
    while open.count > index, let (component, line) = open.popLast() {
      problems.append(HolidayProblem(line: line, reason: .unclosedBegin(component: component)))
      if component == "VEVENT" { closeEvent() }
    }
  }

  private mutating func closeEvent() {
    guard var finished = builder else { return }
    builder = nil
    events.append(finished.build(in: zone))
    problems += finished.problems
  }
}
