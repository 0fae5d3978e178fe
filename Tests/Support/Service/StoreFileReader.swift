import CSQLite

/// Looks into a store's file beside its owner, with SQL.
package final class StoreFileReader {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    private let handle: OpaquePointer

    package init(path: String) throws {
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE, nil)
        guard code == SQLITE_OK, let opened else {
            sqlite3_close(opened)
            throw Failure(description: "\(path): \(String(cString: sqlite3_errstr(code)))")
        }
        handle = opened
        sqlite3_busy_timeout(handle, 5_000)
        // Never a checkpoint: the owner makes them all.
        sqlite3_exec(handle, "PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0", nil, nil, nil)
    }

    deinit { sqlite3_close(handle) }

    /// The rows of a query; a null is nil.
    package func rows(_ sql: String) throws -> [[String?]] {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { throw failure(sql) }
        defer { sqlite3_finalize(statement) }
        var rows: [[String?]] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW:
                rows.append(
                    (0..<sqlite3_column_count(statement)).map { column in
                        sqlite3_column_text(statement, column).map { String(cString: $0) }
                    })
            case SQLITE_DONE: return rows
            default: throw failure(sql)
            }
        }
    }

    /// The one number that a query has for an answer; 0 where it has none.
    package func integer(_ sql: String) throws -> Int64 {
        guard let text = try rows(sql).first?.first ?? nil else { return 0 }
        return Int64(text) ?? 0
    }

    private func failure(_ sql: String) -> Failure {
        Failure(description: "\(sql): \(String(cString: sqlite3_errmsg(handle)))")
    }
}
