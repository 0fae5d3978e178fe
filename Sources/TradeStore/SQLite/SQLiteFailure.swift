import CSQLite

/// An error that SQLite returned.
package struct SQLiteFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The primary result code, the lower eight bits of `extendedCode`.
    package var code: Int32 { extendedCode & 0xFF }
    package let extendedCode: Int32
    package let message: String
    /// The statement, or the path of an open, that failed.
    package let subject: String

    init(extendedCode: Int32, message: String, subject: String) {
        self.extendedCode = extendedCode
        self.message = message
        self.subject = subject
    }

    package var description: String { "SQLite \(extendedCode): \(message) (\(subject))" }

    /// The place or the moment is at fault: locked by another program, no memory, no room, can't be read or written now.
    var mayPass: Bool {
        [SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOMEM, SQLITE_IOERR, SQLITE_FULL, SQLITE_PROTOCOL].contains(code)
    }

    /// The statement's data is at fault, not the store: a constraint, a type, a value that is too long.
    var isRefusal: Bool {
        code == SQLITE_CONSTRAINT || code == SQLITE_MISMATCH || code == SQLITE_TOOBIG
    }

    /// Nothing was done and trying again may help.
    var isPassing: Bool {
        switch code {
        case SQLITE_FULL, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_NOMEM, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PROTOCOL,
            SQLITE_INTERRUPT:
            true
        default: false
        }
    }
}
