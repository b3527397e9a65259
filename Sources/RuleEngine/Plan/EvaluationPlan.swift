import BusinessTime
import RuleDiagnostics
package import RuleSemantics

/// One graph of nodes for a whole rule book: what to compute, resolved once, for any number of evaluations.
package struct EvaluationPlan: Sendable {
  package let program: CheckedProgram
  package private(set) var graph: PlanGraph
  package let readSet: ReadSet
  /// One for each recommendation of the program.
  package let recommendations: [RecommendationPlan]
  /// For each asset where its name stands among those of all; empty when nothing is recommended.
  let assetNameRanks: [Int32]
  let assetColumns: [FieldIndex: AssetColumn]
  /// One for each definition of the program.
  private let definitionNodes: [NodeID]

  /// Plans a program that `check` accepted.
  package init(_ program: CheckedProgram) {
    self.program = program
    var planner = Planner(program: program)
    planner.planProgram()
    graph = planner.graph
    readSet = planner.readSet
    recommendations = planner.recommendations
    assetNameRanks = planner.recommendations.isEmpty ? [] : EvaluationPlan.nameRanks(of: program.assets)
    assetColumns = EvaluationPlan.assetColumns(of: program, planner.graph)
    definitionNodes = planner.definitionNodes
  }

  private static func nameRanks(of assets: [CheckedAsset]) -> [Int32] {
    var ranks = [Int32](repeating: 0, count: assets.count)
    for (rank, asset) in assets.indices.sorted(by: { assets[$0].name < assets[$1].name }).enumerated() {
      ranks[asset] = Int32(rank)
    }
    return ranks
  }

  package func node(of definition: DefinitionID) -> NodeID { definitionNodes[definition.index] }

  /// The node of an expression that is about a subject and, in an `on` rule, about what set it off; `nil` when the
  /// plan has none. Works for the parts of an expression too, except those inside event and people queries.
  package func node(
    for expression: CheckedExpression, of subject: Subject, occurrence: CheckedRule.Occurrence? = nil
  ) -> NodeID? {
    node(for: expression, of: subject, trigger: occurrence.map(TriggerKind.init))
  }

  /// The same of an expression that may be about an enrolment too.
  package func node(
    for expression: CheckedExpression, of subject: Subject, trigger: TriggerKind?
  ) -> NodeID? {
    var planner = Planner(program: program, graph: graph, definitionNodes: definitionNodes)
    let scope = planner.scope(of: subject, trigger: trigger)
    let node = planner.plan(expression, in: scope).node
    return node.index < graph.nodes.count ? node : nil
  }

  /// The node of an expression, which is added when the plan has none.
  package mutating func addNode(
    for expression: CheckedExpression, of subject: Subject, trigger: TriggerKind? = nil
  ) -> NodeID {
    var planner = Planner(program: program, graph: graph, definitionNodes: definitionNodes)
    graph = PlanGraph()
    let scope = planner.scope(of: subject, trigger: trigger)
    let node = planner.plan(expression, in: scope).node
    graph = planner.graph
    return node
  }
}

extension PlanGraph {
  /// The node and all that it is computed from, in ascending order.
  package func nodes(below root: NodeID) -> [NodeID] {
    var seen: Set<NodeID> = [root]
    var open = [root]
    while let next = open.popLast() {
      for child in self[next].children where seen.insert(child).inserted { open.append(child) }
    }
    return seen.sorted()
  }
}
