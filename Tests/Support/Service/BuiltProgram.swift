import Foundation

/// Programs that tests run.
package enum BuiltProgram {
    package static let tradeManager = built("trade-manager")
    package static let benchmarks = built("benchmarks")

    /// A program as it was built with these tests: it lies beside them.
    private static func built(_ name: String) -> String {
        #if os(Linux)
            let runner = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        #else
            let runner =
                Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
                ?? URL(fileURLWithPath: CommandLine.arguments.first ?? "")
        #endif
        return runner.deletingLastPathComponent().appendingPathComponent(name).path
    }

    /// A program in `PATH`; nil where there is none.
    package static func find(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
