import ServiceSupport
import Testing

/// Benchmarks write the product's tables by themselves, to compare: they have to run after every change of the schema.
@Suite struct BenchmarksTests {
    @Test("The store's benchmark runs on the tables as they are")
    func store() throws {
        let folder = try TemporaryFolder()
        let process = try ChildProcess(
            BuiltProgram.benchmarks, ["store"],
            environment: ["BENCHMARK_EVENTS": "300", "TMPDIR": folder.path], folder: folder.path)
        #expect(process.waitForExit(seconds: 60) == .code(0), "\(process.errors)")
        #expect(process.output.split(separator: "\n").count == 9, "\(process.output)")
    }
}
