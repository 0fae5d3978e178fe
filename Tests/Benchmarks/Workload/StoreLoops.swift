import TradePipeline
import TradeStore

/// Recorded entries into a new store, by the store and by a bare loop: events a second.
enum StoreLoops {
    /// Groups that are measured at most: with small ones, fsync makes them slow.
    private static let mostGroups = 1_000

    /// The store's group commit.
    static func store(_ recorded: RecordedEntries, size: Int) throws -> Sample {
        let folder = try ScratchFolder()
        let store = try SQLiteStore.open(path: folder.file("store.sqlite"))
        defer { store.close() }
        if !recorded.reference.isEmpty { try check(store.commit(recorded.reference)) }
        let groups = recorded.groups(of: size).prefix(mostGroups)
        return try Sample(operations: recorded.events(in: groups)) {
            for group in groups { try check(store.commit(Array(group))) }
        }
    }

    /// The same rows without the store.
    static func bare(_ recorded: RecordedEntries, size: Int) throws -> Sample {
        let folder = try ScratchFolder()
        let path = folder.file("store.sqlite")
        try SQLiteStore.open(path: path).close()
        let loop = try BareLoop(path: path)
        let groups = recorded.groups(of: size).prefix(mostGroups)
        return try Sample(operations: recorded.events(in: groups)) {
            for group in groups { try loop.commit(group) }
        }
    }

    private static func check(_ result: CommitResult) throws {
        guard result == .committed else { throw BenchmarkError("\(result)") }
    }
}
