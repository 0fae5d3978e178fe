import TradePipeline

/// A hundred thousand events of ten keys at once: most of them find their key busy.
enum BurstMeasure: Measure {
    static let name = "burst"

    private static let workload = Workload.burst(100_000)

    static func run(_ report: (Row) -> Void) throws {
        let recorded = try RecordedEntries(workload, together: 1_000)
        let threeRows = recorded.threeRows
        for kind in BrokerSite.kinds {
            let site = try BrokerSite(kind)
            try site.fill(workload, compression: "lz4")
            let rounds = try Rounds(
                3,
                [
                    { try service(site) }, { try StoreLoops.bare(threeRows, size: 5_000) },
                    { try StoreLoops.bare(recorded, size: 5_000) }, { try site.consume(workload.events) },
                ])
            let title = "burst of 100,000 on 10 keys, \(kind.rawValue)"
            report(rounds.row(title, to: 1, "bare SQLite loop, three rows", unit: .rate, target: 0.8))
            report(rounds.row(title, to: 2, "bare SQLite loop, all its rows", unit: .rate))
            report(rounds.row(title, to: 3, "raw consume", unit: .rate))
        }
    }

    private static func service(_ site: BrokerSite) throws -> Sample {
        let run = try ServiceRun(site, workload)
        defer { run.end() }
        return try run.measure().0
    }
}
