/// Why a store can't be used, with where and what to do.
package enum StoreError: Error, Sendable, CustomStringConvertible {
    /// Another process holds the store (G10); it may stand by and try again.
    case held(path: String, holder: LockHolder?)
    /// The file or its folder can't be used.
    case unusable(path: String, reason: String)
    /// The file was written by a later version (design §7).
    case newerSchema(path: String, found: Int64, known: Int64)
    /// The file is a database, but not one of ours.
    case foreignFile(path: String, reason: String)
    /// The file is a copy that `store snapshot` made: a second live store of one identity would trade twice.
    case copy(path: String)
    /// What the file holds can't be right.
    case damaged(path: String, reason: String)
    /// The input positions belong to another Kafka cluster (G6.6).
    case foreignCluster(path: String, stored: String, found: String)
    /// A migration failed; the store is as it was before.
    case migration(path: String, name: String, cause: String)
    /// SQLite refused a call.
    case sqlite(path: String, SQLiteFailure)

    package var description: String {
        switch self {
        case .held(let path, let holder):
            let who = holder.map(\.description) ?? "a process that left no name"
            return "store \(path) is held by \(who): end that process, or use another store"
        case .unusable(let path, let reason):
            return "store \(path) can't be used: \(reason)"
        case .newerSchema(let path, let found, let known):
            return
                "store \(path) has schema \(found), this program knows up to \(known): use the newer program, or the "
                + "snapshot that it left beside the store before it migrated"
        case .foreignFile(let path, let reason):
            return "\(path) is no store of trade-manager (\(reason)): name another path in store.path"
        case .copy(let path):
            return
                "store \(path) is a copy that `store snapshot` made: use the store that it was made of. Where that is gone for "
                + "good, `trade-manager store accept owner` makes a store of the copy"
        case .damaged(let path, let reason):
            return "store \(path) is damaged: \(reason); restore a snapshot, or run `sqlite3 \(path) 'pragma "
                + "integrity_check'` on a copy"
        case .foreignCluster(let path, let stored, let found):
            return "store \(path) holds input positions of Kafka cluster '\(stored)', but this is cluster '\(found)': "
                + "use that cluster, or another store"
        case .migration(let path, let name, let cause):
            return "store \(path): migration '\(name)' failed and was undone: \(cause)"
        case .sqlite(let path, let failure):
            return "store \(path): \(failure)"
        }
    }
}

extension StoreError {
    /// The same may work later, without a change of the configuration or of the file.
    package var mayPass: Bool {
        if case .sqlite(_, let failure) = self { failure.mayPass } else { false }
    }

    /// What went wrong with the store at `path`, whatever it was thrown as.
    init(_ error: any Error, path: String) {
        switch error {
        case let error as StoreError: self = error
        case let failure as SQLiteFailure: self = .sqlite(path: path, failure)
        default: self = .damaged(path: path, reason: String(describing: error))
        }
    }
}
