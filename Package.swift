// swift-tools-version: 6.2
import PackageDescription

// On Linux jemalloc takes the place of the C library's allocator; a sanitizer brings its own, and bears no other beside it.
let jemalloc: [Target.Dependency] =
    Context.environment["SANITIZE"] == nil
    ? [.target(name: "CJemalloc", condition: .when(platforms: [.linux]))] : []

let package = Package(
    name: "trade-manager",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "trade-manager", targets: ["trade-manager"])
    ],
    dependencies: [],
    targets: [
        // C libraries of the distribution, one module each.
        .systemLibrary(
            name: "CRdkafka", path: "Sources/CLibraries/CRdkafka", pkgConfig: "rdkafka",
            providers: [.apt(["librdkafka-dev"]), .brew(["librdkafka"])]),
        .systemLibrary(
            name: "CSQLite", path: "Sources/CLibraries/CSQLite", pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
        .systemLibrary(
            name: "CYAML", path: "Sources/CLibraries/CYAML", pkgConfig: "yaml-0.1",
            providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
        .systemLibrary(
            name: "CCrypto", path: "Sources/CLibraries/CCrypto", pkgConfig: "libcrypto",
            providers: [.apt(["libssl-dev"]), .brew(["openssl"])]),
        .systemLibrary(
            name: "CJemalloc", path: "Sources/CLibraries/CJemalloc", pkgConfig: "jemalloc",
            providers: [.apt(["libjemalloc-dev"])]),
        .target(
            name: "CSimdjson", path: "Sources/CLibraries/CSimdjson",
            cxxSettings: [.define("SIMDJSON_EXCEPTIONS", to: "0")],
            linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "CSystem", path: "Sources/CLibraries/CSystem"),
        // Starts programs, for the tests alone.
        .target(name: "CSpawn", path: "Sources/CLibraries/CSpawn"),
        .target(name: "CThreadsForTSan", path: "Sources/CLibraries/CThreadsForTSan"),

        .target(name: "TradeCore"),
        .target(name: "TradeContracts", dependencies: ["TradeCore", "CSimdjson", "CCrypto"]),
        .target(
            name: "Telemetry",
            dependencies: ["CSystem"] + jemalloc),
        .target(name: "TradePipeline", dependencies: ["TradeCore", "TradeContracts", "Telemetry"]),
        .target(
            name: "TradeKafka",
            dependencies: ["TradePipeline", "TradeContracts", "TradeCore", "CRdkafka", "CThreadsForTSan"]),
        .target(
            name: "TradeStore",
            dependencies: ["TradePipeline", "TradeContracts", "TradeCore", "Telemetry", "CSQLite", "CSystem"]),
        .target(
            name: "TradeReplay",
            dependencies: ["TradePipeline", "TradeContracts", "TradeCore", "Telemetry", "CCrypto"]),
        .target(name: "Settings", dependencies: ["CYAML"]),
        .target(
            name: "Commands",
            dependencies: [
                "Settings", "Telemetry", "TradeCore", "TradeContracts", "TradePipeline", "TradeKafka", "TradeStore",
                "TradeReplay", "CSystem",
            ]),
        .executableTarget(name: "trade-manager", dependencies: ["Commands"]),

        .target(
            name: "Support", dependencies: ["TradeCore", "TradeContracts", "TradePipeline", "TradeReplay", "CSystem"],
            path: "Tests/Support", exclude: ["Service"]),
        // What the integration tests stand on; apart from Support, so that a unit test doesn't build the service first.
        .target(
            name: "ServiceSupport",
            dependencies: [
                "Support", "Commands", "Settings", "Telemetry", "TradeCore", "TradeContracts", "TradePipeline",
                "TradeKafka", "TradeStore", "CSpawn", "CSQLite", "CRdkafka",
            ],
            path: "Tests/Support/Service"),
        // What the benchmarks need of C: they count allocations, and parse without us.
        .target(
            name: "CBenchmarks", dependencies: jemalloc,
            path: "Sources/CLibraries/CBenchmarks",
            cSettings: jemalloc.isEmpty ? [] : [.define("HAS_JEMALLOC", .when(platforms: [.linux]))],
            cxxSettings: [.define("SIMDJSON_EXCEPTIONS", to: "0")],
            linkerSettings: [.linkedLibrary("simdjson")]),
        .executableTarget(
            name: "benchmarks",
            dependencies: [
                "Commands", "Settings", "Telemetry", "TradeCore", "TradeContracts", "TradePipeline", "TradeKafka",
                "TradeStore", "TradeReplay", "CBenchmarks", "CSimdjson", "CRdkafka", "CSQLite",
            ],
            path: "Tests/Benchmarks"),
        .testTarget(name: "TradeCoreTests", dependencies: ["TradeCore", "Support"]),
        .testTarget(name: "TradeContractsTests", dependencies: ["TradeContracts", "TradeCore", "Support"]),
        .testTarget(name: "TelemetryTests", dependencies: ["Telemetry", "Support"]),
        .testTarget(name: "SettingsTests", dependencies: ["Settings", "Support"]),
        .testTarget(
            name: "TradePipelineTests",
            dependencies: ["TradePipeline", "TradeContracts", "TradeCore", "TradeReplay", "Support"]),
        .testTarget(
            name: "Simulation",
            dependencies: ["TradePipeline", "TradeContracts", "TradeReplay", "TradeCore", "Support"]),
        .testTarget(
            name: "TradeStoreTests",
            dependencies: [
                "TradeStore", "TradeReplay", "TradePipeline", "TradeContracts", "TradeCore", "CSQLite", "Support",
            ]),
        .testTarget(name: "TradeKafkaTests", dependencies: ["TradeKafka", "TradePipeline", "Support"]),
        .testTarget(
            name: "TradeReplayTests",
            dependencies: ["TradeReplay", "TradePipeline", "TradeContracts", "TradeCore", "Support"],
            exclude: ["Golden"]),
        .testTarget(
            name: "CommandsTests",
            dependencies: [
                "Commands", "Settings", "Telemetry", "TradeContracts", "TradeCore", "TradePipeline", "TradeKafka",
                "TradeReplay", "TradeStore", "trade-manager", "Support", "ServiceSupport",
            ]),
        .testTarget(name: "RepositoryTests", dependencies: ["Commands", "Settings"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)

for target in package.targets where target.type != .system {
    if target.name.hasPrefix("C"), target.name != "Commands", target.name != "CommandsTests" {
        target.cxxSettings = (target.cxxSettings ?? []) + [.treatAllWarnings(as: .error)]
        target.cSettings = (target.cSettings ?? []) + [.treatAllWarnings(as: .error)]
        continue
    }
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}
