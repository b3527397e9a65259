import RuleSemantics

/// What a change may touch.
enum LiveSource: Hashable {
  case contactField(FieldIndex)
  case accountField(FieldIndex)
  /// Deals, their fields and whose they are.
  case deals
  case event(EventID)
  /// What a journey or segment was after the last run.
  case past(DefinitionID)
  /// The account of a contact.
  case membership
}

/// The answers that read a source, by where its rows are seen from theirs.
struct LiveReaders {
  /// Answers about the contact itself.
  let own: AnswerList
  /// Answers about contacts that read it of any of their account's people.
  let people: AnswerList
  /// Answers about contacts that read it of their account.
  let viaAccount: AnswerList
  /// Answers about accounts.
  let account: AnswerList
}

/// For each source its readers.
struct LiveDependencies {
  private var readers: [LiveSource: LiveReaders] = [:]
  private let none: LiveReaders

  /// Where a node is looked at on the way down from an answer.
  private enum Place: Hashable {
    /// The contact that the answer is about.
    case contact
    /// Any contact of the account.
    case people
    case account
  }

  private struct Visit: Hashable {
    var node: NodeID
    var place: Place
  }

  /// - Parameters:
  ///   - timedOfContacts: the answers about contacts that time may change, ascending; likewise of accounts.
  init(_ answers: [LiveAnswer], _ plan: EvaluationPlan, timedOfContacts: [Int32], timedOfAccounts: [Int32]) {
    var lists: [LiveSource: Lists] = [:]
    for (index, answer) in answers.enumerated() where !answer.isScalar {
      let place: Place = answer.subject == .contact ? .contact : .account
      for read in LiveDependencies.reads(from: Visit(node: answer.node, place: place), plan) {
        lists[read.source, default: Lists()].add(Int32(index), answer.subject, read.place)
      }
    }
    func readers(_ lists: Lists) -> LiveReaders {
      LiveReaders(
        own: AnswerList(lists.own, timed: timedOfContacts), people: AnswerList(lists.people, timed: timedOfContacts),
        viaAccount: AnswerList(lists.viaAccount, timed: timedOfContacts),
        account: AnswerList(lists.account, timed: timedOfAccounts))
    }
    none = readers(Lists())
    self.readers = lists.mapValues(readers)
  }

  subscript(source: LiveSource) -> LiveReaders { readers[source] ?? none }

  private struct Read: Hashable {
    var source: LiveSource
    var place: Place
  }

  private struct Lists {
    var own: [Int32] = []
    var people: [Int32] = []
    var viaAccount: [Int32] = []
    var account: [Int32] = []

    /// Answers come in ascending order, an answer about an account maybe twice.
    mutating func add(_ answer: Int32, _ subject: Subject, _ place: Place) {
      switch (subject, place) {
      case (.contact, .contact): own.append(answer)
      case (.contact, .people): people.append(answer)
      case (.contact, .account): viaAccount.append(answer)
      case (.account, _): if account.last != answer { account.append(answer) }
      }
    }
  }

  private static func reads(from root: Visit, _ plan: EvaluationPlan) -> Set<Read> {
    let graph = plan.graph
    var found: Set<Read> = []
    var seen: Set<Visit> = [root]
    var open = [root]
    while let visit = open.popLast() {
      func go(_ nodes: [NodeID], _ place: Place) {
        for node in nodes where graph[node].frame != .scalar {
          let next = Visit(node: node, place: place)
          if seen.insert(next).inserted { open.append(next) }
        }
      }
      let node = graph[visit.node]
      switch node.kind {
      case .field(let field), .fieldIsUnchanged(let field, _, _):
        switch graph[node.frame] {
        case .table(.contacts): found.insert(Read(source: .contactField(field), place: visit.place))
        case .table(.accounts): found.insert(Read(source: .accountField(field), place: .account))
        case .table(.deals): found.insert(Read(source: .deals, place: .account))
        default: break
        }
        go(node.children, visit.place)
      case .journey(let id, _, _), .segment(let id, _, _), .definitionIsUnchanged(let id, _, _):
        let isContact = plan.program[id].subject == .contact
        found.insert(Read(source: .past(id), place: isContact ? visit.place : .account))
        go(node.children, visit.place)
      case .gather(let operand, .account):
        found.insert(Read(source: .membership, place: visit.place))
        go([operand], .account)
      case .gather(let operand, .inner):
        if case .table(.contacts) = graph[graph[operand].frame] {
          go([operand], .people)
        } else {
          go([operand], visit.place)
        }
      case .reduce(let reduction): visitReduction(reduction, visit.place, plan, go, &found)
      default: go(node.children, visit.place)
      }
    }
    return found
  }

  private static func visitReduction(
    _ reduction: Reduction, _ place: Place, _ plan: EvaluationPlan, _ go: ([NodeID], Place) -> Void,
    _ found: inout Set<Read>
  ) {
    let entity: Place = reduction.grouping.path.last == .inner ? .people : place
    let inner = [reduction.filter, reduction.value].compactMap(\.self)
    go([reduction.start, reduction.end].compactMap(\.self), place)
    switch reduction.grouping.link {
    case .people, .colleagues:
      found.insert(Read(source: .membership, place: .people))
      if entity != .account { found.insert(Read(source: .membership, place: entity)) }
      go(inner, reduction.onPairs ? place : .people)
    // Answers are about no candidates.
    case .candidates: break
    case .deals:
      found.insert(Read(source: .deals, place: .account))
      if entity != .account { found.insert(Read(source: .membership, place: entity)) }
      go(inner, place)
    case .events(of: let subject, let source):
      let types =
        switch source {
        case .type(let event), .everybody(let event): [event]
        case .interactions: plan.program.interactions(of: subject)
        }
      for event in types {
        switch (subject, plan.program[event].isForAccount) {
        case (.contact, false): found.insert(Read(source: .event(event), place: entity))
        case (.contact, true):
          // Interactions of contacts have none of these.
          guard case .type = source else { continue }
          found.insert(Read(source: .event(event), place: .account))
          found.insert(Read(source: .membership, place: entity))
        case (.account, true): found.insert(Read(source: .event(event), place: .account))
        case (.account, false):
          found.insert(Read(source: .event(event), place: .people))
          found.insert(Read(source: .membership, place: .people))
        }
      }
      go(inner, place)
    }
  }
}
