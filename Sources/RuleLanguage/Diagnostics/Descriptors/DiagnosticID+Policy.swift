extension DiagnosticID {
  static let policyTable: Table = [
    .repeatedPolicy: (.error, "two policies say the same thing, or contradict each other"),
    .unreadableHolidaysFile: (.error, "a file of holidays cannot be read"),
    .unknownZone: (.error, "a time zone does not exist"),
    .unknownDay: (.error, "a day of the week does not exist"),
    .emptyHours: (.error, "hours end before they begin, or are empty"),
    .shareOutOfRange: (.error, "a share is below 0 % or above 100 %"),
  ]
}
