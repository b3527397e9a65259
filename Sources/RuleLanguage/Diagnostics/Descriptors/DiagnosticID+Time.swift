extension DiagnosticID {
  static let timeTable: Table = [
    .strayTimeOfDay: (.error, "a time of day stands alone as a value"),
    .strayDuration: (.error, "a length of time stands alone as a value"),
    .timeArithmetic: (.error, "dates or times are added or subtracted"),
    .emptyDuration: (.error, "a length of time is zero"),
    .excessiveDuration: (.error, "a length of time is more than a thousand years"),
    .fractionalDuration: (.error, "a part of a day where days are counted whole"),
    .businessHalfLife: (.error, "business time or months where only elapsed time is possible"),
    .misplacedHalfLife: (.error, "a half life where none is possible"),
    .misplacedWindow: (.error, "a window of time on people or deals"),
    .notTracked: (.error, "a change is asked of something that has no history"),
  ]
}
