/// What the grammar wants at a place, in the reader's words.
package enum SyntaxExpectation: Sendable {
  case value, condition, number, share, duration, daysOfWeek, text, literal, timeOfDay, date, name, eventName,
    outsideName
  case path, type, action, recipient, regex, fileText

  var phrase: String {
    switch self {
    case .value: "a value"
    case .condition: "a condition"
    case .number: "a number"
    case .share: "a share such as `20%`"
    case .duration: "a duration such as `7 days`"
    case .daysOfWeek: "days such as `weekdays` or `(monday, friday)`"
    case .text: "a text in quotes"
    case .literal: "a plain value"
    case .timeOfDay: "a time such as `09:00`"
    case .date: "a day and time such as `2026-03-02 09:00`"
    case .name: "a name"
    case .eventName: "the name of an event"
    case .outsideName: "a name in quotes"
    case .path: "a field"
    case .type: "a type"
    case .action: "an action"
    case .recipient: "`owner` or a text in quotes"
    case .regex: "a pattern such as `/@example\\./`"
    case .fileText: "the path of a file in quotes"
    }
  }

  var examples: String? {
    switch self {
    case .value: "a value is a field, a number, a text in quotes, a date, `yes` or `no`"
    case .condition:
      "a condition is a comparison such as `score > 70`, or an event such as `did page_view within 7 days`"
    case .literal:
      "a plain value is a number, a text in quotes, a date, `yes`, `no` or a name; several stand in parentheses"
    case .type:
      "types: `text`, `number`, `flag`, `date`, `time`, `asset`, `one of (a, b)`, `list of text`"
    case .duration: "units: minutes, hours, days, weeks, months, business hours, business days"
    case .action:
      "actions: send, recommend, enroll, remove, add to list, set, advance, clear, assign owner, create task, create note, "
        + "notify, call webhook, skip lower rules"
    default: nil
    }
  }
}

/// The blocks of the language, in the reader's words.
package enum SyntaxBlock: Sendable {
  case fields, record, team, score, journey, rule, recommendation, sequence, steps, split, policy, experiment, test

  var phrase: String {
    switch self {
    case .fields: "the fields"
    case .record: "the values"
    case .team: "the team"
    case .score: "the score"
    case .journey: "the journey"
    case .rule: "the rule"
    case .recommendation: "the recommendation"
    case .sequence: "the sequence"
    case .steps: "the actions"
    case .split: "the split"
    case .policy: "the policy"
    case .experiment: "the experiment"
    case .test: "the test"
    }
  }

  /// What a line of the block may look like.
  package var accepts: String {
    switch self {
    case .fields: "here come fields, each a name and a type, such as `email text`"
    case .record: "here come names with their values, such as `persona cfo`"
    case .team: "here come mail addresses in quotes, then perhaps `otherwise` and one more"
    case .score: "here come `factor`, `add`, `subtract` and `limit`"
    case .journey: "here come `stage`, `moves back when` and `never moves back`"
    case .rule:
      "here come `on`, `when`, `then`, `once`, `every time`, `from now on`, `existing too`, `at most`, `paused` and "
        + "`priority`"
    case .recommendation: "here come `from asset`, `never repeat within`, `factor` and `pick best`"
    case .sequence:
      "here come `enroll when`, `goal when`, `exit when`, `once`, `holdout`, `act on`, `priority`, `paused` and `step`"
    case .steps: "here come actions, `wait`, `if` and `split`"
    case .split: "here come arms, such as `arm call 50% { … }`"
    case .policy:
      "here come `timezone`, `business hours`, `holidays`, `at most`, `quiet between`, `never message when`, "
        + "`never repeat an asset`, `require consent`, `approve rules`, `halt when` and `evaluate every`"
    case .experiment: "here come `arm` and `measure`"
    case .test: "here come `at`, `with policy`, `given`, `wait` and `expect`"
    }
  }
}
