import Foundation
import TradeCore
import TradePipeline
import TradeStore

/// Measures group commits: an event is an inbox entry with one recommendation, and a pass with a run, a position, its order,
/// the outcome and an outbox row. The two loops take turns, so that a slow moment of the machine meets both.
struct StoreBenchmark {
    var seconds: Double
    var folder: String

    func run() throws {
        print("events per transaction | store, events/s | bare loop, events/s | ratio")
        for size in [1, 10, 100, 1000] {
            var best = (store: 0.0, bare: 0.0)
            for _ in 0..<3 {
                best.store = max(best.store, try measureStore(size))
                best.bare = max(best.bare, try measureBare(size))
            }
            let ratio = (best.store / best.bare * 100).rounded() / 100
            print("\(size) | \(Int(best.store)) | \(Int(best.bare)) | \(ratio)")
        }
    }

    private func measureStore(_ size: Int) throws -> Double {
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

    private func measureBare(_ size: Int) throws -> Double {
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

    private func measure(_ size: Int, _ prepare: () -> () throws -> Void) throws -> Double {
        let clock = ContinuousClock()
        var spent = Duration.zero
        var count = 0
        while spent < .seconds(seconds / 3) {
            let body = prepare()
            spent += try clock.measure(body)
            count += size
        }
        return Double(count) / (Double(spent.components.seconds) + Double(spent.components.attoseconds) / 1e18)
    }

    private func inNewStore(_ body: (String, EventMaker) throws -> Double) throws -> Double {
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
