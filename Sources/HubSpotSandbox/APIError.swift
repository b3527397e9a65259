/// A refusal as HubSpot words it.
struct APIError: Error, Equatable {
  var status: Int
  var category: String
  var message: String
  var subCategory: String?
  /// What each of them is about: `message`, `code`, `in`, `context`.
  var details: [JSON] = []
  var context: [String: JSON] = [:]

  func body(correlationID: String?) -> JSON {
    var members: [String: JSON] = ["status": "error", "message": .text(message), "category": .text(category)]
    if let correlationID { members["correlationId"] = .text(correlationID) }
    if let subCategory { members["subCategory"] = .text(subCategory) }
    if !details.isEmpty { members["errors"] = .list(details) }
    if !context.isEmpty { members["context"] = .members(context) }
    return .members(members)
  }

  static func validation(_ message: String, details: [JSON] = [], subCategory: String? = nil) -> APIError {
    APIError(
      status: 400, category: "VALIDATION_ERROR", message: message, subCategory: subCategory, details: details)
  }

  /// One or more property values are not what the definitions say. HubSpot puts JSON into the text of the message.
  static func invalidProperties(_ problems: [PropertyProblem]) -> APIError {
    let list = JSON.list(
      problems.map { problem in
        [
          "isValid": false, "message": .text(problem.message), "error": .text(problem.code),
          "name": .text(problem.property),
        ]
      })
    return validation(
      "Property values were not valid: \(list.description)",
      details: problems.map { problem in
        [
          "message": .text(problem.message), "code": .text(problem.code),
          "context": ["propertyName": [.text(problem.property)]],
        ]
      })
  }

  static func notFound(_ message: String) -> APIError {
    APIError(status: 404, category: "OBJECT_NOT_FOUND", message: message)
  }

  static func conflict(_ message: String) -> APIError {
    APIError(status: 409, category: "CONFLICT", message: message)
  }

  static func missingScopes(_ scope: String) -> APIError {
    APIError(
      status: 403, category: "MISSING_SCOPES",
      message: "This app hasn't been granted all required scopes to make this call.",
      details: [
        [
          "message": "One or more of the following scopes are required.",
          "context": ["requiredGranularScopes": [.text(scope)]],
        ]
      ])
  }

  static let unauthenticated = APIError(
    status: 401, category: "INVALID_AUTHENTICATION",
    message: "Authentication credentials not found. This API supports OAuth 2.0 authentication.")

  static let expiredToken = APIError(
    status: 401, category: "EXPIRED_AUTHENTICATION", message: "The OAuth token used to make this call expired.")
}

/// What is wrong with one property of a write.
struct PropertyProblem: Equatable {
  var property: String
  var code: String
  var message: String
}
