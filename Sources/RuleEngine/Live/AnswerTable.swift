/// The answers about the rows of one table, those of a row side by side.
struct AnswerTable {
  /// Which answers stand here, by their positions among all; ascending.
  let answers: [Int32]
  /// Those of them that time alone may change.
  let timed: [Int32]
  /// For each of all answers where its truth or choice stands among those of a row; -1 where it does not.
  private var flagPlaces: [Int32]
  private var choicePlaces: [Int32]
  private let flagCount: Int
  private let choiceCount: Int
  private var flags: [UInt8] = []
  /// -1 for none.
  private var choices: [Int32] = []
  private(set) var rowCount = 0

  init(_ all: [LiveAnswer], where isHere: (LiveAnswer) -> Bool) {
    flagPlaces = Array(repeating: -1, count: all.count)
    choicePlaces = flagPlaces
    answers = all.indices.filter { isHere(all[$0]) }.map(Int32.init)
    timed = answers.filter { all[Int($0)].isTimed }
    var (flagCount, choiceCount) = (0, 0)
    for answer in answers.map(Int.init) {
      if all[answer].kind == .flag {
        flagPlaces[answer] = Int32(flagCount)
        flagCount += 1
      } else {
        choicePlaces[answer] = Int32(choiceCount)
        choiceCount += 1
      }
    }
    self.flagCount = flagCount
    self.choiceCount = choiceCount
  }

  mutating func appendRows(_ count: Int) {
    rowCount += count
    flags.append(contentsOf: repeatElement(Column.missingFlag, count: count * flagCount))
    choices.append(contentsOf: repeatElement(Column.missingCode, count: count * choiceCount))
  }

  subscript(answer: Int32, row: Int) -> Cell {
    get {
      let flag = Int(flagPlaces[Int(answer)])
      if flag >= 0 { return Cell(flags[row * flagCount + flag]) }
      let choice = choices[row * choiceCount + Int(choicePlaces[Int(answer)])]
      return choice < 0 ? .missing : Cell(choice)
    }
    set {
      let flag = Int(flagPlaces[Int(answer)])
      if flag >= 0 {
        flags[row * flagCount + flag] = UInt8(newValue)
      } else {
        let choice = newValue == .missing ? Column.missingCode : Int32(newValue)
        choices[row * choiceCount + Int(choicePlaces[Int(answer)])] = choice
      }
    }
  }
}
