import CSQLite

/// A prepared statement with nothing around it.
struct BareStatement {
    private let handle: OpaquePointer
    private let database: OpaquePointer

    init(_ database: OpaquePointer, _ sql: String) throws {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(database, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw BenchmarkError("\(sql): \(code)") }
        handle = prepared
        self.database = database
    }

    @inline(__always) func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }

    @inline(__always) func bind(_ index: Int32, _ value: Int64?) {
        if let value { sqlite3_bind_int64(handle, index, value) } else { sqlite3_bind_null(handle, index) }
    }

    /// The bytes have to stay until `run` has returned.
    @inline(__always) func bind(_ index: Int32, blob: UnsafeRawBufferPointer) {
        sqlite3_bind_blob(handle, index, blob.baseAddress, Int32(blob.count), nil)
    }

    /// Binds a text while `body` runs.
    @inline(__always) func bind(_ index: Int32, text: String, _ body: () throws -> Void) throws {
        var text = text
        try text.withUTF8 { bytes in
            try bytes.withMemoryRebound(to: CChar.self) { bytes in
                sqlite3_bind_text(handle, index, bytes.baseAddress, Int32(bytes.count), nil)
                try body()
            }
        }
    }

    @inline(__always) func run() throws {
        guard sqlite3_step(handle) == SQLITE_DONE else {
            throw BenchmarkError(String(cString: sqlite3_errmsg(database)))
        }
        sqlite3_reset(handle)
    }

    func finalize() { sqlite3_finalize(handle) }
}
