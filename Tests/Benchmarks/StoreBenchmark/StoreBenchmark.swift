import Foundation
import TradeCore
import TradePipeline
import TradeStore

/// Measures group commits: an event is an inbox entry with one recommendation, and a pass with a run, a position, its order,
/// the outcome and an outbox row. The two loops take turns, so that a slow moment of the machine meets both.
struct StoreBenchmark {
    var seconds: Double
    var folder: String

    /// Events per second, and what one costs of the processor, which a busy machine disturbs less.
    struct Figure {
        var rate = 0.0
        var microseconds = Double.infinity

        mutating func improve(_ other: Figure) {
            rate = max(rate, other.rate)
            microseconds = min(microseconds, other.microseconds)
        }
    }

    func run() throws {
        print("events per transaction | store, events/s, CPU us | bare loop, events/s, CPU us | ratio of rates, of CPU")
        for size in [1, 10, 100, 1000] {
            var store = Figure()
            var bare = Figure()
            for _ in 0..<3 {
                store.improve(try measureStore(size))
                bare.improve(try measureBare(size))
            }
            print(
                "\(size) | \(Int(store.rate)), \(rounded(store.microseconds)) | \(Int(bare.rate)), "
                    + "\(rounded(bare.microseconds)) | \(rounded(store.rate / bare.rate)), "
                    + "\(rounded(store.microseconds / bare.microseconds))")
        }
    }

    private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

    private func measureStore(_ size: Int) throws -> Figure {
        try inNewStore { path, events in
            let store = try SQLiteStore.open(path: path)
            defer { store.close() }
            return try measure(size) {
                // The entries are there before the clock runs: making them is the machine's work, not the store's.
                let entries = (0..<size).flatMap { _ in events.next() }
                return {
                    let result = store.commit(entries)
                    guard result == .committed else { throw BenchmarkError(message: "\(result)") }
                }
            }
        }
    }

    private func measureBare(_ size: Int) throws -> Figure {
        try inNewStore { path, events in
            try SQLiteStore.open(path: path).close()
            let loop = try BareLoop(path: path)
            defer { loop.close() }
            return try measure(size) {
                let entries = (0..<size).flatMap { _ in events.next() }
                return { try loop.commit(entries) }
            }
        }
    }

    private func measure(_ size: Int, _ prepare: () -> () throws -> Void) throws -> Figure {
        let clock = ContinuousClock()
        var spent = Duration.zero
        var processor = 0.0
        var count = 0
        while spent < .seconds(seconds / 3) {
            let body = prepare()
            let before = processorTime()
            spent += try clock.measure(body)
            processor += processorTime() - before
            count += size
        }
        let time = Double(spent.components.seconds) + Double(spent.components.attoseconds) / 1e18
        return Figure(rate: Double(count) / time, microseconds: processor * 1e6 / Double(count))
    }

    /// Seconds of the processor that the process has used.
    private func processorTime() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private func inNewStore(_ body: (String, EventMaker) throws -> Figure) throws -> Figure {
        let place = folder + "/store-benchmark-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: place) }
        return try body(place + "/store.sqlite", EventMaker())
    }
}

/// What the benchmark could not do.
struct BenchmarkError: Error {
    var message: String
}
