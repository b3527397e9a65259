import BusinessTime
import RuleSemantics

/// A reduction as it is computed for one row. A class, so that it is passed on as one pointer.
final class RowReduction {
  enum Rows {
    /// Events of one type of the contact or account itself.
    case events(Int)
    /// Events of one type that happened to the contact's account.
    case accountEvents(Int)
    /// Events of one type of all people of the account, in the order of time and id.
    case peoplesEvents(Int)
    /// All interactions, in the order of time, id and type.
    case interactions
    case people
    case colleagues
    case deals
  }

  let reduction: Reduction
  let rows: Rows
  /// Of the contact or account from which the rows are reached.
  let subject: Subject
  let filter: Int32
  let value: Int32
  let start: Int32
  let end: Int32
  let valueKind: CellKind
  let resultKind: CellKind
  let outerFrame: Int
  let innerFrame: Int
  /// -1 where filter and value are computed on the inner rows.
  let pairsFrame: Int
  /// Whether all people of an account have it in common.
  let isShared: Bool
  /// The account about which it was computed last, in which epoch, and what it was.
  var sharedAccount = -1
  var sharedGeneration = -1
  var sharedCell: Cell = 0
  /// The same of what it lies between.
  var sharedBounds = Trends.Bounds.anything
  var sharedBoundsAccount = -1
  var sharedBoundsGeneration = -1
  /// Whether what it says of a contact's or account's events is remembered, and in which column of their leaves.
  var leaf = -1
  let halfLife: Double?
  /// Where it is nothing but a count of the events of one type of its own contact or account: which.
  let countedType: Int
  /// Whether an event counts after the one that counted last.
  let isNext: ((_ last: Int64, _ next: Int64) -> Bool)?

  init(_ reduction: Reduction, _ node: Node, graph: PlanGraph, program: CheckedProgram, calendar: BusinessCalendar) {
    self.reduction = reduction
    switch reduction.grouping.link {
    case .events(of: let subject, .interactions):
      self.subject = subject
      rows = .interactions
    case .events(of: let subject, .type(let event)), .events(of: let subject, .everybody(let event)):
      self.subject = subject
      switch (subject, program[event].isForAccount) {
      case (.contact, false), (.account, true): rows = .events(event.index)
      case (.contact, true): rows = .accountEvents(event.index)
      case (.account, false): rows = .peoplesEvents(event.index)
      }
    case .people(of: let subject):
      self.subject = subject
      rows = .people
    case .colleagues:
      subject = .contact
      rows = .colleagues
    case .deals(of: let subject):
      self.subject = subject
      rows = .deals
    // What is about candidates is no step.
    case .candidates:
      subject = .contact
      rows = .colleagues
    }
    func step(_ id: NodeID?) -> Int32 { id.map { Int32($0.index) } ?? -1 }
    filter = step(reduction.filter)
    value = step(reduction.value)
    start = step(reduction.start)
    end = step(reduction.end)
    halfLife = reduction.operation.halfLife
    if case .events(let type) = rows, reduction.operation == .count(halfLife: nil), !reduction.onPairs,
      reduction.grouping.path.isEmpty
    {
      countedType = type
    } else {
      countedType = -1
    }
    valueKind = reduction.value.map { CellKind(graph[$0].type) } ?? .number
    resultKind = CellKind(node.type)
    outerFrame = reduction.grouping.outer.index
    innerFrame = graph.existing(.table(reduction.grouping.inner))?.index ?? -1
    pairsFrame = reduction.onPairs ? graph.existing(.pairs(reduction.grouping))?.index ?? -1 : -1
    switch (rows, subject) {
    case (.people, .contact), (.deals, .contact): isShared = !reduction.onPairs
    case (.colleagues, _): isShared = !reduction.onPairs && reduction.operation == .count(halfLife: nil)
    default: isShared = false
    }
    if case .points(atMostOncePer: .some(let span), halfLife: _) = reduction.operation {
      isNext = eventSpacing(span, calendar)
    } else {
      isNext = nil
    }
  }
}
