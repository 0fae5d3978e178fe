import Foundation

/// A consistent copy of a store, made beside a service that runs.
///
/// SQLite's `VACUUM INTO` on a read-only connection: it reads one state, like any reader, so that the writer never waits for it
/// (only the write-ahead log can't be reset meanwhile, and grows). The backup API would begin anew with each commit of the
/// writer, unless it copied all in one step, and would carry free pages along.
///
/// The copy has everything, its identity too, so that whoever looks into it sees the store. But two live stores of one identity
/// would read the same records and trade twice. So the file's application id says that it is a copy: `run` refuses it, and so
/// does every older program, without a table or a column that a migration would have to know. Looking into it works as ever.
/// `accept` makes a store of it, when the original is gone for good.
package struct StoreCopy: Sendable {
    package let path: String
    /// Bytes of the file.
    package let size: Int64
    /// The number of the last entry that it holds.
    package let lastCommit: Int64

    /// Copies the store at `path` to `file`, whole and durable, or not at all. What is there already is never replaced.
    package static func make(
        of path: String, to file: String, options: SQLiteStoreOptions = SQLiteStoreOptions()
    ) throws(StoreError) -> StoreCopy {
        let source = try StorePath.resolved(path)
        guard !exists(file) else {
            throw .unusable(path: source, reason: "\(file) is there already: name another file")
        }
        // A name of its own: two copies to one file at once must not meet before the last step.
        let part = "\(file).\(getpid()).part"
        unlink(part)
        defer { unlink(part) }
        do {
            try copy(source, to: part, options)
            let commit = try mark(part, options)
            try publish(part, as: file, of: source)
            let size = (try? FileManager.default.attributesOfItem(atPath: file)[.size] as? Int64) ?? 0
            return StoreCopy(path: file, size: size, lastCommit: commit)
        } catch { throw StoreError(error, path: source) }
    }

    /// Makes a store of a copy: from then on it may be run. Where it is none, nothing changes.
    package static func accept(path: String, options: SQLiteStoreOptions = SQLiteStoreOptions()) throws(StoreError) {
        let path = try StorePath.resolved(path)
        let lock = try StoreLock(store: path)
        defer { withExtendedLifetime(lock) {} }
        do {
            let connection = try Connection(path: path, mode: .readWrite, probe: options.probe)
            guard try connection.integer("PRAGMA application_id") == StoreSchema.copyApplicationID else { return }
            try connection.execute("PRAGMA synchronous = FULL; PRAGMA application_id = \(StoreSchema.applicationID)")
        } catch { throw StoreError(error, path: path) }
    }

    private static func exists(_ file: String) -> Bool {
        var status = stat()
        return lstat(file, &status) == 0
    }

    private static func copy(_ source: String, to part: String, _ options: SQLiteStoreOptions) throws {
        let connection = try Connection(path: source, mode: .readOnly, busyTimeout: 1000, probe: options.probe)
        try StoreInspector.checkSchema(connection, known: Int64(options.migrations.count))
        let copy = try connection.statement("VACUUM INTO ?")
        copy.bind(1, text: part)
        try copy.run()
    }

    /// Says in the file what it is; the number of its last entry.
    private static func mark(_ part: String, _ options: SQLiteStoreOptions) throws -> Int64 {
        let connection = try Connection(path: part, mode: .readWrite, probe: options.probe)
        try connection.execute("PRAGMA application_id = \(StoreSchema.copyApplicationID)")
        return try connection.integer("SELECT last_commit FROM store") ?? 0
    }

    private static func publish(_ part: String, as file: String, of source: String) throws(StoreError) {
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
        // A link, because a rename would replace what came there meanwhile.
        guard sync(part), link(part, file) == 0, sync(folder) else {
            throw .unusable(path: source, reason: "the copy \(file) can't be made: \(String(cString: strerror(errno)))")
        }
    }

    private static func sync(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }
}
