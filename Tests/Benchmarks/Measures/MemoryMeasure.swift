import CBenchmarks
import TradePipeline

/// How the memory of the service grows with what it has done, where what it has to remember does not.
enum MemoryMeasure: Measure {
    static let name = "memory"

    // More than a million, so that as much is read ahead then as at the beginning.
    private static let workload = Workload.steady(1_200_000)
    private static let early: Int64 = 200_000
    private static let late: Int64 = 1_000_000
    private static let window: Int64 = 20_000

    static func run(_ report: (Row) -> Void) throws {
        // The embedded broker keeps 5 MiB of a partition.
        let site = try BrokerSite(.embedded, partitions: 32)
        try site.fill(workload, compression: "zstd")
        // By default up to 64 MiB of each partition are read ahead, which would hide what the service itself needs.
        let run = try ServiceRun(site, workload, properties: ["queued.max.messages.kbytes": "2048"])
        defer { run.end() }
        var before: [Double] = []
        var after: [Double] = []
        // What is allocated, beside what is resident: a leak is in both, fragments of the heap only in the latter.
        var allocatedBefore: [Double] = []
        var allocatedAfter: [Double] = []
        let (sample, counters) = try run.measure { counters in
            let events = counters.events
            if events > early - window, events <= early + window {
                before.append(Double(ProcessUsage.resident))
                allocatedBefore.append(Double(cbenchmarks_bytes_in_use()))
            }
            if events > late - window, events <= late + window {
                after.append(Double(ProcessUsage.resident))
                allocatedAfter.append(Double(cbenchmarks_bytes_in_use()))
            }
        }
        guard counters.events == Int64(workload.events), !before.isEmpty, !after.isEmpty else {
            throw BenchmarkError("\(counters)")
        }
        let growth = Spread(after).median - Spread(before).median
        var row = Row("a million events, every symbol held after 40,000", Figure([sample], .rate))
        let allocated = Spread(allocatedAfter).median - Spread(allocatedBefore).median
        row.figure += ", than at 200,000: RSS \(Int(growth / 1e6)) MB, allocated \(Int(allocated / 1e6)) MB more"
        row.target = "< 5 MB"
        row.isMet = growth < 5e6
        report(row)
    }
}
