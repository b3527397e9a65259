/// How a node is computed for one row: what `Node` says, in numbers alone.
struct RowStep {
  enum Code: UInt8 {
    case missing
    case constant
    case now, today, moment
    case contactField, accountField, dealField, eventField
    case eventTime, interactionTime, interactionWorth
    case gatherAccount, gatherOuter, gatherInner
    case definition, factorScore, pointsScore, journey, segment, definitionUnchanged, fieldUnchanged
    case not, and, or
    case compareNumbers, compareNear, compareFlags, compareCells, compareTexts
    case isKnown, oneOfNumbers, oneOfSmall, oneOfCells, oneOfFlags, isInList, textTest, matches
    case assetField, folded, foldedList, day, startOfDay, arithmetic, negate, shift, otherwise, conditional
    case freshness, diminishing, closeness
    case reduce
    case interpolation
  }

  var code: Code
  /// Of the result.
  var kind: CellKind
  /// Of a comparison, test, arithmetic operation or direction: which.
  var variant: UInt8 = 0
  var frame: Int32
  /// Operands are steps; of steps with many, `a` is the position of the first in the list of operands and `b` their
  /// number. Of a conjunction `c` is how many of its operands, the first ones, are tests that others share.
  var a: Int32 = -1
  var b: Int32 = -1
  var c: Int32 = -1
  /// The position of what does not fit in here, in a table of the program; or a field.
  var index: Int32 = -1
  var number: Double = 0
  var cell: Cell = 0
}
