import CSQLite
import TradePipeline
import TradeStore

/// Group commits of the SQLite store against a bare loop that writes the same rows.
enum StoreMeasure: Measure {
    static let name = "store"

    static func run(_ report: (Row) -> Void) throws {
        let orders = try RecordedEntries(.orders(50_000))
        try measure("store: an order's event", orders, [1, 100, 1_000, 5_000], report)
        let skips = try RecordedEntries(.burst(50_000), together: 1_000)
        try measure("store: an event of a burst, all its rows", skips, [5_000], report)
        try measure("store: a skip, three rows", skips.threeRows, [1_000, 5_000], report)
    }

    private static func measure(
        _ title: String, _ recorded: RecordedEntries, _ sizes: [Int], _ report: (Row) -> Void
    ) throws {
        for size in sizes {
            let rounds = try Rounds(
                3, [{ try StoreLoops.store(recorded, size: size) }, { try StoreLoops.bare(recorded, size: size) }])
            report(rounds.row("\(title), \(size) a transaction", to: 1, "bare SQLite loop", unit: .rate))
        }
    }
}
