import Foundation
import TradeContracts
import TradeCore
package import TradePipeline

/// A store in memory: what a replay and the simulation run on. It takes and refuses exactly what the SQLite store does.
///
/// Nothing in it depends on hash order or time. Writer and reader may be different threads.
package final class MemoryStore: Store, Queries, @unchecked Sendable {
    // Unchecked: `tables` is only touched under `lock`.
    private let lock = NSLock()
    private var tables = MemoryTables()

    package init() {}

    package func snapshot(identity: (UInt64) -> Void) -> StoreSnapshot {
        lock.withLock {
            for event in tables.identities { identity(event.stableHash) }
            for key in tables.recommendationKeys { identity(key.stableHash) }
            return tables.snapshot
        }
    }

    package func commit(_ entries: [ChangeSet]) -> CommitResult {
        lock.withLock {
            for entry in entries {
                do throws(Refusal) { try tables.apply(entry) } catch {
                    return .refused(number: entry.number, reason: error.reason)
                }
            }
            return .committed
        }
    }

    /// There is no doubt in memory: the number of the last entry.
    package func recover() -> Int64 { lock.withLock { tables.counters.commit } }

    package func answer(_ request: LoadRequest) -> LoadAnswer { lock.withLock { tables.answer(request) } }
}
