import TradeStore

/// Takes a store for a command that changes it while no service holds it (G10).
enum StoreOwnership {
    static func take(_ path: String, _ options: SQLiteStoreOptions) throws -> SQLiteStore {
        do {
            return try SQLiteStore.open(path: path, options: options)
        } catch StoreError.held(let path, let holder) {
            throw HeldStore(path: path, holder: holder)
        }
    }
}

/// Somebody holds the store that a command has to change.
struct HeldStore: Error, CustomStringConvertible {
    let path: String
    let holder: LockHolder?

    var description: String {
        let who = holder?.description ?? "a process that left no name"
        return
            "store \(path) is held by \(who), and every commit is its own: stop that service, or look at the plan without "
            + "--execute. Nothing has changed"
    }
}
