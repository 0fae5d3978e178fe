import CSQLite
import Foundation

/// Opens a store's file for the writer.
enum StoreFile {
    static func open(_ path: String, options: SQLiteStoreOptions) throws(StoreError) -> Connection {
        do {
            let connection = try Connection(path: path, mode: .readWrite, probe: options.probe)
            try configure(connection, options: options)
            return connection
        } catch let failure {
            switch failure.code {
            case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM:
                throw .unusable(
                    path: path,
                    reason:
                        "\(failure.message); the file, \(path)-wal, \(path)-shm and their folder must be writable by "
                        + "this user (\(getuid())), or set store.path")
            case SQLITE_NOTADB:
                throw .foreignFile(path: path, reason: failure.message)
            default:
                throw .sqlite(path: path, failure)
            }
        }
    }

    /// Which file it is, whatever its name: a copy has another one, one that was moved within its file system the same.
    static func identity(of path: String) throws(StoreError) -> String {
        var found = stat()
        guard stat(path, &found) == 0 else {
            throw .unusable(path: path, reason: String(cString: strerror(errno)))
        }
        return "\(found.st_dev):\(found.st_ino)"
    }

    private static func configure(_ connection: Connection, options: SQLiteStoreOptions) throws(SQLiteFailure) {
        try connection.execute(
            """
            PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = OFF;
            PRAGMA trusted_schema = OFF;
            PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -\(options.cacheKibibytes);
            PRAGMA wal_autocheckpoint = \(options.checkpointPages);
            PRAGMA journal_size_limit = 67108864;
            """)
        // Says what it became: a file system without shared memory would leave it as it was.
        let mode = try connection.statement("PRAGMA journal_mode = WAL")
        defer { mode.reset() }
        let found = try mode.step() ? mode.text(0) : "none"
        guard found == "wal" else {
            throw SQLiteFailure(
                extendedCode: SQLITE_CANTOPEN,
                message: "write-ahead log is not possible there (journal mode '\(found)')",
                subject: connection.path)
        }
    }
}
