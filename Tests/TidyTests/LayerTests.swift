import Foundation
import Testing

/// A target imports only from lines above its own. Incremental builds accept undeclared imports between our targets, so
/// the table is held here.
@Suite("Layers")
struct LayerTests {
  private struct Layer {
    var target: String
    var folder: String
    var imports: Set<String>
  }

  private static let layers: [Layer] = [
    Layer(target: "BusinessTime", folder: "BusinessTime", imports: ["Foundation", "Synchronization"]),
    Layer(target: "TextMatching", folder: "TextMatching", imports: ["CPCRE2", "Synchronization"]),
    Layer(target: "RuleDiagnostics", folder: "RuleLanguage/Diagnostics", imports: []),
    Layer(target: "RuleSyntax", folder: "RuleLanguage/Syntax", imports: ["BusinessTime", "RuleDiagnostics"]),
    Layer(
      target: "RuleSemantics", folder: "RuleLanguage/Semantics",
      imports: ["BusinessTime", "RuleDiagnostics", "RuleSyntax", "TextMatching"]),
    Layer(
      target: "RuleLinting", folder: "RuleLanguage/Linting",
      imports: ["BusinessTime", "RuleDiagnostics", "RuleSemantics", "RuleSyntax"]),
    Layer(target: "RuleFormatting", folder: "RuleLanguage/Formatting", imports: ["RuleDiagnostics", "RuleSyntax"]),
    Layer(
      target: "RuleEngine", folder: "RuleEngine",
      imports: [
        "BusinessTime", "CMaskKernels", "Dispatch", "Glibc", "RuleDiagnostics", "RuleSemantics", "Synchronization",
        "TextMatching",
      ]),
    Layer(
      target: "Decisioning", folder: "Decisioning",
      imports: ["BusinessTime", "Glibc", "RuleDiagnostics", "RuleEngine", "RuleSemantics"]),
    Layer(
      target: "ContactStore", folder: "ContactStore",
      imports: [
        "BusinessTime", "CZlib", "Decisioning", "Dispatch", "Foundation", "GRDB", "GRDBSQLite", "Glibc",
        "RuleDiagnostics",
        "RuleEngine", "RuleSemantics", "Synchronization", "TextMatching",
      ]),
    Layer(
      target: "HubSpot", folder: "HubSpot",
      imports: [
        "AsyncHTTPClient", "BusinessTime", "CoreMetrics", "Crypto", "Foundation", "Logging", "Metrics", "NIOCore",
        "NIOHTTP1", "NIOPosix", "RuleDiagnostics", "RuleSemantics", "Synchronization",
      ]),
    Layer(
      target: "HubSpotSandbox", folder: "HubSpotSandbox",
      imports: [
        "AsyncHTTPClient", "Crypto", "Foundation", "GRDB", "HTTPTypes", "Hummingbird", "Logging", "NIOCore",
        "NIOFoundationEssentialsCompat", "NIOHTTP1", "ServiceLifecycle", "Synchronization", "Yams",
      ]),
    Layer(target: "EmbedFilesTool", folder: "EmbedFilesTool", imports: ["Foundation"]),
    Layer(target: "WorkspaceFiles", folder: "WorkspaceFiles", imports: []),
    Layer(
      target: "Service", folder: "Service",
      imports: [
        "BusinessTime", "ContactStore", "Crypto", "Decisioning", "Foundation", "Glibc", "HubSpot", "Logging",
        "RuleDiagnostics", "RuleEngine", "RuleFormatting", "RuleLinting", "RuleSemantics", "RuleSyntax",
        "Synchronization", "WorkspaceFiles", "Yams",
      ]),
    Layer(
      target: "Daemon", folder: "Daemon",
      imports: [
        "BusinessTime", "ContactStore", "Decisioning", "Dispatch", "Foundation", "Glibc", "HTTPTypes", "HubSpot",
        "Hummingbird",
        "Logging", "RuleDiagnostics", "RuleSemantics", "Service", "ServiceLifecycle", "Synchronization", "UnixSignals",
      ]),
    Layer(
      target: "abm-rules", folder: "abm-rules",
      imports: [
        "ArgumentParser", "BusinessTime", "ContactStore", "Daemon", "Foundation", "HubSpot", "HubSpotSandbox",
        "Logging",
        "RuleDiagnostics", "RuleSemantics", "Service", "ServiceLifecycle", "UnixSignals",
      ]),
  ]

  @Test(arguments: layers.map(\.target))
  func aTargetImportsOnlyWhatTheTableAllows(target: String) throws {
    let layer = try #require(Self.layers.first { $0.target == target })
    let files = Repository.sources.filter { $0.path.hasPrefix("Sources/\(layer.folder)/") }
    #expect(!files.isEmpty)
    for file in files {
      for line in file.lines {
        let words = line.split(separator: " ")
        guard let position = words.firstIndex(of: "import"), position <= 1, words.count > position + 1,
          position == 0 || ["package", "public", "private", "internal"].contains(words[0])
        else { continue }
        let module = String(words[words.count - 1].split(separator: ".")[0])
        #expect(layer.imports.contains(module), "\(file.path) imports \(module)")
      }
    }
  }

  @Test func everySourceFolderIsInTheTable() {
    for file in Repository.sources {
      #expect(
        Self.layers.contains { file.path.hasPrefix("Sources/\($0.folder)/") }, "\(file.path) belongs to no layer")
    }
  }

  /// One importer each, so that a library can be replaced in one place. The sandbox is a program of its own, beside them.
  @Test(arguments: [
    ("GRDB", "ContactStore"), ("CPCRE2", "TextMatching"), ("ArgumentParser", "abm-rules"), ("CZlib", "ContactStore"),
    ("AsyncHTTPClient", "HubSpot"),
  ])
  func aLibraryHasOneImporter(library: String, target: String) {
    let importers = Self.layers.filter { $0.imports.contains(library) && $0.target != "HubSpotSandbox" }
    #expect(importers.map(\.target) == [target])
  }
}
