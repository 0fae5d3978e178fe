import CSQLite

/// A prepared statement: bind every parameter, step, read columns, reset.
///
/// Text and blobs are copied into a buffer of the statement's own and bound from there, which costs a fifth of SQLite's own
/// copy; what does not fit is left to SQLite to copy. A binding that fails is reported by the next step.
final class Statement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer
    private let calls: SQLiteCalls
    private let sql: String
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 8)
    private var used = 0
    private var failedBinding: Int32 = SQLITE_OK

    init(handle: OpaquePointer, connection: OpaquePointer, calls: SQLiteCalls, sql: String) {
        self.handle = handle
        self.connection = connection
        self.calls = calls
        self.sql = sql
    }

    deinit {
        calls.finalize(handle)
        buffer.deallocate()
    }

    // MARK: Binding. Parameters count from 1.

    func bind(_ index: Int32, integer value: Int64) { note(calls.bindInteger(handle, index, value)) }

    func bind(_ index: Int32, integer value: Int64?) {
        guard let value else { return bindNull(index) }
        note(calls.bindInteger(handle, index, value))
    }

    func bindNull(_ index: Int32) { note(calls.bindNull(handle, index)) }

    func bind(_ index: Int32, text value: String) {
        var value = value
        value.withUTF8 { bytes in
            let kept = keep(UnsafeRawBufferPointer(bytes))
            note(calls.bindText(handle, index, kept.bytes, copies: kept.copies))
        }
    }

    func bind(_ index: Int32, text value: String?) {
        guard let value else { return bindNull(index) }
        bind(index, text: value)
    }

    func bind(_ index: Int32, blob value: [UInt8]?) {
        guard let value else { return bindNull(index) }
        value.withUnsafeBytes { bytes in
            let kept = keep(bytes)
            note(calls.bindBlob(handle, index, kept.bytes, copies: kept.copies))
        }
    }

    // MARK: Running

    /// Goes to the next row; false at the end.
    func step() throws(SQLiteFailure) -> Bool {
        guard failedBinding == SQLITE_OK else {
            throw SQLiteFailure(
                extendedCode: failedBinding, message: calls.description(of: failedBinding), subject: sql)
        }
        let code = calls.step(handle)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE { return false }
        throw SQLiteFailure(extendedCode: code, message: calls.message(connection), subject: sql)
    }

    /// Runs a statement that returns no rows, and resets it.
    func run() throws(SQLiteFailure) {
        defer { reset() }
        while try step() {}
    }

    /// Makes the statement ready for new bindings; ends its reading of the store.
    func reset() {
        calls.reset(handle)
        used = 0
        failedBinding = SQLITE_OK
    }

    // MARK: Columns of the current row, counted from 0.

    func integer(_ column: Int32) -> Int64 { calls.columnInteger(handle, column) }

    func optionalInteger(_ column: Int32) -> Int64? {
        calls.columnIsNull(handle, column) ? nil : calls.columnInteger(handle, column)
    }

    func text(_ column: Int32) -> String { String(decoding: calls.columnText(handle, column), as: UTF8.self) }

    func optionalText(_ column: Int32) -> String? { calls.columnIsNull(handle, column) ? nil : text(column) }

    func blob(_ column: Int32) -> [UInt8] { Array(calls.columnBlob(handle, column)) }

    func optionalBlob(_ column: Int32) -> [UInt8]? { calls.columnIsNull(handle, column) ? nil : blob(column) }

    // MARK: -

    private func note(_ code: Int32) {
        if code != SQLITE_OK, failedBinding == SQLITE_OK { failedBinding = code }
    }

    private func keep(_ bytes: UnsafeRawBufferPointer) -> (bytes: UnsafeRawBufferPointer, copies: Bool) {
        guard bytes.count <= buffer.count - used else { return (bytes, true) }
        // An empty value keeps a place too: SQLite takes a null pointer for NULL.
        let place = UnsafeMutableRawBufferPointer(rebasing: buffer[used..<used + bytes.count])
        place.copyMemory(from: bytes)
        used += bytes.count
        let start = place.baseAddress ?? buffer.baseAddress
        return (UnsafeRawBufferPointer(start: start, count: bytes.count), false)
    }
}
