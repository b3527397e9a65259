package import BusinessTime
package import RuleSemantics

// What a person does to a sequence. Rows are those of the contacts concerned.
extension SequenceState {
  /// Enrolls contacts that are not in the sequence, at its start; how often the sequence takes somebody is for rules.
  ///
  /// - Parameter keys: of each row.
  package func enrolling(
    _ keys: [DrawnKeys], in sequence: CheckedSequence, text: String, at now: Instant
  ) -> SequenceChanges {
    var changes = SequenceChanges()
    let history = SequenceHistory(of: sequence, in: self)
    if history.isChanged(by: sequence) {
      changes.deployments = [history.deploying(sequence, text: text, at: now)]
    }
    let salt = history.salt(of: sequence, at: now)
    for (row, keys) in keys.enumerated() where history.enrolment(of: Int32(row)) == nil {
      let new = Enrolment(of: Int32(row), keys, in: sequence, salt: salt, source: .command, at: now)
      changes.enrolments.append(.init(sequence: sequence.name, enrolment: new, isNew: true))
      changes.entries.append(.init(sequence: sequence.name, row: Int32(row), entry: .acted(at: now)))
    }
    return changes
  }

  /// Takes everybody out.
  package func removing(from name: String, at now: Instant) -> SequenceChanges {
    changing(name) { $0.end(.removed(by: nil), at: now) }
  }

  /// Stops everybody where they are, or lets them go on.
  package func pausing(_ isPaused: Bool, in name: String) -> SequenceChanges {
    changing(name) { $0.isPaused = isPaused }
  }

  /// Moves people to another version.
  ///
  /// - Parameter places: by row; whoever has none stays in the version they are in.
  package func migrating(
    _ places: [Int32: MovedPlace], to sequence: CheckedSequence, text: String, at now: Instant
  ) -> SequenceChanges {
    let history = SequenceHistory(of: sequence, in: self)
    var changes = SequenceChanges()
    for var enrolment in history.enrolments {
      guard let moved = places[enrolment.contact] else { continue }
      enrolment.version = sequence.version
      enrolment.place = moved.place
      enrolment.moves += 1
      enrolment.heldSince = nil
      if case .waiting = enrolment.rest, moved.goesOnWaiting {} else { enrolment.rest = .ready }
      changes.enrolments.append(.init(sequence: sequence.name, enrolment: enrolment, isNew: false))
    }
    if !changes.enrolments.isEmpty { changes.deployments = [history.deploying(sequence, text: text, at: now)] }
    return changes
  }

  private func changing(_ name: String, _ change: (inout Enrolment) -> Void) -> SequenceChanges {
    var changes = SequenceChanges()
    for var enrolment in enrolments[name] ?? [] {
      change(&enrolment)
      changes.enrolments.append(.init(sequence: name, enrolment: enrolment, isNew: false))
    }
    return changes
  }
}

/// Where somebody stands in another version.
package struct MovedPlace: Hashable, Sendable {
  package var place: Enrolment.Place
  /// A wait that they are at ends when it would have.
  package var goesOnWaiting: Bool

  package init(place: Enrolment.Place, goesOnWaiting: Bool) {
    self.place = place
    self.goesOnWaiting = goesOnWaiting
  }
}

extension SequenceHistory {
  func deploying(
    _ sequence: CheckedSequence, text: String, at now: Instant
  ) -> SequenceChanges.DeploymentChange {
    var deployment =
      self.deployment
      ?? SequenceDeployment(firstAt: now, version: sequence.version, salt: salt(of: sequence, at: now))
    deployment.version = sequence.version
    return .init(
      sequence: sequence.name, formerName: name == sequence.name ? nil : name, deployment: deployment, text: text)
  }
}
