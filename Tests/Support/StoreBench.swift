import TradeCore
package import TradePipeline

/// A store with its reader, and how to come back to it.
package struct StoreBench {
    package var store: any Store
    package var queries: any Queries
    /// Closes both and opens what they left.
    package var reopen: () throws -> StoreBench

    package init(store: any Store, queries: any Queries, reopen: @escaping () throws -> StoreBench) {
        self.store = store
        self.queries = queries
        self.reopen = reopen
    }

    /// All that the store knows of an expert.
    package func expert(_ id: Int64, pendingLimit: Int = .max) throws -> ExpertSnapshot {
        let answer = try queries.answer(.expert(ExpertID(id), pendingLimit: pendingLimit))
        guard case .expert(let snapshot) = answer else { throw Refusal("another question was answered: \(answer)") }
        return snapshot
    }
}
