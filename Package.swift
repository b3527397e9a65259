// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

/// A target of this package. `Tests/TidyTests` holds the same import table: a clean build refuses an undeclared
/// import, an incremental one does not.
func source(_ name: String, _ path: String? = nil, uses: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: uses, path: path.map { "Sources/\($0)" }, swiftSettings: settings)
}

func tests(_ name: String, uses: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: uses, path: "Tests/\(name)", exclude: exclude, swiftSettings: settings)
}

let package = Package(
  name: "abm-rules",
  products: [.executable(name: "abm-rules", targets: ["abm-rules"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
    .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.0", traits: []),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    source("BusinessTime", uses: []),
    source("TextMatching", uses: ["CPCRE2"]),
    source("RuleDiagnostics", "RuleLanguage/Diagnostics", uses: []),
    source("RuleSyntax", "RuleLanguage/Syntax", uses: ["BusinessTime", "RuleDiagnostics"]),
    source(
      "RuleSemantics", "RuleLanguage/Semantics",
      uses: ["BusinessTime", "RuleDiagnostics", "RuleSyntax", "TextMatching"]),
    source(
      "RuleLinting", "RuleLanguage/Linting", uses: ["BusinessTime", "RuleDiagnostics", "RuleSemantics", "RuleSyntax"]),
    source("RuleFormatting", "RuleLanguage/Formatting", uses: ["RuleDiagnostics", "RuleSyntax"]),
    .target(name: "CMaskKernels"),
    source(
      "RuleEngine", uses: ["BusinessTime", "CMaskKernels", "RuleDiagnostics", "RuleSemantics", "TextMatching"]),
    source("Decisioning", uses: ["BusinessTime", "RuleDiagnostics", "RuleEngine", "RuleSemantics"]),
    source(
      "ContactStore",
      uses: [
        "BusinessTime", "CZlib", "Decisioning", "RuleDiagnostics", "RuleEngine", "RuleSemantics", "TextMatching",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ]),
    source(
      "HubSpot",
      uses: [
        "BusinessTime", "RuleDiagnostics", "RuleSemantics",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "CoreMetrics", package: "swift-metrics"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ]),
    source(
      "HubSpotSandbox",
      uses: [
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOFoundationEssentialsCompat", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "Yams", package: "Yams"),
      ]),
    .executableTarget(
      name: "KernelBenchmarks",
      dependencies: ["CMaskKernels", "RuleEngine", .product(name: "Benchmark", package: "benchmark")],
      path: "Benchmarks/KernelBenchmarks", swiftSettings: settings,
      plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    .executableTarget(name: "EmbedFilesTool", swiftSettings: settings),
    .plugin(name: "EmbedFiles", capability: .buildTool(), dependencies: ["EmbedFilesTool"]),
    .target(name: "WorkspaceFiles", swiftSettings: settings, plugins: ["EmbedFiles"]),
    source(
      "Service",
      uses: [
        "BusinessTime", "ContactStore", "Decisioning", "HubSpot", "RuleDiagnostics", "RuleEngine", "RuleFormatting",
        "RuleLinting", "RuleSemantics", "RuleSyntax", "WorkspaceFiles",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Yams", package: "Yams"),
      ]),
    source(
      "Daemon",
      uses: [
        "BusinessTime", "ContactStore", "Decisioning", "HubSpot", "RuleDiagnostics", "RuleSemantics", "Service",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]),
    .executableTarget(
      name: "abm-rules",
      dependencies: [
        "BusinessTime", "ContactStore", "Daemon", "HubSpot", "HubSpotSandbox", "RuleDiagnostics", "RuleSemantics",
        "Service",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ],
      swiftSettings: settings),
    tests(
      "HubSpotTests",
      uses: [
        "BusinessTime", "ContactStore", "Decisioning", "HubSpot", "HubSpotSandbox", "RuleDiagnostics", "RuleSemantics",
        "Service", "TestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    tests(
      "HubSpotSandboxTests",
      uses: [
        "HubSpotSandbox",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOFoundationEssentialsCompat", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
    tests("BusinessTimeTests", uses: ["BusinessTime", "TestSupport"]),
    tests(
      "ConformanceTests",
      uses: [
        "BusinessTime", "Decisioning", "RuleDiagnostics", "RuleEngine", "RuleFormatting", "RuleLinting",
        "RuleSemantics", "RuleSyntax", "TestSupport",
      ]),
    tests("TextMatchingTests", uses: ["TextMatching"]),
    .systemLibrary(
      name: "CSQLite", path: "Tests/CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    tests(
      "RuleEngineTests",
      uses: [
        "BusinessTime", "CMaskKernels", "CSQLite", "RuleDiagnostics", "RuleEngine", "RuleSemantics", "RuleSyntax",
        "TestSupport",
        "TextMatching",
      ]),
    tests("RuleDiagnosticsTests", uses: ["RuleDiagnostics"]),
    tests(
      "ContactStoreTests",
      uses: [
        "BusinessTime", "ContactStore", "Decisioning", "RuleDiagnostics", "RuleEngine", "RuleSemantics", "TestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    tests(
      "DecisioningTests",
      uses: [
        "BusinessTime", "Decisioning", "RuleDiagnostics", "RuleEngine", "RuleSemantics", "RuleSyntax", "TestSupport",
      ], exclude: ["Fixtures"]),
    tests("RuleSyntaxTests", uses: ["BusinessTime", "RuleDiagnostics", "RuleSemantics", "RuleSyntax", "TestSupport"]),
    tests("RuleFormattingTests", uses: ["RuleDiagnostics", "RuleFormatting", "RuleSyntax"]),
    tests(
      "FuzzTests",
      uses: ["RuleDiagnostics", "RuleFormatting", "RuleLinting", "RuleSemantics", "RuleSyntax", "TestSupport"]),
    tests("TidyTests", uses: ["RuleDiagnostics"]),
    tests(
      "RuleSemanticsTests", uses: ["BusinessTime", "RuleDiagnostics", "RuleSemantics", "RuleSyntax", "TestSupport"]),
    tests("RuleLintingTests", uses: ["RuleDiagnostics", "RuleLinting", "RuleSemantics", "RuleSyntax", "TestSupport"]),
    tests(
      "ServiceTests",
      uses: [
        "BusinessTime", "ContactStore", "Decisioning", "RuleDiagnostics", "RuleEngine", "RuleSemantics", "Service",
        "TestSupport",
      ]),
    tests(
      "DaemonTests",
      uses: [
        "BusinessTime", "ContactStore", "Daemon", "HubSpot", "Service",
        .product(name: "Crypto", package: "swift-crypto"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdTesting", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    tests("CommandTests", uses: ["TestSupport", "abm-rules"]),
  ]
)
