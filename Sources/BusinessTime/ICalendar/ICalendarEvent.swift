/// What a calendar file says about the days of one event.
struct ICalendarEvent {
  /// Of its BEGIN.
  var line: Int
  var identifier: String?
  var start: ICalendarMoment?
  /// How many days one occurrence touches; at least 1.
  var dayCount = 1
  var rule: YearlyRule?
  var addedDates: [CivilDate] = []
  /// The first days of occurrences that do not take place.
  var excludedDates: Set<CivilDate> = []
  /// The first day of the occurrence, of the event with the same identifier, whose place this one takes.
  var replacedOccurrence: CivilDate?
  var isCancelled = false
}

/// Collects the properties of an event until its END, when they can be read together.
struct ICalendarEventBuilder {
  let line: Int
  private var single: [String: ICalendarProperty] = [:]
  private var lists: [ICalendarProperty] = []
  private(set) var problems: [HolidayProblem] = []

  private static let singleProperties: Set = [
    "UID", "DTSTART", "DTEND", "DURATION", "RRULE", "RECURRENCE-ID", "STATUS",
  ]

  init(line: Int) {
    self.line = line
  }

  mutating func add(_ property: ICalendarProperty) {
    if ICalendarEventBuilder.singleProperties.contains(property.name) {
      if single[property.name] == nil {
        single[property.name] = property
      } else {
        problems.append(property.problem(.repeatedProperty(property.name)))
      }
    } else if property.name == "RDATE" || property.name == "EXDATE" {
      lists.append(property)
    } else if property.name == "EXRULE" {
      problems.append(property.problem(.unsupportedProperty("EXRULE")))
    }
  }

  /// The event as far as it could be read; what could not is added to `problems`.
  mutating func build(in zone: Zone) -> ICalendarEvent {
    var event = ICalendarEvent(line: line)
    event.identifier = single["UID"]?.value
    event.isCancelled = single["STATUS"]?.value.uppercased() == "CANCELLED"
    if let property = single["DTSTART"] {
      event.start = moment(property, in: zone)
    } else {
      problems.append(HolidayProblem(line: line, reason: .missingStart))
    }
    if let start = event.start {
      event.dayCount = dayCount(from: start, in: zone)
      if let property = single["RRULE"] { event.rule = rule(property, in: zone) }
    }
    for list in lists {
      for text in list.value.split(separator: ",", omittingEmptySubsequences: false) {
        guard let date = ICalendarMoment(text, in: zone)?.date else {
          problems.append(list.problem(.malformedValue(property: list.name, value: String(text))))
          continue
        }
        if list.name == "RDATE" { event.addedDates.append(date) } else { event.excludedDates.insert(date) }
      }
    }
    readReplacement(into: &event, in: zone)
    return event
  }

  private mutating func dayCount(from start: ICalendarMoment, in zone: Zone) -> Int {
    var end: ICalendarMoment?
    switch (single["DTEND"], single["DURATION"]) {
    case (nil, nil):
      return 1
    case (.some, let duration?):
      problems.append(duration.problem(.endAndDuration))
      return 1
    case (let property?, nil):
      end = moment(property, in: zone)
      if let end, end < start {
        problems.append(property.problem(.endBeforeStart))
        return 1
      }
    case (nil, let property?):
      end = start.adding(duration: property.value)
      if end == nil { problems.append(property.malformed) }
    }
    return end.map { $0.lastDay(from: start).days(since: start.date) + 1 } ?? 1
  }

  private mutating func rule(_ property: ICalendarProperty, in zone: Zone) -> YearlyRule? {
    do {
      return try YearlyRule(property.value, in: zone)
    } catch {
      problems.append(property.problem(error))
      return nil
    }
  }

  private mutating func readReplacement(into event: inout ICalendarEvent, in zone: Zone) {
    guard let property = single["RECURRENCE-ID"] else { return }
    if property.parameters["RANGE"] != nil {
      problems.append(property.problem(.unsupportedProperty("RECURRENCE-ID;RANGE")))
    } else if event.identifier == nil {
      problems.append(property.problem(.replacementWithoutIdentifier))
    } else {
      event.replacedOccurrence = moment(property, in: zone)?.date
    }
  }

  private mutating func moment(_ property: ICalendarProperty, in zone: Zone) -> ICalendarMoment? {
    let moment = ICalendarMoment(property.value, in: zone)
    let isDateOnly = property.parameters["VALUE"].map { $0 == "DATE" }
    guard let moment, isDateOnly == nil || isDateOnly == (moment.millisecondsOfDay == nil) else {
      problems.append(property.malformed)
      return nil
    }
    return moment
  }
}
