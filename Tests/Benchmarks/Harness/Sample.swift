/// One measurement: so many operations took so much.
struct Sample {
    var operations: Int
    var seconds: Double
    /// Of the processors, over all threads.
    var processor: Double
    var allocations: UInt64
    /// Bytes that were resident at the most, above those of the start.
    var growth: Int

    var rate: Double { Double(operations) / seconds }
    var nanoseconds: Double { seconds * 1e9 / Double(operations) }

    /// From `start` to now.
    init(operations: Int, since start: ProcessUsage) {
        let end = ProcessUsage.now
        self.operations = operations
        seconds = Double(end.time - start.time) / 1e9
        processor = end.processor - start.processor
        allocations = end.allocations - start.allocations
        growth = max(0, ProcessUsage.peak - start.resident)
    }

    /// Measures a body that does so many operations.
    init(operations: Int, _ body: () throws -> Void) rethrows {
        ProcessUsage.forgetPeak()
        let start = ProcessUsage.now
        try body()
        self.init(operations: operations, since: start)
    }
}
