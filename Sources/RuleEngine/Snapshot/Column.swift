/// One attribute of all rows of a table; missing values are inside the values, so that a kernel reads one array.
package enum Column: Sendable {
  /// Not loaded, since nothing reads it; missing in every row.
  case absent
  /// NaN is missing; otherwise finite.
  case numbers([Double])
  /// 0 no, 1 yes, 2 missing; also the truth of conditions: 2 is unknown.
  case flags([UInt8])
  /// Days since 1970-01-01; `Int32.min` is missing.
  case dates([Int32])
  /// Milliseconds since 1970; `Int64.min` is missing.
  case times([Int64])
  /// Positions in the choice set; -1 is missing.
  case choices([Int32])
  /// Codes of the snapshot's `TextPool`; -1 is missing.
  case texts([Int32])
  /// Positions in `CheckedProgram.assets`; -1 is missing.
  case assets([Int32])
  case lists(ListColumn)
  /// Any of these but lists, by distinct values; only fields of records are kept so.
  indirect case coded(CodedColumn)

  package static let missingFlag: UInt8 = 2
  package static let missingDate = Int32.min
  package static let missingTime = Int64.min
  package static let missingCode: Int32 = -1
}

/// The members of row `i` are `members[offsets[i]..<offsets[i + 1]]`; a missing list has none.
package struct ListColumn: Sendable {
  /// One more than there are rows.
  package var offsets: [Int32]
  /// Numbers, dates, choices, texts or assets; never `absent` or lists.
  package indirect enum Members: Sendable {
    case numbers([Double])
    case dates([Int32])
    case choices([Int32])
    case texts([Int32])
    case assets([Int32])
  }
  package var members: Members

  package init(offsets: [Int32], members: Members) {
    self.offsets = offsets
    self.members = members
  }
}
