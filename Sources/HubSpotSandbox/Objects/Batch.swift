import GRDB

/// Carries out the rows of a batch and puts the reply together.
struct Batch {
  private let call: Call
  private var generator: SeededGenerator
  private var results: [JSON] = []
  private var errors: [JSON] = []

  init(_ call: Call) {
    self.call = call
    generator = call.generator
  }

  /// Refuses what would address one record twice; nothing is written then.
  static func refuseDuplicates(_ ids: [String]) throws {
    var seen: Set<String> = []
    let repeated = ids.filter { !seen.insert($0.lowercased()).inserted }
    guard repeated.isEmpty else {
      throw APIError.validation("Duplicate IDs found in batch input: \(repeated). IDs must be unique")
    }
  }

  /// Runs each row by itself where all carry distinct `objectWriteTraceId`s; otherwise one bad row fails all.
  ///
  /// - Parameters:
  ///   - isAllOrNothing: whether one bad row fails all, trace ids or not.
  ///   - status: of a reply without errors.
  mutating func run(
    _ inputs: [JSON], isAllOrNothing: Bool = false, status: Int, row: (JSON) throws -> JSON
  ) throws -> Reply {
    let traces = inputs.compactMap { $0["objectWriteTraceId"]?.string }
    let reportsRows = !isAllOrNothing && traces.count == inputs.count && Set(traces).count == inputs.count
    for (index, input) in inputs.enumerated() {
      do {
        if call.fault?.kind == .partialError, index >= (inputs.count + 1) / 2 { throw HalfDone() }
        if call.fault?.kind == .partial, generator.share() < 0.5 {
          throw APIError(status: 500, category: "INTERNAL_ERROR", message: "internal error")
        }
        var result: JSON = .null
        try call.database.inSavepoint {
          result = try row(input)
          return .commit
        }
        results.append(result)
      } catch let error as APIError {
        guard reportsRows else { throw error }
        var body = error.body(correlationID: nil)
        if case .members(var members) = body, let trace = input["objectWriteTraceId"]?.string {
          var context = error.context
          context["objectWriteTraceId"] = [.text(trace)]
          members["context"] = .members(context)
          body = .members(members)
        }
        errors.append(body)
      }
    }
    return reply(status: status)
  }

  private func reply(status: Int) -> Reply {
    var members: [String: JSON] = [
      "status": "COMPLETE", "results": .list(results), "startedAt": .text(Timestamp.text(call.now)),
      "completedAt": .text(Timestamp.text(call.now)),
    ]
    guard !errors.isEmpty else { return Reply(status: status, body: .members(members)) }
    members["numErrors"] = .integer(Int64(errors.count))
    members["errors"] = .list(errors)
    return Reply(status: 207, body: .members(members))
  }

  /// What is missing of what was asked for, as a read answers.
  static func read(_ results: [JSON], missing: [String], type: ObjectType, now: Int64) -> Reply {
    var members: [String: JSON] = [
      "status": "COMPLETE", "results": .list(results), "startedAt": .text(Timestamp.text(now)),
      "completedAt": .text(Timestamp.text(now)),
    ]
    guard !missing.isEmpty else { return .ok(.members(members)) }
    let kind = type.singular.uppercased()
    members["numErrors"] = 1
    members["errors"] = [
      [
        "status": "error", "category": "OBJECT_NOT_FOUND",
        "message":
          .text("Could not get some \(kind) objects, they may be deleted or not exist. Check that ids are valid."),
        "context": ["ids": .list(missing.map { .text($0) })],
      ]
    ]
    return Reply(status: 207, body: .members(members))
  }
}

/// A part is written and stays; the rest is not.
struct HalfDone: Error {}
