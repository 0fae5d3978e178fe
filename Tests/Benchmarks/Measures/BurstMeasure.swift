import TradePipeline

/// A hundred thousand events of ten keys at once: most of them find their key busy.
enum BurstMeasure: Measure {
    static let name = "burst"

    private static let events = 100_000

    static func run(_ report: (Row) -> Void) throws {
        for kind in BrokerSite.kinds {
            try measure("burst of \(events) triggers on 10 keys, \(kind.rawValue)", .triggers(events), kind, report)
            try measure(
                "burst of \(events) events with a recommendation on 10 keys, \(kind.rawValue)", .burst(events), kind,
                report)
        }
    }

    private static func measure(
        _ title: String, _ workload: Workload, _ kind: BrokerSite.Kind, _ report: (Row) -> Void
    ) throws {
        let recorded = try RecordedEntries(workload, together: 1_000)
        let threeRows = recorded.threeRows
        let site = try BrokerSite(kind)
        try site.fill(workload, compression: "lz4")
        let rounds = try Rounds(
            3,
            [
                { try service(site, workload) }, { try StoreLoops.bare(recorded, size: 5_000) },
                { try StoreLoops.bare(threeRows, size: 5_000) },
            ])
        report(rounds.row(title, to: 1, "bare SQLite loop, all its rows", unit: .rate, target: 0.8))
        guard workload.advice > 0 else { return }
        report(rounds.row(title, to: 2, "bare SQLite loop, three rows", unit: .rate, target: 0.8))
    }

    private static func service(_ site: BrokerSite, _ workload: Workload) throws -> Sample {
        let run = try ServiceRun(site, workload)
        defer { run.end() }
        return try run.measure().0
    }
}
