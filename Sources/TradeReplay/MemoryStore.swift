import Telemetry
import TradeContracts
package import TradeCore
package import TradePipeline

/// A store in memory: what a replay and the simulation run on. It takes and refuses exactly what the SQLite store does.
///
/// Nothing in it depends on hash order or time. Writer and reader may be different threads.
package final class MemoryStore: Store, Queries, Sendable {
    private let tables: Lock<MemoryTables>

    /// `keepsPublished`: whether outbox rows stay after the relay's mark has passed them, as the SQLite store has it; a long
    /// replay has no room for them.
    package init(keepsPublished: Bool = true) {
        tables = Lock(MemoryTables(keepsPublished: keepsPublished))
    }

    package func snapshot(identity: (UInt64) -> Void) -> StoreSnapshot {
        // The caller is called outside of the lock.
        let (hashes, snapshot) = tables.withLock { tables in
            (tables.identities.map(\.stableHash) + tables.recommendationKeys.map(\.stableHash), tables.snapshot)
        }
        for hash in hashes { identity(hash) }
        return snapshot
    }

    package func openPositions(_ body: (Position) -> Void) {
        for position in tables.withLock({ $0.openPositions }) { body(position) }
    }

    package func commit(_ entries: [ChangeSet]) -> CommitResult {
        tables.withLock { tables in
            for entry in entries {
                do throws(Refusal) { try tables.apply(entry) } catch {
                    return .refused(number: entry.number, reason: error.reason)
                }
            }
            return .committed
        }
    }

    /// There is no doubt in memory: the number of the last entry.
    package func recover() -> Int64 { tables.withLock { $0.counters.commit } }

    package func answer(_ request: LoadRequest) -> LoadAnswer { tables.withLock { $0.answer(request) } }
}
