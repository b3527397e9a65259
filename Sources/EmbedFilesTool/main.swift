import Foundation

// EmbedFilesTool ROOT OUTPUT FILE… writes the files, whose paths are relative to the root, as Swift literals.

let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
  FileHandle.standardError.write(Data("usage: EmbedFilesTool ROOT OUTPUT FILE…\n".utf8))
  exit(2)
}
let root = URL(filePath: arguments[1])

func literal(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    case _ where scalar.value < 0x20 || scalar.value == 0x7F: result += "\\u{\(String(scalar.value, radix: 16))}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}

var source = "let embeddedFiles: [(path: StaticString, contents: StaticString)] = [\n"
for path in arguments.dropFirst(3) {
  let data = try Data(contentsOf: root.appending(path: path))
  guard let text = String(data: data, encoding: .utf8) else {
    FileHandle.standardError.write(Data("error: \(path) is not UTF-8 text\n".utf8))
    exit(1)
  }
  source += "  (path: \(literal(path)), contents: \(literal(text))),\n"
}
source += "]\n"
try Data(source.utf8).write(to: URL(filePath: arguments[2]))
