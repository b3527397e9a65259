package import RuleDiagnostics

// Reading what HubSpot answers. Members are looked up and never required: its documentation calls each optional.
extension JSONValue {
  /// `nil` when the bytes are no JSON.
  package static func parse(_ bytes: some Collection<UInt8>) -> JSONValue? {
    JSONValue(text: String(decoding: bytes, as: UTF8.self))
  }

  package subscript(name: String) -> JSONValue? {
    guard case .record(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// A text as it stands; a number or flag in its spelling, since ids and values come as either.
  package var string: String? {
    switch self {
    case .text(let text): text
    case .number(let number): JSONValue.spelling(of: number)
    case .flag(let flag): flag ? "true" : "false"
    case .null, .list, .record: nil
    }
  }

  package var list: [JSONValue]? {
    if case .list(let values) = self { values } else { nil }
  }

  package var members: [Member]? {
    if case .record(let members) = self { members } else { nil }
  }

  package var integer: Int? {
    switch self {
    case .number(let number): Int(exactly: number)
    case .text(let text): Int(text)
    default: nil
    }
  }

  package var isTrue: Bool { self == .flag(true) || self == .text("true") }
}
