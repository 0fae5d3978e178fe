import TradePipeline

/// The whole service, from a filled topic to published orders, once every expert has been read from the store.
enum PipelineMeasure: Measure {
    static let name = "pipeline"

    private static let workload = Workload.orders(80_000)

    static func run(_ report: (Row) -> Void) throws {
        let recorded = try RecordedEntries(workload)
        for kind in BrokerSite.kinds {
            let site = try BrokerSite(kind)
            try site.fill(workload)
            let rounds = try Rounds(
                3,
                [
                    { try service(site, sharesAccount: true) },
                    { try service(site, sharesAccount: false) },
                    { try StoreLoops.bare(recorded, size: 5_000) },
                    { try site.consume(workload.events) },
                ])
            let title = "pipeline, \(kind.rawValue)"
            report(
                rounds.row(
                    "\(title), one account for all", to: 2, "bare SQLite loop at 5,000", unit: .rate, target: 0.7))
            report(
                rounds.row("\(title), one account for all", to: 1, "one account each", unit: .rate, target: 0.9))
            report(rounds.row("\(title), one account for all", to: 3, "raw consume", unit: .rate))
        }
    }

    private static func service(_ site: BrokerSite, sharesAccount: Bool) throws -> Sample {
        // A partition that is ahead of the others may meet an expert again before its last event is durable. The rate is measured, so
        // that one waits; on a slow machine it would be dropped, and be another workload than the bare loop's.
        let run = try ServiceRun(site, workload, sharesAccount: sharesAccount, lockWait: 30)
        defer { run.end() }
        let (sample, counters) = try run.measure(after: workload.experts)
        guard counters.orders == workload.events, counters.published == workload.events else {
            throw BenchmarkError("\(workload.events) events made \(counters)")
        }
        return sample
    }
}
