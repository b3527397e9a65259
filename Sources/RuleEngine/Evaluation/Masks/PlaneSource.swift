/// A plane, or its opposite: for each row a bit.
struct PlaneSource: Hashable, Comparable, Sendable {
  /// Twice the number of the plane, plus 1 for its opposite.
  var code: UInt32

  init(plane: Int, isInverted: Bool = false) {
    code = UInt32(plane) << 1 | (isInverted ? 1 : 0)
  }

  private init(code: UInt32) {
    self.code = code
  }

  var plane: Int { Int(code >> 1) }
  var isInverted: Bool { code & 1 == 1 }

  /// Plane 0 is no everywhere.
  static let none = PlaneSource(plane: 0)
  static let all = PlaneSource(plane: 0, isInverted: true)

  static prefix func ! (source: PlaneSource) -> PlaneSource { PlaneSource(code: source.code ^ 1) }

  static func < (left: PlaneSource, right: PlaneSource) -> Bool { left.code < right.code }
}
