import Commands
import Foundation

/// `benchmarks all` prints the table of all measures as Markdown, `benchmarks NAME…` the lines of some.
///
/// Each measure runs in a process of its own, so that none inherits the memory of another.
enum BenchmarkProgram {
    static let measures: [any Measure.Type] = [
        LockMeasure.self, DecodeMeasure.self, DecideMeasure.self, StoreMeasure.self, PipelineMeasure.self,
        BurstMeasure.self, ReplayMeasure.self, MemoryMeasure.self, DeliveryMeasure.self, LatencyMeasure.self,
    ]

    private static let usage = """
        usage: benchmarks all | NAME…
        NAME is one of \(measures.map { $0.name }.joined(separator: ", "))
        KAFKA_BOOTSTRAP_SERVERS names a real Kafka for those that can use one; files go to TMPDIR.
        BENCHMARK_EVENTS, the most events of a workload, is for seeing whether they run.

        """

    /// Returns the exit code.
    static func run(_ arguments: [String]) -> Int32 {
        switch arguments.first {
        // The embedded broker, in the process of its own that the measures start.
        case "broker": return Commands.Program.main(["trade-manager"] + arguments)
        case "measure": return measure(arguments.dropFirst().first ?? "")
        case "all": return table(of: measures.map { $0.name })
        default:
            let known = arguments.allSatisfy { name in measures.contains { $0.name == name } }
            guard known, !arguments.isEmpty else {
                FileHandle.standardError.write(Data(usage.utf8))
                return 64
            }
            return table(of: arguments)
        }
    }

    private static func table(of names: [String]) -> Int32 {
        print(Row.head)
        fflush(nil)
        var code: Int32 = 0
        for name in names where !runMeasure(name) { code = 1 }
        return code
    }

    private static func runMeasure(_ name: String) -> Bool {
        let process = Process()
        process.executableURL = OwnProgram.url
        process.arguments = ["measure", name]
        do { try process.run() } catch { return failed(name, error) }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    private static func measure(_ name: String) -> Int32 {
        guard let measure = measures.first(where: { $0.name == name }) else { return 64 }
        do {
            try measure.run { row in
                print(row.markdown)
                fflush(nil)
            }
            return 0
        } catch {
            return failed(name, error) ? 0 : 1
        }
    }

    private static func failed(_ name: String, _ error: any Error) -> Bool {
        FileHandle.standardError.write(Data("benchmarks: \(name): \(error)\n".utf8))
        return false
    }
}
