/// Kinds of declarations that are named from elsewhere by name alone.
enum DeclaredKind: String, Hashable, CaseIterable {
  case rule, sequence, recommendation, team
}
