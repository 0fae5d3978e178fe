import CSQLite

/// Every call of SQLite's C API that does work, in one place, so that tests can force its errors.
///
/// Without a probe a call costs one comparison more than the C function.
struct SQLiteCalls {
    let probe: SQLiteProbe?

    func open(_ path: String, _ handle: inout OpaquePointer?, flags: Int32) -> Int32 {
        probed(.open, path) { sqlite3_open_v2(path, &handle, flags, nil) }
    }

    /// Closes even with statements left: a connection that is gone must not hold the file.
    func close(_ handle: OpaquePointer) -> Int32 { sqlite3_close_v2(handle) }

    func useExtendedCodes(_ handle: OpaquePointer) -> Int32 { sqlite3_extended_result_codes(handle, 1) }

    func setBusyTimeout(_ handle: OpaquePointer, milliseconds: Int32) -> Int32 {
        sqlite3_busy_timeout(handle, milliseconds)
    }

    func execute(_ handle: OpaquePointer, _ sql: String) -> Int32 {
        probed(.execute, sql) { sqlite3_exec(handle, sql, nil, nil, nil) }
    }

    func prepare(_ handle: OpaquePointer, _ sql: String, _ statement: inout OpaquePointer?) -> Int32 {
        probed(.prepare, sql) {
            sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
        }
    }

    func finalize(_ statement: OpaquePointer) { _ = sqlite3_finalize(statement) }

    func step(_ statement: OpaquePointer) -> Int32 {
        guard probe != nil else { return sqlite3_step(statement) }
        return probed(.step, String(cString: sqlite3_sql(statement))) { sqlite3_step(statement) }
    }

    func reset(_ statement: OpaquePointer) { _ = sqlite3_reset(statement) }

    func bindInteger(_ statement: OpaquePointer, _ index: Int32, _ value: Int64) -> Int32 {
        sqlite3_bind_int64(statement, index, value)
    }

    func bindNull(_ statement: OpaquePointer, _ index: Int32) -> Int32 { sqlite3_bind_null(statement, index) }

    /// `copies` false: the bytes stay where they are until the statement is reset.
    func bindText(_ statement: OpaquePointer, _ index: Int32, _ bytes: UnsafeRawBufferPointer, copies: Bool) -> Int32 {
        sqlite3_bind_text64(
            statement, index, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), UInt64(bytes.count),
            copies ? Self.transient : nil, UInt8(SQLITE_UTF8))
    }

    /// `copies` as in `bindText`.
    func bindBlob(_ statement: OpaquePointer, _ index: Int32, _ bytes: UnsafeRawBufferPointer, copies: Bool) -> Int32 {
        sqlite3_bind_blob64(
            statement, index, bytes.baseAddress, UInt64(bytes.count), copies ? Self.transient : nil)
    }

    func columnIsNull(_ statement: OpaquePointer, _ column: Int32) -> Bool {
        sqlite3_column_type(statement, column) == SQLITE_NULL
    }

    func columnInteger(_ statement: OpaquePointer, _ column: Int32) -> Int64 {
        sqlite3_column_int64(statement, column)
    }

    /// Valid until the statement's next step.
    func columnText(_ statement: OpaquePointer, _ column: Int32) -> UnsafeRawBufferPointer {
        let bytes = sqlite3_column_text(statement, column)
        return UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, column)))
    }

    /// Valid until the statement's next step.
    func columnBlob(_ statement: OpaquePointer, _ column: Int32) -> UnsafeRawBufferPointer {
        let bytes = sqlite3_column_blob(statement, column)
        let count = Int(sqlite3_column_bytes(statement, column))
        return bytes == nil
            ? UnsafeRawBufferPointer(start: nil, count: 0) : UnsafeRawBufferPointer(start: bytes, count: count)
    }

    func changes(_ handle: OpaquePointer) -> Int32 { sqlite3_changes(handle) }

    func isAutocommit(_ handle: OpaquePointer) -> Bool { sqlite3_get_autocommit(handle) != 0 }

    func message(_ handle: OpaquePointer) -> String { String(cString: sqlite3_errmsg(handle)) }

    func description(of code: Int32) -> String { String(cString: sqlite3_errstr(code)) }

    private func probed(_ call: SQLiteProbe.Call, _ subject: String, _ body: () -> Int32) -> Int32 {
        switch probe?.decide(call, subject) ?? .proceed {
        case .proceed: return body()
        case .instead(let code): return code
        case .after(let code):
            _ = body()
            return code
        }
    }

    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
