package import BusinessTime

/// Why the store could not do what it was asked to. `description` says what happened and what to do about it.
package enum StoreError: Error, Hashable, Sendable {
  // The database.
  case missingDatabase(path: String)
  case unreadableDatabase(path: String, reason: String)
  case unwritableDatabase(path: String)
  case notADatabase(path: String)
  /// A database of SQLite, but of another program.
  case foreignDatabase(path: String)
  case newerVersion(path: String, found: Int, supported: Int)
  /// Another program held the lock for the whole of the timeout.
  case locked(path: String, timeoutSeconds: Double)
  case diskFull(path: String)
  case corrupt(path: String, detail: String)
  /// The rule book declares data for which the database has no room yet; each change in a sentence.
  case schemaDiffers(path: String, changes: [String])
  /// The field cannot become the key.
  case keyNotUnique(table: String, field: String, missing: Int, repeated: Int)
  case sqlite(path: String, code: Int, message: String)

  // Files.
  case missingFile(path: String)
  case unreadableFile(path: String, reason: String)
  case unwritableFile(path: String, reason: String)
  case emptyFile(path: String)
  /// What the file is instead of a text.
  case notText(path: String, format: String)
  case truncatedFile(path: String)
  case damagedFile(path: String)
  /// Nothing in the file says what an import cannot do without.
  case missingColumn(path: String, role: String, headers: [String])
  case unknownColumn(path: String, column: String, headers: [String])
  case repeatedColumn(path: String, column: String)
  /// Neither yes nor no.
  case notAnAnswer(path: String, line: Int, column: String, text: String)
  /// The left side of `--map field=Column`.
  case unknownField(name: String, fields: [String])
  case undeclared(kind: String)

  // Runs.
  case clockBeforeLastRun(now: Instant, last: Instant)
  /// Another run was committed since the decisions' state was loaded.
  case overtaken
  /// Put back from a backup, and nobody has looked since at what would be carried out again.
  case restored(path: String, at: Instant)
  case unknownRun(Int64)
  /// It was committed by a version that did not keep what deciding it again needs.
  case withoutBasis(run: Int64)
}

extension StoreError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missingDatabase, .unreadableDatabase, .unwritableDatabase, .notADatabase, .foreignDatabase, .newerVersion,
      .locked, .diskFull, .corrupt, .schemaDiffers, .keyNotUnique, .sqlite:
      databaseDescription
    case .missingFile, .unreadableFile, .unwritableFile, .emptyFile, .notText, .truncatedFile, .damagedFile,
      .missingColumn, .unknownColumn, .repeatedColumn, .notAnAnswer, .unknownField, .undeclared:
      fileDescription
    case .clockBeforeLastRun(let now, let last):
      "it is \(now) here, but the last run was at \(last); set the clock, give --at, or --force to run all the same"
    case .restored(let path, let at):
      "\(path) was put back from a backup at \(at), so that what was carried out after the backup is not known; look at "
        + "`abm-rules outbox list --status pending` and `abm-rules plan`, drop what was done already "
        + "(`outbox drop`), then `abm-rules outbox resume`"
    case .overtaken:
      "another run was finished in the meantime; nothing was written, run again"
    case .unknownRun(let id): "there is no run \(id)"
    case .withoutBasis(let run):
      "run \(run) was committed by a version of abm-rules that did not keep what it knew; later runs can be gone back to"
    }
  }

  private var databaseDescription: String {
    switch self {
    case .missingDatabase(let path):
      "there is no database at \(path); create it with `abm-rules migrate`, or name another with --db"
    case .unreadableDatabase(let path, let reason):
      "the database \(path) cannot be read: \(reason)"
    case .unwritableDatabase(let path):
      "the database \(path) cannot be written; check the permissions of the file and of its folder"
    case .notADatabase(let path):
      "\(path) is not a SQLite database; name another file with --db"
    case .foreignDatabase(let path):
      "\(path) is a database of another program; name another file with --db"
    case .newerVersion(let path, let found, let supported):
      "the database \(path) has format \(found), this program knows up to \(supported); install a newer abm-rules"
    case .locked(let path, let seconds):
      "another program has been writing to \(path) for more than \(text(seconds)) s; let it finish, then try again"
    case .diskFull(let path):
      "the disk of \(path) is full; nothing was written, make room and try again"
    case .corrupt(let path, let detail):
      "the database \(path) is damaged (\(detail)); bring back a copy with `abm-rules restore`"
    case .schemaDiffers(let path, let changes):
      "the database \(path) does not fit the rule book yet; run `abm-rules migrate`\n"
        + changes.map { "  \($0)" }.joined(separator: "\n")
    case .keyNotUnique(let table, let field, let missing, let repeated):
      "`\(field)` cannot become the key of \(table): \(missing) rows have none, \(repeated) share theirs with another"
    case .sqlite(let path, let code, let message):
      "the database \(path) refused (SQLite \(code): \(message))"
    default: ""
    }
  }

  private var fileDescription: String {
    switch self {
    case .missingFile(let path): "there is no file \(path)"
    case .unreadableFile(let path, let reason): "\(path) cannot be read: \(reason)"
    case .unwritableFile(let path, let reason): "\(path) cannot be written: \(reason)"
    case .emptyFile(let path): "\(path) is empty; its first line must name the columns"
    case .notText(let path, let format): "\(path) is \(format); save it as CSV in UTF-8"
    case .truncatedFile(let path): "\(path) ends in the middle; nothing was imported, get the whole file"
    case .damagedFile(let path): "\(path) is damaged; nothing was imported, get the file anew"
    case .missingColumn(let path, let role, let headers):
      "no column of \(path) is the \(role); name it with --map \(role)=COLUMN, where COLUMN is one of "
        + list(headers)
    case .unknownColumn(let path, let column, let headers):
      "\(path) has no column \"\(column)\"; it has " + list(headers)
    case .repeatedColumn(let path, let column):
      "\(path) has two columns \"\(column)\"; rename one of them"
    case .notAnAnswer(let path, let line, let column, let text):
      "\(path), line \(line): `\(text)` in column \"\(column)\" is neither yes nor no; write yes, true, 1, or no, false, 0"
    case .unknownField(let name, let fields):
      "there is no field `\(name)` to map a column to; there are " + list(fields)
    case .undeclared(let kind): "the rule book declares no \(kind)"
    default: ""
    }
  }

  private func list(_ names: [String]) -> String {
    names.map { "\"\($0)\"" }.joined(separator: ", ")
  }

  private func text(_ seconds: Double) -> String {
    seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
  }
}
